"""The heartbeat: every service tells on a core NATS subject, every two seconds, how it is and what waits in it.

Services call nobody, so whoever watches over all of them listens (the bulletin's console). A beat is no fact: it is
not kept, and one that is lost is followed by the next.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, ConfigDict, ValidationError

from shared import logs

SUBJECT: Final = "chunfeng.beat"
EVERY_SECONDS: Final = 2.0
SILENT_SECONDS: Final = 8.0
"""Without a beat for so long, a service does not answer."""
_AWAY: Final = (nats.errors.Error, OSError, TimeoutError)


class Beat(BaseModel):
    """How one process of a service is; what could not be measured is None."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: str
    instance: str
    started_at: datetime
    at: datetime
    """Real time, in UTC."""
    now: datetime
    """The campaign's time."""
    checks: dict[str, bool]
    needed: tuple[str, ...]
    """Those of the checks without which the service is not ready."""
    recorded: int | None = None
    published: int | None = None
    oldest_seconds: float | None = None
    """How long the oldest recorded fact has waited to be published."""
    pending: int | None = None
    """Facts in the stream that it has not applied."""
    quarantined: int | None = None
    waiting: int | None = None
    """Posted events that wait for what they build on."""

    @property
    def ready(self) -> bool:
        """Tell whether everything it needs answers."""
        return all(self.checks.get(part, False) for part in self.needed)

    @property
    def away(self) -> list[str]:
        """Name the parts that do not answer."""
        return [part for part, answers in self.checks.items() if not answers]

    @property
    def lag(self) -> int | None:
        """How many facts wait to be published."""
        return None if self.recorded is None or self.published is None else self.recorded - self.published


Take = Callable[[], Awaitable[Beat]]


def instance() -> str:
    """Name this process among those of its service."""
    return f"{socket.gethostname()}/{os.getpid()}"


async def beat(client: Client, take: Take) -> None:
    """Tell how this process is, for ever; while NATS is away there is nobody to tell."""
    while True:
        try:
            told = await take()
            if client.is_connected:
                await client.publish(f"{SUBJECT}.{told.service}", told.model_dump_json().encode())
        except _AWAY as error:
            logs.get().debug("beat.skipped", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


class Beats:
    """The newest beat of every process heard of."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._heard: dict[tuple[str, str], Beat] = {}
        self._at: dict[tuple[str, str], datetime] = {}

    async def take(self, message: Msg) -> None:
        """Take a message; what is no beat is not of interest."""
        with contextlib.suppress(ValidationError):
            self.add(Beat.model_validate_json(message.data))

    def add(self, told: Beat) -> None:
        """Remember a beat, by our own clock: those of other hosts may be set otherwise."""
        key = (told.service, told.instance)
        self._heard[key], self._at[key] = told, datetime.now(UTC)

    def of(self, service: str) -> list[tuple[Beat, float]]:
        """Return a service's processes with the seconds since each was heard; who ended long ago is forgotten."""
        now = datetime.now(UTC)
        found = [
            (told, (now - self._at[key]).total_seconds()) for key, told in self._heard.items() if key[0] == service
        ]
        found.sort(key=lambda one: one[1])
        alive = [one for one in found if one[1] < SILENT_SECONDS]
        return alive or found[:1]

    @asynccontextmanager
    async def heard_by(self, client: Client) -> AsyncIterator[None]:
        """Listen as long as the block lasts."""
        subscription = await client.subscribe(f"{SUBJECT}.*", cb=self.take)
        try:
            yield
        finally:
            with contextlib.suppress(*_AWAY):
                await subscription.unsubscribe()
