"""What falls due by itself: facts a service records because time has passed, on the campaign's clock.

A deferral becomes overdue, a notice has waited long enough. The service says what is due; the fact and the state it
changes are one transaction, and while it is written nobody else writes, so a post that comes meanwhile is decided anew.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import logs, outbox
from shared.background import background
from shared.clock import RehearsalClock
from shared.database import is_away
from shared.events import Event
from shared.spine import Spine

_LOOK_EVERY_SECONDS: Final = 2.0
_REHEARSAL_SECONDS: Final = 0.2
"""In a rehearsal a day passes in seconds."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A fact that time has brought: `at` is when it fell due, `cause` tells it from others of its type and subject.

    With `alarm`, the name of a log line, somebody must act: the line is written as an error once the fact is recorded.
    """

    event: Event
    cause: str
    at: datetime
    alarm: str | None = None


class Agenda(Protocol):
    """What a service has to do by the clock."""

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:
        """Tell, cheaply and without changing anything, whether something has fallen due."""
        ...

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Change the service's state for all that has fallen due and return the facts of it."""
        ...


class Timekeeper:
    """The part of a service that keeps its agenda."""

    def __init__(self, spine: Spine, agenda: Agenda) -> None:
        """Take the service and its agenda."""
        self._spine = spine
        self._agenda = agenda
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the agenda as long as the block lasts."""
        async with background(self._keep(), "agenda"):
            yield

    async def _keep(self) -> None:
        every = _REHEARSAL_SECONDS if isinstance(self._spine.clock, RehearsalClock) else _LOOK_EVERY_SECONDS
        while True:
            try:
                await self.look()
            except IntegrityError:
                self._log.warning("agenda.again")
            except Exception as error:  # noqa: BLE001  (one bad entry must not end the process; logged, tried again)
                if is_away(error):
                    self._log.warning("agenda.put_off", error=type(error).__name__)
                else:
                    self._log.exception("agenda.failed")
                await asyncio.sleep(1)
            await asyncio.sleep(every)

    async def look(self) -> int:
        """Record what has fallen due by now; return how many facts that made."""
        now = self._spine.clock.now()
        async with self._spine.database.reading() as session:
            due = await self._agenda.is_due(session, now)
        if not due:
            self._spine.looked_until = now
            return 0
        async with self._spine.database.transaction() as session:
            await outbox.take_turn(session)
            fallen = await self._agenda.fall_due(session, now)
            records = await self._records(session, fallen)
            await outbox.record(session, self._spine.service, records, now)
            if self._spine.intake is not None:
                await self._spine.intake.release(session, {f"{one.event.type} {one.event.subject}" for one in fallen})
        self._spine.looked_until = now
        for one, record in zip(fallen, records, strict=True):
            (self._log.error if one.alarm else self._log.info)(
                one.alarm or "agenda.recorded",
                event_type=record.event.type,
                event_id=record.event_id,
                subject=record.event.subject,
                correlation_id=record.correlation_id,
            )
        return len(records)

    async def _records(self, session: AsyncSession, fallen: Sequence[Fallen]) -> list[outbox.Record]:
        versions = await outbox.versions(session, {one.event.subject for one in fallen})
        records = []
        for one in fallen:
            subject = one.event.subject
            versions[subject] = versions.get(subject, 0) + 1
            records.append(
                outbox.Record(
                    event=one.event,
                    event_id=outbox.derived_id(self._spine.service, one.event.type, subject, one.cause),
                    time=one.at,
                    version=versions[subject],
                    correlation_id=subject,
                )
            )
        return records
