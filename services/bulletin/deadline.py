"""The one-day clock at work: issues bulletins when complete or due, corrections when facts come late, alarms before.

Issuing is one transaction: number, page, edition, BulletinIssued and deliveries appear together or not at all. A
number is therefore never used up by an attempt that failed, and an edition always has its page.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain import completeness, facts, fold, timing
from services.bulletin.domain.edition import Edition
from services.bulletin.settings import Settings
from services.bulletin.store import Store
from services.bulletin.tables import DeliveryRow, EditionRow
from shared import faults, logs, outbox
from shared.clock import Clock
from shared.database import Database, is_away
from shared.events import (
    BulletinCorrected,
    BulletinIssued,
    CampaignPlanned,
    DeadlineApproaching,
    DeadlineMissed,
    Event,
    Recipient,
)
from shared.spine import background

SERVICE: Final = "bulletin"
_TICK_SECONDS: Final = 0.25
_HOLD_SECONDS: Final = 20.0
"""How long a session whose bulletin could not be made is left alone before it is tried again."""
_AWAY_SECONDS: Final = 1.0
"""Likewise, when it was only the database that was away."""


class Printer(Protocol):
    """Prints editions."""

    async def render(self, edition: Edition, *, signs: bool = False) -> bytes:
        """Return the edition's PDF, the same bytes every time; with `signs`, 〓 stands for what no typeface has."""
        ...


class Deadline:
    """Watches closed sessions."""

    def __init__(
        self, *, database: Database, clock: Clock, settings: Settings, printer: Printer, wake: asyncio.Event
    ) -> None:
        """Take what issuing needs; `wake` is set whenever facts have arrived."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._printer = printer
        self._wake = wake
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

    async def _look_at(self, closing: timing.Closing) -> None:
        await self._alarm(closing)
        now = self._clock.now()
        near = closing.revision is None and now >= closing.due_at - self._settings.look_again_before
        quiet = closing.revision is None or now >= closing.touched_at + self._settings.correction_quiet
        if near or (quiet and not closing.settled):
            await self._decide(closing)

    async def _alarm(self, closing: timing.Closing) -> None:
        hours = timing.alarm(closing, self._clock.now())
        if hours is None:
            return
        async with self._database.transaction() as session:
            store = Store(session)
            if not await store.note_alarm(closing.session, hours):
                return
            missed = hours not in timing.ALARMS
            event: Event = (
                DeadlineMissed(session=closing.session, due_at=closing.due_at)
                if missed
                else DeadlineApproaching(session=closing.session, due_at=closing.due_at, hours_since_closing=hours)
            )
            await self._record(session, event, f"alarm {hours}")
        level = self._log.critical if missed else self._log.warning
        level("bulletin.missed" if missed else "bulletin.outstanding", session=closing.session, hours=hours)

    async def _decide(self, closing: timing.Closing) -> None:
        async with self._database.transaction() as session:
            store = Store(session)
            await store.take_turn()
            newest = await store.newest_edition_of(closing.session)
            plan = await store.plan_of(closing.session.rpartition("-")[0])
            if plan is None or (newest.revision if newest else None) != closing.revision:
                return
            cutoff = await store.positions()
            cutoff.pop(outbox.source_of(SERVICE), None)
            known = facts.read(plan, closing.session, await store.facts_of(closing.session, cutoff))
            draft = self._draft(closing, known, newest, cutoff)
            step = timing.step(
                closing,
                draft.issued_at,
                complete=draft.complete,
                changed=bool(draft.changes),
                issue_before=plan.switches.issue_before,
                quiet=self._settings.correction_quiet,
            )
            # Facts that arrive while this decides carry a later touched_at, and it will decide again.
            await store.note_examined(closing.session, closing.touched_at)
            if step is timing.Step.WAIT:
                return
            number = newest.number if newest else await store.next_number(draft.year)
            edition = draft.model_copy(update={"number": number})
            row = await printed(edition, self._printer, plan)
            store.add(row, *deliveries_of(edition, plan))
            await self._announce(session, edition, row)
            faults.crash_at("bulletin.before_commit")
        self._report(closing.session, known)

    def _draft(
        self, closing: timing.Closing, known: facts.SessionFacts, newest: EditionRow | None, cutoff: dict[str, int]
    ) -> Edition:
        """Assemble what would be issued now, with what it lacks and what it changes."""
        imprint = fold.Imprint(
            number=newest.number if newest else 0,
            revision=newest.revision + 1 if newest else 0,
            issued_at=self._clock.now(),
            closed_at=closing.closed_at,
            due_at=closing.due_at,
            cutoff=cutoff,
        )
        before = Edition.model_validate_json(newest.canonical) if newest else None
        return completeness.edition(known, imprint, before)

    async def _announce(self, session: AsyncSession, edition: Edition, row: EditionRow) -> None:
        kind = BulletinIssued if edition.revision == 0 else BulletinCorrected
        event = kind(
            session=edition.session,
            year=edition.year,
            number=edition.number,
            revision=edition.revision,
            issued_at=edition.issued_at,
            due_at=edition.due_at,
            cutoff=edition.cutoff,
            sha256=row.sha256,
            pdf_sha256=row.pdf_sha256,
        )
        await self._record(session, event, f"edition {edition.revision}")

    async def _record(self, session: AsyncSession, event: Event, cause: str) -> None:
        now = self._clock.now()
        record = outbox.Record(
            event=event,
            event_id=outbox.derived_id(SERVICE, event.subject, cause),
            time=now,
            version=await outbox.next_version(session, event.subject),
            correlation_id=event.subject,
        )
        await outbox.record(session, SERVICE, [record], now)

    def _report(self, session: str, known: facts.SessionFacts) -> None:
        self._log.info(
            "bulletin.issued",
            session=session,
            correlation_ids=sorted({fact.correlation_id for fact in known.facts}),
        )


async def printed(edition: Edition, printer: Printer, plan: CampaignPlanned) -> EditionRow:
    """Print an edition; return it as it is kept.

    A character that no typeface has holds the bulletin up, loudly, until the limit is near; then 〓 stands for it.
    """
    pdf = await printer.render(edition, signs=edition.issued_at >= edition.due_at - plan.switches.issue_before)
    return EditionRow(
        session=edition.session,
        revision=edition.revision,
        year=edition.year,
        number=edition.number,
        issued_at=edition.issued_at,
        due_at=edition.due_at,
        complete=edition.complete,
        sha256=edition.sha256(),
        canonical=edition.canonical().decode(),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        pdf=pdf,
    )


def deliveries_of(edition: Edition, plan: CampaignPlanned) -> list[DeliveryRow]:
    """Return a queued delivery of an edition for each of the campaign's recipients (notice I14)."""
    return [
        DeliveryRow(
            session=edition.session,
            revision=edition.revision,
            recipient=recipient.name,
            channel=recipient.channel.value,
            address=recipient.address,
            state="queued",
            attempts=0,
            next_at=edition.issued_at,
            claimed_until=None,
            error=None,
            message_id=f"<{edition.session}.r{edition.revision}.{_digest(recipient)}@chunfeng>",
            delivered_at=None,
        )
        for recipient in plan.recipients
    ]


def _digest(recipient: Recipient) -> str:
    return hashlib.sha256(f"{recipient.name}\n{recipient.address}".encode()).hexdigest()[:12]
