"""Events that wait for another service's fact: decided once this service has heard it (row 82).

What the service records itself releases its waiting events in the intake; this is for what only the stream brings.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import logs
from shared.background import background
from shared.intake import Intake
from shared.spine import Spine

Heard = Callable[[AsyncSession], Awaitable[set[str]]]
"""Names what the service has heard from others, in the words of NotYet.needs."""

_ANY: Final = text("SELECT EXISTS (SELECT FROM waiting)")
_LOOK_AGAIN_SECONDS: Final = 5.0
"""An event posted just while its predecessor is being learnt has missed the signal: it waits this long at most."""


async def release(intake: Intake, heard: Heard) -> int:
    """Decide the waiting events whose predecessor has been heard; return how many there were."""
    async with intake.database.reading() as session:
        if not (await (await session.connection()).execute(_ANY)).scalar():
            return 0  # to gather all that has been heard takes long, and mostly nothing waits
    async with intake.database.transaction() as session:
        return await intake.release(session, await heard(session))


class Waiting:
    """The part of a service that releases waiting events whenever facts have been learnt."""

    def __init__(self, spine: Spine, heard: Heard) -> None:
        """Take the service, and what tells which facts it has heard."""
        if spine.intake is None:
            message = f"nothing is posted to {spine.service}, so nothing can wait there"
            raise ValueError(message)
        self._intake = spine.intake
        self._learnt = spine.applied
        self._heard = heard
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep releasing as long as the block lasts."""
        async with background(self._keep_releasing(), "waiting"):
            yield

    async def _keep_releasing(self) -> None:
        while True:
            self._learnt.clear()
            try:
                if count := await release(self._intake, self._heard):
                    self._log.info("waiting.released", events=count)
            except (DBAPIError, OSError, TimeoutError) as error:
                self._log.warning("waiting.unreleased", error=type(error).__name__)
            except Exception:  # noqa: BLE001  (one bad event must not end the process; logged, and tried again)
                self._log.exception("waiting.failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                    await self._learnt.wait()
