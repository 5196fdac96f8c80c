"""The relay: carries recorded facts from the outbox to the stream, in order, each at least once.

One process per service leads (an advisory lock held by its connection). It reads facts above the published mark,
publishes them with Nats-Msg-Id, and moves the mark after the stream has acknowledged. A crash in between publishes
again; Nats-Msg-Id and the consumers' inboxes absorb it. For the same reason the mark does not wait for the disk: it is
in the row that whoever records facts must lock, and would hold him up.
"""

import asyncio
import contextlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
import nats.errors
from nats.aio.client import Client
from opentelemetry.trace import SpanKind
from sqlalchemy import URL

from shared import envelope, faults, logs, tracing
from shared.metrics import FACTS_PUBLISHED, OUTBOX_LAG, RELAY_LEADER
from shared.outbox import CHANNEL
from shared.stream import STREAM, count_in_stream, last_in_stream, subject_of

BATCH: Final = 1000
"""Most messages in one atomic batch; the server refuses more (ADR-50)."""
_ATOMIC_FROM: Final = 4
"""Below this many facts, plain publishing has the lower latency."""
_POLL_SECONDS: Final = 1.0
_ACK_SECONDS: Final = 10.0
_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection lost while it is being made
)
_LOCK: Final = zlib.crc32(b"chunfeng relay")

_READ = """
    SELECT sequence, event_id, type, correlation_id, envelope FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2
"""
_MARK = "UPDATE outbox_counter SET published = $1 WHERE id = 1 AND published < $1"
_STATE = "SELECT published, last FROM outbox_counter WHERE id = 1"


def _trace(envelope_text: str) -> str | None:
    """Return the trace context of a written fact, without reading all of it."""
    _, found, rest = envelope_text.partition('"traceparent":"')
    return rest.partition('"')[0] if found else None


class NotPublishedError(Exception):
    """The stream did not take a batch."""


class Relay:
    """Publishes one service's facts."""

    def __init__(self, service: str, *, database: URL, client: Client) -> None:
        """Take the database and a NATS connection of its own."""
        self.service = service
        self._dsn = database.set(drivername="postgresql").render_as_string(hide_password=False)
        self._client = client
        self._wake = asyncio.Event()
        self._batches = 0
        self._unmended = 0
        self._log = logs.get()

    async def run(self) -> None:
        """Lead whenever nobody else does, for ever."""
        while True:
            try:
                await self._lead()
            except (*_AWAY, nats.errors.Error) as error:
                self._log.warning("relay.interrupted", error=str(error) or type(error).__name__)
            except NotPublishedError as error:
                self._log.warning("relay.not_published", error=str(error))
            RELAY_LEADER.labels(self.service).set(0)
            await asyncio.sleep(0.5)

    async def _lead(self) -> None:
        connection = await asyncpg.connect(
            self._dsn, timeout=5, command_timeout=30, server_settings={"synchronous_commit": "off"}
        )
        try:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                return
            RELAY_LEADER.labels(self.service).set(1)
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            published, last = await connection.fetchrow(_STATE)
            idle = True
            while True:
                OUTBOX_LAG.labels(self.service).set(last - published)
                published = await self._there(published, counting=idle)
                published = await self._drain(connection, published)
                idle = not await self._woken()
                _, last = await connection.fetchrow(_STATE)
        finally:
            with contextlib.suppress(*_AWAY):
                await connection.close(timeout=2)

    async def _woken(self) -> bool:
        """Wait for new facts; False when none came for a while."""
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _there(self, published: int, *, counting: bool) -> int:
        """Return up to which fact the stream has ours; what it lost is published again from the outbox.

        Looked at before anything new is published, which could hide the loss; counted when there is time.
        """
        last = await last_in_stream(self._client, self.service)
        if last is not None and last < published:
            self._log.critical("relay.stream_lost_facts", recorded=published, in_stream=last)
            return last
        short = published - await count_in_stream(self._client, self.service) if counting else 0
        if short > self._unmended:
            self._unmended = short  # what the stream does not take back is not offered for ever
            self._log.critical("relay.stream_lost_facts", recorded=published, missing=short)
            return 0
        return published

    async def _drain(self, connection: asyncpg.Connection, published: int) -> int:
        rows = await connection.fetch(_READ, published, BATCH)
        while rows:
            # While the stream takes this batch, PostgreSQL already reads the next.
            ahead = asyncio.ensure_future(connection.fetch(_READ, rows[-1]["sequence"], BATCH))
            try:
                await self.publish(rows)
            except BaseException:
                ahead.cancel()
                raise
            following = await ahead
            faults.crash_at("relay.before_mark")
            published = rows[-1]["sequence"]
            await connection.execute(_MARK, published)
            faults.crash_at("relay.after_mark")
            self._report(rows)
            rows = following
        return published

    def _report(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if tracing.on():
            tracing.passing("publish", SpanKind.PRODUCER, [(row["event_id"], _trace(row["envelope"])) for row in rows])
        FACTS_PUBLISHED.labels(self.service).inc(len(rows))
        logs.of_many(
            self._log.info,
            "facts.published",
            {
                "event_ids": [row["event_id"] for row in rows],
                "correlation_ids": [row["correlation_id"] for row in rows],
            },
            first=rows[0]["sequence"],
            last=rows[-1]["sequence"],
        )

    async def publish(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Publish rows of (sequence, event_id, type, envelope); returns when the stream has stored them all."""
        messages = [
            (
                subject_of(self.service, row["type"]),
                f"{self.service}:{row['event_id']}",
                envelope.with_sequence(row["envelope"], row["sequence"]),
            )
            for row in rows
        ]
        if len(messages) < _ATOMIC_FROM or not await self._publish_batch(messages):
            await self._publish_singly(messages)

    async def _publish_batch(self, messages: Sequence[tuple[str, str, bytes]]) -> bool:
        """Publish as one atomic batch; False when the stream has one of them already."""
        self._batches += 1
        batch = f"{self.service}-{id(self):x}-{self._batches}"
        for position, (subject, message_id, payload) in enumerate(messages[:-1], start=1):
            headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(position), "Nats-Msg-Id": message_id}
            await self._client.publish(subject, payload, headers=headers)
        subject, message_id, payload = messages[-1]
        headers = {
            "Nats-Batch-Id": batch,
            "Nats-Batch-Sequence": str(len(messages)),
            "Nats-Batch-Commit": "1",
            "Nats-Msg-Id": message_id,
        }
        reply = await self._client.request(subject, payload, timeout=_ACK_SECONDS, headers=headers)
        answer = json.loads(reply.data)
        if "error" not in answer:
            return True
        self._log.info("relay.batch_refused", error=answer["error"])
        return False

    async def _publish_singly(self, messages: Sequence[tuple[str, str, bytes]]) -> None:
        acks = [
            self._client.request(
                subject,
                payload,
                timeout=_ACK_SECONDS,
                headers={"Nats-Msg-Id": message_id, "Nats-Expected-Stream": STREAM},
            )
            for subject, message_id, payload in messages
        ]
        for reply in await asyncio.gather(*acks):
            answer = json.loads(reply.data)
            if "error" in answer:
                raise NotPublishedError(answer["error"].get("description", "no reason given"))
