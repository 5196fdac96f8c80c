"""A watch over the bulletin from outside: whether a closed session's bulletin has been heard of at all.

The bulletin service raises its own alarms; when it is down, stuck or cut off, nobody would. This service knows when a
session ended and hears when its bulletin is out, so it says aloud, 12, 20 and 23 hours after the end, that it is not.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from shared import logs
from shared.clock import RehearsalClock
from shared.database import Database, is_away
from shared.spine import Spine, background

SILENCE = Gauge(
    "chunfeng_bulletin_silence_seconds",
    "Since a session ended whose bulletin this service has not heard of",
    ["session"],
)
ALARMS: Final = (12, 20, 23, 24)
"""Hours after the end of a session at which the silence is told; 24 is the limit itself."""
_SILENT: Final = text("SELECT session, closed_at FROM session WHERE closed_at IS NOT NULL AND bulletin_number IS NULL")
_LOOK_EVERY_SECONDS: Final = 10.0
_REHEARSAL_SECONDS: Final = 0.3


def alarm(closed_at: datetime, now: datetime) -> int | None:
    """Return the newest alarm that is due: its hours after the end."""
    passed = [hours for hours in ALARMS if now >= closed_at + timedelta(hours=hours)]
    return passed[-1] if passed else None


class Silence:
    """Listens for bulletins that do not come."""

    def __init__(self, spine: Spine) -> None:
        """Take the service."""
        self._spine = spine
        self._told: dict[str, int] = {}
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen as long as the block lasts."""
        async with background(self._watch(), "silence"):
            yield

    async def _watch(self) -> None:
        every = _REHEARSAL_SECONDS if isinstance(self._spine.clock, RehearsalClock) else _LOOK_EVERY_SECONDS
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  (logged; looked at again)
                if not is_away(error):
                    self._log.error("silence.failed", exc_info=True)
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Tell of every session whose bulletin is silent for longer than it was told before."""
        now = self._spine.clock.now()
        for session, closed_at in (await self._silent(self._spine.database)).items():
            hours = alarm(closed_at, now)
            if hours is not None and hours > self._told.get(session, 0):
                self._told[session] = hours
                level = self._log.critical if hours == ALARMS[-1] else self._log.error
                level("bulletin.silent", session=session, hours=hours, closed_at=closed_at.isoformat())

    async def measure(self) -> None:
        """Set the gauge."""
        now = self._spine.clock.now()
        silent = await self._silent(self._spine.database)
        SILENCE.clear()
        for session, closed_at in silent.items():
            SILENCE.labels(session).set((now - closed_at).total_seconds())

    @staticmethod
    async def _silent(database: Database) -> dict[str, datetime]:
        async with database.reading() as session:
            rows = await (await session.connection()).execute(_SILENT)
            return {row.session: row.closed_at for row in rows}
