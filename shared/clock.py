"""The one clock: the system's, or in a rehearsal the campaign's own day told on a NATS subject. UTC inside."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
CLOCK_SUBJECT: Final = "chunfeng.clock"
"""Core NATS subject on which a rehearsal's conductor tells the time, as ISO 8601 text."""


class Clock(Protocol):
    """Tells the time; everything that depends on time takes one."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class RehearsalClock:
    """A clock that follows a conductor: it goes on from the last time told, and never backwards."""

    def __init__(self) -> None:
        """Start unset: nobody acts before the first time is told."""
        self._offset: timedelta | None = None
        self._told = asyncio.Event()

    def now(self) -> datetime:
        real = datetime.now(UTC)
        return real + self._offset if self._offset is not None else real

    def tell(self, time: datetime) -> None:
        """Move on to `time` unless that would be backwards."""
        offset = time - datetime.now(UTC)
        if self._offset is None or offset > self._offset:
            self._offset = offset
            self._told.set()

    async def told(self) -> None:
        """Wait until the conductor has spoken once."""
        await self._told.wait()


def clock_of(*, rehearsal: bool) -> Clock:
    """Return the clock a service goes by."""
    return RehearsalClock() if rehearsal else SystemClock()


def shanghai_date(time: datetime) -> date:
    """Return the calendar day in Ordos at `time`."""
    return time.astimezone(SHANGHAI).date()


def shanghai_time(time: datetime) -> str:
    """Return a moment as people in Ordos read it, to the minute."""
    return time.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
