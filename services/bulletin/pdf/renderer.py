"""Prints editions in a warm child process, ready before the first is due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.bulletin.domain.edition import Edition
from services.bulletin.wording import issue_number
from shared.printing.renderer import Renderer

if TYPE_CHECKING:
    from pydantic import SecretStr

    from services.bulletin.pdf.seal import Seal

_WORKER: Final = "services.bulletin.pdf.worker"


class EditionRenderer(Renderer):
    """Prints editions, one at a time."""

    def __init__(self, fonts_folder: Path | None = None, seal: Seal | None = None) -> None:
        """Take the folder of fonts beside the system's, and the issuer's seal, if there is one."""
        super().__init__(_WORKER, fonts_folder)
        self._seal = seal

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep a child ready as long as the block lasts; a machine that cannot print says so at once."""
        await self.start()
        async with super().running():
            yield

    async def render(self, edition: Edition, *, signs: bool = False) -> bytes:
        """Return the edition's PDF; with `signs`, characters no typeface has are printed as 〓 instead of refused."""
        return await self.print(edition.canonical(), signs=signs)

    async def sign(self, edition: Edition, pdf: bytes) -> bytes | None:
        """Return the PDF with the issuer's electronic signature appended, or None where there is no certificate."""
        if self._seal is None:
            return None
        return await self._seal.signed(pdf, edition.issued_at, f"印发 {edition.masthead}{issue_number(edition)}")


def seal_of(certificate: Path | None, password: SecretStr | None) -> Seal | None:
    """Return the seal that settings name, if they name one."""
    if certificate is None:
        return None
    from services.bulletin.pdf.seal import Seal  # noqa: PLC0415  (pyHanko is a fifth of a start; few have a certificate)

    return Seal(certificate, password)
