"""The wrap-up at work: issued as a supplement 增刊 after the last session's bulletin, corrected when one of them is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.bulletin.domain import wrapup
from services.bulletin.domain.edition import Edition
from services.bulletin.issuing import Printer, issue
from services.bulletin.settings import Settings
from services.bulletin.store import Store
from shared import logs, outbox
from shared.background import background
from shared.clock import Clock
from shared.database import Database, is_away
from shared.events import CampaignPlanned

_LOOK_EVERY_SECONDS: Final = 0.5
_HOLD_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a campaign is from its wrap-up."""

    plan: CampaignPlanned
    issued: dict[str, int]
    """The newest revision of each session's bulletin."""
    cancelled: frozenset[str]
    """Sessions that were cancelled: it does not wait for them."""
    newest: Edition | None
    """The wrap-up in force, if there is one."""
    settled: bool
    """Nothing waits to be considered for any session."""
    last_issued_at: datetime | None

    @property
    def is_due(self) -> bool:
        """Tell whether a wrap-up, or a correction of it, has to be issued."""
        if not wrapup.is_due(self.plan, self.issued, self.cancelled):
            return False
        return self.newest is None or wrapup.compares(self.newest) != self.issued


async def standing(store: Store, plan: CampaignPlanned) -> Standing:
    """Return how far a campaign is."""
    sessions = [one.session for one in plan.sessions]
    newest = await store.newest_edition_of(wrapup.name_of(plan.campaign))
    editions = await store.editions(sessions=sessions)
    return Standing(
        plan=plan,
        issued={row.session: row.revision for row in editions},
        cancelled=frozenset(await store.cancelled(sessions)),
        newest=Edition.model_validate_json(newest.canonical) if newest else None,
        settled=all(one.settled and not one.signed for one in await store.closings() if one.session in sessions),
        last_issued_at=max((row.issued_at for row in editions), default=None),
    )


async def assembled(store: Store, plan: CampaignPlanned, issued_at: datetime, cutoff: dict[str, int]) -> Edition:
    """Put together the wrap-up that follows from the newest editions; its first edition's number is still open."""
    rows = await store.editions(sessions=[one.session for one in plan.sessions])
    newest = {row.session: Edition.model_validate_json(row.canonical) for row in rows}
    before_row = await store.newest_edition_of(wrapup.name_of(plan.campaign))
    before = Edition.model_validate_json(before_row.canonical) if before_row else None
    times = wrapup.limit(list(newest.values()), plan.switches.bulletin_within)
    imprint = replace(
        times,
        number=before.number if before else 0,
        revision=before.revision + 1 if before else 0,
        issued_at=issued_at,
        cutoff=cutoff,
    )
    known = await store.known(plan, wrapup.name_of(plan.campaign), cutoff)
    return wrapup.assemble(plan, list(newest.values()), imprint, before, known)


class WrapUp:
    """Watches campaigns for the end of their last session."""

    def __init__(self, *, database: Database, clock: Clock, settings: Settings, printer: Printer) -> None:
        """Take what issuing needs."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._printer = printer
        self._considered = (-1, -1)
        """How many editions and cancellations there were when nothing was due; both are only ever added."""
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch as long as the block lasts."""
        async with background(self._watch(), "wrapup"):
            yield

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  (logged; tried again, sessions' bulletins are not held up by it)
                if is_away(error):
                    self._log.warning("wrapup.put_off", error=type(error).__name__)
                else:
                    self._log.critical("wrapup.held_up", exc_info=True)
                    await asyncio.sleep(_HOLD_SECONDS)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def look(self) -> None:
        """Issue what is due for any campaign."""
        async with self._database.reading() as session:
            store = Store(session)
            told = (await store.count_editions(), await store.cancellations())
            if told == self._considered:
                return
            waiting = [one for one in await _standings(store) if one.is_due]
        for one in waiting:
            if self._is_time(one):
                await self._issue(one.plan)
        if not waiting:
            self._considered = told

    def _is_time(self, one: Standing) -> bool:
        """Tell whether to issue now: like a correction, it waits until the sessions are quiet."""
        if not one.is_due or not one.settled or one.last_issued_at is None:
            return False
        return self._clock.now() >= one.last_issued_at + self._settings.correction_quiet

    async def _issue(self, plan: CampaignPlanned) -> None:
        async with self._database.transaction() as session:
            store = Store(session)
            await store.take_turn()
            if not self._is_time(await standing(store, plan)):
                return
            await outbox.take_turn(session)
            recorded, _ = await outbox.state(session)
            cutoff = await store.positions() | {outbox.source_of("bulletin"): recorded}
            edition = await assembled(store, plan, self._clock.now(), cutoff)
            await issue(session, edition, self._printer, plan)
        self._log.info("wrapup.issued", campaign=plan.campaign, revision=edition.revision)


async def _standings(store: Store) -> Sequence[Standing]:
    # Two small queries a look; editions are read only of campaigns that have all they can have.
    found = []
    for plan in await store.plans():
        sessions = [one.session for one in plan.sessions]
        if wrapup.is_due(plan, await store.newest_revisions(sessions), await store.cancelled(sessions)):
            found.append(await standing(store, plan))
    return found
