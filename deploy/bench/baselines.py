"""The bare parts: what PostgreSQL, NATS and their drivers do with the same rows when nothing else is asked of them."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Final

import asyncpg
import nats
from nats.js.api import AckPolicy, ConsumerConfig

from shared.envelope import read_published
from shared.events import ApprovalSigned
from shared.relay import BATCH
from shared.stream import STREAM, SUBJECTS

_POOL: Final = 16
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS bench_state (id text PRIMARY KEY, body text NOT NULL);
    CREATE TABLE IF NOT EXISTS bench_outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event text NOT NULL, body text NOT NULL
    );
"""
_TWO_ROWS: Final = """
    WITH state AS (INSERT INTO bench_state (id, body) VALUES ($1, $2))
    INSERT INTO bench_outbox (event, body) VALUES ($1, $2)
"""
_UNNEST: Final = """
    WITH rows AS (SELECT * FROM unnest($1::text[], $2::text[]) AS row(id, body)),
    state AS (INSERT INTO bench_state (id, body) SELECT id, body FROM rows)
    INSERT INTO bench_outbox (event, body) SELECT id, body FROM rows
"""


async def prepare(dsn: str) -> None:
    """Create the bare tables."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_TABLES)
    await connection.close()


async def commit_one_by_one(dsn: str, rows: Sequence[tuple[str, str]], callers: int) -> float:
    """Commit each row with its outbox row in one statement, from `callers` tasks over 16 connections."""
    pending = iter(rows)
    async with asyncpg.create_pool(dsn, min_size=_POOL, max_size=_POOL) as pool:

        async def call() -> None:
            for row in pending:
                await pool.execute(_TWO_ROWS, *row)

        started = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        return time.perf_counter() - started


async def insert_in_hundreds(dsn: str, rows: Sequence[tuple[str, str]]) -> float:
    """Insert rows and outbox rows a hundred at a time over one connection: the unnest limit."""
    connection = await asyncpg.connect(dsn)
    started = time.perf_counter()
    for at in range(0, len(rows), 100):
        ids, bodies = zip(*rows[at : at + 100], strict=True)
        await connection.execute(_UNNEST, list(ids), list(bodies))
    seconds = time.perf_counter() - started
    await connection.close()
    return seconds


async def publish_in_batches(url: str, messages: Sequence[tuple[str, str, bytes]]) -> float:
    """Publish (subject, message id, payload) in atomic batches, nothing read and nothing marked."""
    client = await nats.connect(url)
    started = time.perf_counter()
    for at in range(0, len(messages), BATCH):
        part = messages[at : at + BATCH]
        batch = f"bare-{time.monotonic_ns()}"
        for position, (subject, message_id, payload) in enumerate(part[:-1], start=1):
            headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(position), "Nats-Msg-Id": message_id}
            await client.publish(subject, payload, headers=headers)
        subject, message_id, payload = part[-1]
        headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(part)), "Nats-Batch-Commit": "1"}
        reply = await client.request(subject, payload, timeout=30, headers=headers | {"Nats-Msg-Id": message_id})
        answer = json.loads(reply.data)
        if "error" in answer:
            raise RuntimeError(answer)
    seconds = time.perf_counter() - started
    await client.close()
    return seconds


async def fetch_and_decode(url: str, count: int, name: str) -> float:
    """Fetch a hundred at a time, decode each with pydantic, acknowledge each; nothing is stored."""
    client = await nats.connect(url)
    config = ConsumerConfig(durable_name=name, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=2000)
    subscription = await client.jetstream().pull_subscribe(f"{SUBJECTS}.>", durable=name, stream=STREAM, config=config)
    seen = 0
    started = time.perf_counter()
    while seen < count:
        for message in await subscription.fetch(100, timeout=10):
            fact = read_published(message.data)
            if fact.type == ApprovalSigned.type:
                ApprovalSigned.model_validate(fact.data)
            await message.ack()
            seen += 1
    seconds = time.perf_counter() - started
    await client.close()
    return seconds
