"""Takes a service's pulse: what its heartbeat tells, measured now; what cannot be measured just now stays unknown."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from nats.aio.client import Client

from shared import gauges
from shared.beat import Beat
from shared.clock import Clock
from shared.consumer import Consumer
from shared.database import Database, is_away
from shared.web.health import Health

_WITHIN_SECONDS = 1.0


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
        async with asyncio.timeout(_WITHIN_SECONDS):
            return await gauges.measure_tables(spine.service, spine.database, spine.clock.now())
    except Exception as error:
        if not is_away(error):
            raise
        return None
