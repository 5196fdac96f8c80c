"""Rebuilding from the facts, services stopped: the bulletin from the stream, the stream from the outboxes."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from pydantic import SecretStr
from sqlalchemy import text

from deploy.local import ROOT, Local
from deploy.prepare import SERVICES, prepare_databases, prepare_stream
from services.bulletin import rebuild
from services.bulletin.pdf.renderer import EditionRenderer
from services.bulletin.pdf.seal import seal_of
from shared.database import Database
from shared.envelope import Fact, read_published
from shared.relay import Relay
from shared.stream import STREAM, SUBJECTS

_BATCH: Final = 500
Say = Callable[[str], None]


async def facts_in(url: str) -> AsyncIterator[Sequence[Fact]]:
    """Yield every fact of the stream, in its order."""
    client = await nats.connect(url)
    try:
        stream = client.jetstream()
        last = (await stream.stream_info(STREAM)).state.last_seq
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE, inactive_threshold=30, mem_storage=True
        )
        subscription = await stream.pull_subscribe(f"{SUBJECTS}.>", stream=STREAM, config=config)
        reached = 0
        while reached < last:
            messages = await subscription.fetch(_BATCH, timeout=5)
            if messages:
                reached = messages[-1].metadata.sequence.stream
                yield [read_published(message.data) for message in messages]
    finally:
        await client.close()


def rebuild_bulletin(folder: Path, say: Say) -> int:
    """Drop the bulletin's database, rebuild it, print every edition again; 0 if all came out the same."""
    local = Local(folder)
    local.postgres.start()
    local.nats.start()
    try:
        local.postgres.drop_database("bulletin")
        local.postgres.create_database("bulletin")
        rebuilt = asyncio.run(_rebuild(local))
    finally:
        local.nats.stop()
        local.postgres.stop()
    for one in rebuilt:
        verdict = "一致 identical" if one.same_pdf and one.same_content else "不一致 DIFFERENT"
        say(f"第{one.number}期 {one.session} r{one.revision}: {verdict}")
    same = all(one.same_pdf and one.same_content for one in rebuilt)
    say(f"{len(rebuilt)} 期 editions, {'全部一致 all identical' if same else '有不一致 some differ'}")
    return 0 if same else 1


async def _rebuild(local: Local) -> list[rebuild.Rebuilt]:
    await prepare_databases({"bulletin": local.database("bulletin")})
    database = Database(local.database("bulletin"))
    certificate, password = os.environ.get("CHUNFENG_SIGNING_CERTIFICATE"), os.environ.get("CHUNFENG_SIGNING_PASSWORD")
    seal = seal_of(Path(certificate) if certificate else None, SecretStr(password) if password else None)
    printer = EditionRenderer(ROOT / ".chunfeng" / "fonts", seal)
    async with printer.running():
        try:
            return await rebuild.rebuild(database, facts_in(local.nats.url("operator")), printer)
        finally:
            await database.close()


def rebuild_stream(folder: Path, say: Say) -> int:
    """Publish every outbox again from its first fact; what the stream still has is not doubled."""
    local = Local(folder)
    local.postgres.start()
    local.nats.start()
    try:
        for service, count in asyncio.run(republish(local)).items():
            say(f"{service}: {count} 条事件已在流中 facts are in the stream")
    finally:
        local.nats.stop()
        local.postgres.stop()
    return 0


async def republish(local: Local) -> dict[str, int]:
    """Publish every outbox of a system whose servers run; return how many facts each service has in the stream."""
    await prepare_stream(local.nats.url("operator"))
    return {service: await _republish_one(local, service) for service in SERVICES}


async def _republish_one(local: Local, service: str) -> int:
    client = await nats.connect(local.nats.url(service))
    database = Database(local.database(service))
    query = text("""
        SELECT sequence, event_id, type, correlation_id, envelope FROM outbox
        WHERE sequence > :after ORDER BY sequence LIMIT 500
    """)
    relay, after = Relay(service, database=local.database(service), client=client), 0
    try:
        async with database.reading() as session:
            connection = await session.connection()
            while rows := (await connection.execute(query, {"after": after})).mappings().all():
                await relay.publish([dict(row) for row in rows])
                after = rows[-1]["sequence"]
    finally:
        await database.close()
        await client.close()
    return after
