"""Rebuilding from the facts, services stopped: the bulletin from the stream, the stream from the outboxes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final

import asyncpg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from pydantic import SecretStr
from sqlalchemy import text

from deploy.connection import connection
from deploy.folders import ROOT
from deploy.prepare import prepare_databases, prepare_stream
from deploy.standing import Standing, dsn, standing
from services.bulletin import rebuild
from services.bulletin.pdf.renderer import EditionRenderer, seal_of
from shared.database import Database
from shared.envelope import Fact, read_published
from shared.relay import Relay
from shared.settings import FromEnvironment
from shared.stream import STREAM, SUBJECTS

_BATCH: Final = 500
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
"""
Say = Callable[[str], None]


class PrintSettings(FromEnvironment):
    """What the bulletin service prints with: given to whoever prints again, the pages come out as they were."""

    fonts_folder: Path | None = None
    signing_certificate: Path | None = None
    signing_password: SecretStr | None = None


class BusyError(Exception):
    """A service works on the database that is to be emptied."""


async def facts_in(url: str, **options: str) -> AsyncIterator[Sequence[Fact]]:
    """Yield every fact of the stream, in its order."""
    async with connection(url, **options) as client:
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


def rebuild_bulletin(folder: Path, say: Say) -> int:
    """Empty the bulletin's database, rebuild it, print every edition again; 0 if all came out the same."""
    try:
        with standing(folder) as places:
            if places.local is not None:
                places.local.postgres.create_database("bulletin")
            rebuilt = asyncio.run(_rebuild(places))
    except BusyError as error:
        say(f"未重建 not rebuilt: {error}")
        return 1
    for one in rebuilt:
        verdict = "一致 identical" if one.same_pdf and one.same_content else "不一致 DIFFERENT"
        say(f"第{one.number}期 {one.session} r{one.revision}: {verdict}")
    same = all(one.same_pdf and one.same_content for one in rebuilt)
    say(f"{len(rebuilt)} 期 editions, {'全部一致 all identical' if same else '有不一致 some differ'}")
    return 0 if same else 1


async def _rebuild(places: Standing) -> list[rebuild.Rebuilt]:
    url = places.databases["bulletin"]
    await _empty(dsn(url))
    await prepare_databases({"bulletin": url})
    database = Database(url)
    made = PrintSettings()  # from the environment
    fonts = made.fonts_folder or ROOT / ".chunfeng" / "fonts"
    seal = seal_of(made.signing_certificate, made.signing_password)
    printer = EditionRenderer(fonts if fonts.is_dir() else None, seal)
    async with printer.running():
        try:
            return await rebuild.rebuild(database, facts_in(places.nats_url, **places.nats_options), printer)
        finally:
            await database.close()


async def _empty(url: str) -> None:
    """Drop all that is in a database on which nobody else works: its owner may, while dropping it takes a superuser."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction():
            if await connection.fetchval(_OTHERS):
                message = "请先停止简报服务 (stop the bulletin service first; it works on the database)"
                raise BusyError(message)
            await connection.execute("DROP SCHEMA public CASCADE")
            await connection.execute("CREATE SCHEMA public")
    finally:
        await connection.close()


def rebuild_stream(folder: Path, say: Say) -> int:
    """Publish every outbox again from its first fact; what the stream still has is not doubled."""
    with standing(folder) as places:
        for service, count in asyncio.run(republish(places)).items():
            say(f"{service}: {count} 条事件已在流中 facts are in the stream")
    return 0


async def republish(places: Standing) -> dict[str, int]:
    """Publish every outbox of a system whose servers run; return how many facts each service has in the stream."""
    await prepare_stream(places.nats_url, **places.nats_options, replicas=places.replicas)
    return {service: await _republish_one(places, service) for service in places.databases}


async def _republish_one(places: Standing, service: str) -> int:
    database = Database(places.databases[service])
    query = text("""
        SELECT sequence, event_id, type, correlation_id, envelope FROM outbox
        WHERE sequence > :after ORDER BY sequence LIMIT 500
    """)
    after = 0
    try:
        async with connection(places.nats_url, **places.nats_options) as client, database.reading() as session:
            relay = Relay(service, database=places.databases[service], client=client)
            reader = await session.connection()
            while rows := (await reader.execute(query, {"after": after})).mappings().all():
                await relay.publish([dict(row) for row in rows])
                after = rows[-1]["sequence"]
    finally:
        await database.close()
    return after
