"""What is measured when somebody looks: readiness, what waits in the outbox, in the stream, in quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import nats.errors
from nats.aio.client import Client
from prometheus_client import Gauge
from sqlalchemy import text

from shared.database import Database
from shared.metrics import OUTBOX_LAG
from shared.stream import STREAM

READY = Gauge("chunfeng_ready", "1 while a part the service needs answers", ["service", "part"])
OUTBOX_OLDEST = Gauge(
    "chunfeng_outbox_oldest_seconds", "Age of the oldest fact that is recorded and not in the stream", ["service"]
)
CONSUMER_PENDING = Gauge("chunfeng_consumer_pending", "Facts in the stream the service has not applied", ["service"])
QUARANTINE_WAITING = Gauge("chunfeng_quarantine_waiting", "Messages in quarantine nobody has dealt with", ["service"])
EVENTS_WAITING = Gauge("chunfeng_events_waiting", "Posted events that wait for their predecessor", ["service"])

_COUNT: Final = text("""
    SELECT last, published, last - published AS lag,
        (SELECT recorded_at FROM outbox WHERE sequence = outbox_counter.published + 1) AS oldest,
        (SELECT count(*) FROM quarantine WHERE state = 'waiting') AS quarantined,
        (SELECT count(*) FROM waiting) AS waiting
    FROM outbox_counter
""")


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits in a service's tables."""

    recorded: int
    published: int
    oldest_seconds: float
    quarantined: int
    waiting: int


async def measure_tables(service: str, database: Database, now: datetime) -> Waits:
    """Measure what waits in a service's tables."""
    async with database.reading() as session:
        row = (await (await session.connection()).execute(_COUNT)).one()
    OUTBOX_LAG.labels(service).set(row.lag)
    oldest = max((now - row.oldest).total_seconds(), 0) if row.oldest else 0
    OUTBOX_OLDEST.labels(service).set(oldest)
    QUARANTINE_WAITING.labels(service).set(row.quarantined)
    EVENTS_WAITING.labels(service).set(row.waiting)
    return Waits(row.last, row.published, oldest, row.quarantined, row.waiting)


async def measure_consumer(service: str, client: Client) -> int | None:
    """Measure how far a service's durable consumer is behind the stream; unknown while NATS does not answer."""
    try:
        told = await client.jetstream().consumer_info(STREAM, service, timeout=1)
    except (nats.errors.Error, OSError, TimeoutError):
        return None
    pending = (told.num_pending or 0) + (told.num_ack_pending or 0)
    CONSUMER_PENDING.labels(service).set(pending)
    return pending
