"""Takes a service's pulse, tells it, and hears those of others; what cannot be measured just now stays unknown."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, Protocol

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from shared import gauges, logs
from shared.background import in_time
from shared.beat import EVERY_SECONDS, SILENT_SECONDS, SUBJECT, Beat
from shared.clock import Clock
from shared.consumer import Consumer
from shared.database import Database, is_away
from shared.web.health import Health

_WITHIN_SECONDS: Final = 1.0
_AWAY: Final = (nats.errors.Error, OSError, TimeoutError)


class Pulsing(Protocol):
    """A running service."""

    service: str
    clock: Clock
    database: Database
    consumer: Consumer | None
    health: Health | None

    @property
    def client(self) -> Client:
        """Its connection to NATS."""
        ...


async def pulse(spine: Pulsing, instance: str, started_at: datetime) -> Beat:
    """Return how a service is."""
    health = spine.health
    checks = await health.parts(spine.service) if health else {}
    waits = await _waits(spine) if checks.get("database") else None
    pending = None
    if checks.get("nats") and spine.consumer is not None:
        pending = await gauges.measure_consumer(spine.service, spine.client)
    return Beat(
        service=spine.service,
        instance=instance,
        started_at=started_at,
        at=datetime.now(UTC),
        now=spine.clock.now(),
        checks=checks,
        needed=tuple(health.needed) if health else (),
        recorded=waits.recorded if waits else None,
        published=waits.published if waits else None,
        oldest_seconds=waits.oldest_seconds if waits else None,
        quarantined=waits.quarantined if waits else None,
        waiting=waits.waiting if waits else None,
        pending=pending,
    )


async def _waits(spine: Pulsing) -> gauges.Waits | None:
    try:
        return await in_time(gauges.measure_tables(spine.service, spine.database, spine.clock.now()), _WITHIN_SECONDS)
    except Exception as error:
        if not is_away(error):
            raise
        return None


Take = Callable[[], Awaitable[Beat]]


def instance() -> str:
    """Name this process among those of its service."""
    return f"{socket.gethostname()}/{os.getpid()}"


async def tell(client: Client, take: Take) -> None:
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
