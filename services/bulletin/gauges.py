"""What an operator watches of the bulletin: the one-day clocks, the deliveries, the mail server."""

import asyncio
import time
from typing import Final

import aiosmtplib
from prometheus_client import Gauge
from sqlalchemy import text

from services.bulletin.delivery.smtp import mail_server
from services.bulletin.settings import Settings
from services.bulletin.store import Store
from shared.clock import Clock
from shared.database import Database

DUE = Gauge("chunfeng_bulletin_due_seconds", "Time left to issue an outstanding bulletin", ["session"])
OUTSTANDING = Gauge("chunfeng_bulletins_outstanding", "Closed sessions whose bulletin is not issued")
DELIVERIES = Gauge("chunfeng_deliveries", "Deliveries of editions to recipients", ["state"])

_STATES: Final = ("queued", "sending", "unknown", "delivered", "failed")
_BY_STATE: Final = text("SELECT state, count(*) AS deliveries FROM delivery GROUP BY state")
_MAIL_SECONDS: Final = 2.0
_ASK_AGAIN_SECONDS: Final = 5.0


class Gauges:
    """Measures the bulletin service's own affairs."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        """Take where to look."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._mail = (-_ASK_AGAIN_SECONDS, True)

    async def measure(self) -> None:
        """Set the gauges of outstanding bulletins and of deliveries."""
        async with self._database.reading() as session:
            closings = await Store(session).closings()
            rows = (await (await session.connection()).execute(_BY_STATE)).all()
        now = self._clock.now()
        outstanding = [one for one in closings if one.revision is None]
        DUE.clear()  # a bulletin that is out has no time left and none to lose
        for one in outstanding:
            DUE.labels(one.session).set((one.due_at - now).total_seconds())
        OUTSTANDING.set(len(outstanding))
        counts: dict[str, int] = {row.state: row.deliveries for row in rows}
        for state in {*_STATES, *counts}:
            DELIVERIES.labels(state).set(counts.get(state, 0))

    async def mail_answers(self) -> bool:
        """Tell whether the mail server greets; asked only where one is set."""
        asked, answer = self._mail
        if time.monotonic() - asked < _ASK_AGAIN_SECONDS:
            return answer
        answer = await self._greets()
        self._mail = (time.monotonic(), answer)
        return answer

    async def _greets(self) -> bool:
        client = mail_server(self._settings, _MAIL_SECONDS)
        try:
            async with asyncio.timeout(_MAIL_SECONDS):
                await client.connect()
                await client.quit()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            client.close()
            return False
        return True
