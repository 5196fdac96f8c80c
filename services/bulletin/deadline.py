"""The one-day clock at work: issues bulletins when complete, signed or due, corrections when facts come late, alarms.

Where a campaign wants a leader's signature, what is complete is drafted and waits for it; at the limit it goes out all
the same and says that it is unsigned.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain import signoff, timing
from services.bulletin.domain.edition import Edition
from services.bulletin.domain.timing import Closing, Step
from services.bulletin.issuing import Printer, issue, record
from services.bulletin.settings import Settings
from services.bulletin.store import Store
from services.bulletin.store.queries import Outlook
from shared import logs
from shared.background import background
from shared.clock import Clock
from shared.database import Database, is_away
from shared.envelope import Fact
from shared.events import BulletinDrafted, CampaignPlanned, DeadlineApproaching, DeadlineMissed, Event
from shared.intake import Intake

_TICK_SECONDS: Final = 0.25
_HOLD_SECONDS: Final = 20.0
"""How long a session whose bulletin could not be made is left alone before it is tried again."""
_AWAY_SECONDS: Final = 1.0
"""Likewise, when it was only the database that was away."""


class Deadline:
    """Watches closed sessions."""

    def __init__(  # noqa: PLR0913  (what issuing needs)
        self,
        *,
        database: Database,
        clock: Clock,
        settings: Settings,
        printer: Printer,
        wake: asyncio.Event,
        intake: Intake | None = None,
    ) -> None:
        """Take what issuing needs; `wake` is set whenever facts have arrived, `intake` keeps what waits for a draft."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._printer = printer
        self._wake = wake
        self._intake = intake
        self._held: dict[str, float] = {}
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch as long as the block lasts."""
        async with background(self._watch(), "deadline"):
            yield

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.look()
            except Exception:  # noqa: BLE001  (one session's trouble must not silence the clock of the others)
                self._log.error("deadline.failed", exc_info=True)
                await asyncio.sleep(1)

    async def look(self) -> None:
        """Do for every closed session what is to be done now."""
        async with self._database.reading() as session:
            closings = await Store(session).closings()
        for closing in closings:
            if self._held.get(closing.session, 0.0) > time.monotonic():
                continue
            try:
                await self._look_at(closing)
            except Exception as error:  # noqa: BLE001  (likewise)
                self._leave_alone(closing.session, error)

    def _leave_alone(self, session: str, error: Exception) -> None:
        """Do not try a session again at once; a database that is away is nothing wrong with its bulletin."""
        away = is_away(error)
        self._held[session] = time.monotonic() + (_AWAY_SECONDS if away else _HOLD_SECONDS)
        if away:
            self._log.warning("bulletin.put_off", session=session, error=type(error).__name__)
        else:
            self._log.critical("bulletin.held_up", session=session, exc_info=error)

    async def _look_at(self, closing: Closing) -> None:
        await self._alarm(closing)
        now = self._clock.now()
        limit = closing.next_limit
        near = limit is not None and now >= limit - self._settings.look_again_before
        quiet = closing.revision is None or now >= closing.touched_at + self._settings.correction_quiet
        if near or closing.signed or (quiet and not closing.settled):
            await self._decide(closing)

    async def _alarm(self, closing: Closing) -> None:
        hours = timing.alarm(closing, self._clock.now())
        if hours is None:
            return
        async with self._database.transaction() as session:
            if not await Store(session).note_alarm(closing.session, hours):
                return
            missed = hours not in timing.ALARMS
            event: Event = (
                DeadlineMissed(session=closing.session, due_at=closing.due_at)
                if missed
                else DeadlineApproaching(session=closing.session, due_at=closing.due_at, hours_since_closing=hours)
            )
            await record(session, event, f"alarm {hours}", self._clock.now())
        level = self._log.critical if missed else self._log.warning
        level("bulletin.missed" if missed else "bulletin.outstanding", session=closing.session, hours=hours)

    async def _decide(self, closing: Closing) -> None:
        async with self._database.transaction() as session:
            store = Store(session)
            await store.take_turn()
            plan = await store.plan_of(closing.session.rpartition("-")[0])
            if plan is None:
                return
            now = self._clock.now()
            outlook = await store.outlook(closing, plan, now)
            if (outlook.newest.revision if outlook.newest else None) != closing.revision:
                return
            draft = (await store.newest_drafts([closing.session])).get(closing.session)
            if draft is not None and draft.revision != outlook.edition.revision:
                draft = None
            if draft is not None and draft.sign_off is not None:
                # Issued as it was read; what has come since is for a correction.
                outlook = await store.outlook(closing, plan, now, dict(draft.cutoff))
                await self._issue(session, outlook, plan, draft)
                return
            step = self._step(closing, outlook, plan, draft, now)
            # Facts that arrive while this decides carry a later touched_at, and it will decide again.
            await store.note_examined(closing.session, closing.touched_at)
            if step is Step.DRAFT:
                await self._put_up(session, closing.session, outlook)
            elif step is not Step.WAIT:
                await self._issue(session, outlook, plan, None)

    def _step(
        self, closing: Closing, outlook: Outlook, plan: CampaignPlanned, draft: signoff.Draft | None, now: datetime
    ) -> Step:
        """Return what is to be done at the moment the outlook is of: an edition says that it was issued then."""
        prospect = outlook.prospect
        before, quiet = plan.switches.issue_before, self._settings.correction_quiet
        complete, changed = prospect.complete, prospect.changed
        if not _is_signed(outlook, plan):
            return timing.step(closing, now, complete=complete, changed=changed, issue_before=before, quiet=quiet)
        fresh = draft is None or draft.contents_sha256 != prospect.contents_sha256
        return timing.step_to_sign(
            closing, now, complete=complete, changed=changed, fresh=fresh, issue_before=before, quiet=quiet
        )

    async def _put_up(self, session: AsyncSession, name: str, outlook: Outlook) -> None:
        """Put up what is complete for review and sign-off, and let those decide that came before it."""
        store, now = Store(session), self._clock.now()
        before = (await store.newest_drafts([name])).get(name)
        draft = signoff.next_draft(name, outlook.prospect, before, now)
        await store.save_draft(draft)
        await record(session, signoff.drafted(draft), f"draft {draft.draft}", now)
        if self._intake is not None:
            await self._intake.release(session, {f"{BulletinDrafted.type} {name}"})
        self._log.info("bulletin.drafted", session=name, draft=draft.draft)

    async def _issue(
        self, session: AsyncSession, outlook: Outlook, plan: CampaignPlanned, draft: signoff.Draft | None
    ) -> None:
        sign_off = draft.sign_off if draft else None
        edition = signoff.stamped(outlook.edition, sign_off, wanted=_is_signed(outlook, plan))
        await issue(session, edition, self._printer, plan, _new_in(outlook))
        level = self._log.warning if edition.unsigned else self._log.info
        ids = sorted({fact.correlation_id for fact in outlook.known.facts})
        known = {"session": edition.session, "unsigned": edition.unsigned}
        logs.of_many(level, "bulletin.issued", {"correlation_ids": ids}, **known)


def _new_in(outlook: Outlook) -> list[Fact]:
    """Return the facts that no earlier edition has told, in the order in which they were recorded."""
    before = Edition.model_validate_json(outlook.newest.canonical).cutoff if outlook.newest else {}
    new = [fact for fact in outlook.known.facts if fact.sequence > before.get(fact.source, 0)]
    return sorted(new, key=lambda fact: fact.recorded_at or fact.time)


def _is_signed(outlook: Outlook, plan: CampaignPlanned) -> bool:
    return outlook.edition.kind in plan.switches.sign_off
