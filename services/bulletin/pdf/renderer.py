"""Prints editions in a warm child process, ready before the first is due."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from services.bulletin.domain.edition import Edition
from shared.printing.renderer import Renderer

_WORKER: Final = "services.bulletin.pdf.worker"


class EditionRenderer(Renderer):
    """Prints editions, one at a time."""

    def __init__(self, fonts_folder: Path | None = None) -> None:
        """Take the folder of fonts beside the system's."""
        super().__init__(_WORKER, fonts_folder)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep a child ready as long as the block lasts; a machine that cannot print says so at once."""
        await self.start()
        async with super().running():
            yield

    async def render(self, edition: Edition, *, signs: bool = False) -> bytes:
        """Return the edition's PDF; with `signs`, characters no typeface has are printed as 〓 instead of refused."""
        return await self.print(edition.canonical(), signs=signs)
