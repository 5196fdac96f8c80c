"""The one-day clock at work: issues bulletins when complete or due, corrections when facts come late, alarms before.

Issuing is one transaction: number, page, edition, BulletinIssued and deliveries appear together or not at all. A
number is therefore never used up by an attempt that failed, and an edition always has its page.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain import completeness, facts, fold, timing
from services.bulletin.domain.edition import Edition
from services.bulletin.settings import Settings
from services.bulletin.store import Store
from services.bulletin.tables import DeliveryRow, EditionRow
from shared import faults, logs, outbox
from shared.clock import SHANGHAI, Clock
from shared.database import Database
from shared.events import (
    BulletinCorrected,
    BulletinIssued,
    DeadlineApproaching,
    DeadlineMissed,
    Event,
)
from shared.spine import background

SERVICE: Final = "bulletin"
_TICK_SECONDS: Final = 0.25


class Printer(Protocol):
    """Prints editions."""

    async def render(self, edition: Edition) -> bytes:
        """Return the edition's PDF, the same bytes every time."""
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
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch as long as the block lasts."""
        async with background(self._watch(), "deadline"):
            yield

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK_SECONDS)
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
            try:
                await self._look_at(closing)
            except Exception:  # noqa: BLE001  (likewise)
                self._log.error("deadline.session_failed", session=closing.session, exc_info=True)

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
            await self._record(session, event, closing.session, f"alarm {hours}", version=1_000_000 + hours)
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
            owed = completeness.lacking(known)
            before = Edition.model_validate_json(newest.canonical) if newest else None
            imprint = fold.Imprint(
                number=newest.number if newest else 0,
                revision=newest.revision + 1 if newest else 0,
                issued_at=self._clock.now(),
                closed_at=closing.closed_at,
                due_at=closing.due_at,
                cutoff=cutoff,
            )
            changes = completeness.changes(before, fold.assemble(known, imprint, owed)) if before else ()
            step = timing.step(
                closing,
                imprint.issued_at,
                complete=not owed,
                changed=bool(changes),
                issue_before=plan.switches.issue_before,
                quiet=self._settings.correction_quiet,
            )
            # Facts that arrive while this decides carry a later touched_at, and it will decide again.
            await store.note_examined(closing.session, closing.touched_at)
            if step is timing.Step.WAIT:
                return
            if newest is None:
                year = imprint.issued_at.astimezone(SHANGHAI).year
                imprint = fold.with_number(imprint, await store.next_number(year))
            await self.publish(store, fold.assemble(known, imprint, owed, changes), known)
            await self._announce(session, store, closing.session, imprint.revision)
            faults.crash_at("bulletin.before_commit")
        self._report(closing.session, known)

    async def publish(self, store: Store, edition: Edition, known: facts.SessionFacts) -> EditionRow:
        """Print an edition and add it, with a delivery to each recipient, to the transaction."""
        pdf = await self._printer.render(edition)
        row = EditionRow(
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
        store.add(row)
        for recipient in known.plan.recipients:
            key = hashlib.sha256(f"{recipient.name}\n{recipient.address}".encode()).hexdigest()[:12]
            store.add(
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
                    message_id=f"<{edition.session}.r{edition.revision}.{key}@chunfeng>",
                    delivered_at=None,
                )
            )
        return row

    async def _announce(self, session: AsyncSession, store: Store, name: str, revision: int) -> None:
        row = await store.newest_edition_of(name)
        if row is None or row.revision != revision:
            message = f"the edition {name} r{revision} is not in the transaction that announces it"
            raise RuntimeError(message)
        kind = BulletinIssued if revision == 0 else BulletinCorrected
        event = kind(
            session=name,
            year=row.year,
            number=row.number,
            revision=revision,
            issued_at=row.issued_at,
            due_at=row.due_at,
            cutoff=_cutoff(row.canonical),
            sha256=row.sha256,
            pdf_sha256=row.pdf_sha256,
        )
        await self._record(session, event, name, f"edition {revision}", version=revision + 1)

    async def _record(self, session: AsyncSession, event: Event, name: str, cause: str, *, version: int) -> None:
        now = self._clock.now()
        event_id = outbox.derived_id(SERVICE, name, cause)
        record = outbox.Record(event=event, event_id=event_id, time=now, version=version, correlation_id=name)
        await outbox.record(session, SERVICE, [record], now)

    def _report(self, session: str, known: facts.SessionFacts) -> None:
        self._log.info(
            "bulletin.issued",
            session=session,
            correlation_ids=sorted({fact.correlation_id for fact in known.facts}),
        )


def _cutoff(canonical: str) -> Mapping[str, int]:
    return Edition.model_validate_json(canonical).cutoff
