"""Prints every published edition and keeps its PDF; what cannot be printed is said aloud and tried again."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from services.policy import tables
from services.policy.brochures import paper
from services.policy.store import Brochures, Store
from services.policy.store.brochures import Unprinted
from shared import logs
from shared.database import is_away
from shared.printing.fonts import PrintingUnavailable, pages_of
from shared.printing.glyphs import MissingGlyphs
from shared.printing.papers import Papers
from shared.printing.renderer import PrintingFailed
from shared.spine import Spine, background

_LOOK_EVERY_SECONDS: Final = 1.0
_AFTER_TROUBLE_SECONDS: Final = 30.0
_AT_ONCE: Final = 50


class Printer:
    """A part of the service: prints editions in the order in which they were published."""

    def __init__(self, spine: Spine, papers: Papers, public: str) -> None:
        """Take the service, what prints, and the address in front of a brochure's code."""
        self._spine = spine
        self._papers = papers
        self._public = public
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Print as long as the block lasts."""
        async with background(self._keep_printing(), "brochures"):
            yield

    async def _keep_printing(self) -> None:
        while True:
            try:
                well = await self.look()
            except Exception as error:
                if not is_away(error):
                    raise
                self._log.warning("brochures.put_off", error=type(error).__name__)
                well = False
            await asyncio.sleep(_LOOK_EVERY_SECONDS if well else _AFTER_TROUBLE_SECONDS)

    async def look(self) -> bool:
        """Print what has no PDF yet; tell whether all of it could be printed."""
        async with self._spine.database.reading() as session:
            waiting = await Brochures(session).unprinted(_AT_ONCE)
        return all([await self._printed(one) for one in waiting])

    async def _printed(self, one: Unprinted) -> bool:
        try:
            await self._keep(one, await self.pdf(one))
        except (PrintingFailed, PrintingUnavailable) as trouble:
            # The others may well be printable: one edition does not hold them up.
            self._log.error("brochure.not_printed", code=one.code, edition=one.edition, reason=str(trouble))
            return False
        return True

    async def pdf(self, one: Unprinted) -> bytes:
        """Return an edition's PDF: the same bytes whenever and wherever it is printed."""
        async with self._spine.database.reading() as session:
            registry = await Store(session).registry(one.fact.campaign)
        address = paper.address_of(self._public, one.code)
        html = paper.html(one.fact, one.before, address, demo=registry is not None and registry.plan.demo)
        about = {"identifier": f"brochures/{one.code}/{one.edition}", "created": one.fact.published_at}
        try:
            return await self._papers.print(html, paper.CSS, **about)  # type: ignore[arg-type]
        except MissingGlyphs as missing:
            self._log.error("brochure.glyphs_missing", code=one.code, edition=one.edition, places=missing.places)
            return await self._papers.print(html, paper.CSS, **about, signs=True)  # type: ignore[arg-type]

    async def _keep(self, one: Unprinted, pdf: bytes) -> None:
        printed = tables.Printed(
            code=one.code,
            edition=one.edition,
            sha256=hashlib.sha256(pdf).hexdigest(),
            pages=pages_of(pdf),
            content=pdf,
            address=paper.address_of(self._public, one.code),
            printed_at=self._spine.clock.now(),
        )
        async with self._spine.database.transaction() as session:
            await Brochures(session).keep(printed)
        self._log.info("brochure.printed", code=one.code, edition=one.edition, sha256=printed.sha256)
