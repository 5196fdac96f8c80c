"""The outbox and the relay on real servers: gapless, in commit order, each fact once in the stream."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncpg
import nats as nats_py
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import faults, outbox
from shared.background import background
from shared.evidence import Evidence
from shared.relay import Relay
from shared.stream import provision
from tests.builders import session_scheduled
from tests.systems import System, together, until

SERVICE = "approvals"
EVENT = session_scheduled()


async def write(session: AsyncSession, numbers: Iterable[int]) -> None:
    """Record facts of aggregates that nobody else writes to."""
    now = datetime.now(UTC)
    records = [
        outbox.Record(event=EVENT, event_id=f"fact-{n}", time=now, version=n, correlation_id=f"cause-{n}")
        for n in numbers
    ]
    await outbox.record(session, SERVICE, records, now)


async def recorded(system: System, numbers: Iterable[int]) -> None:
    async with (await system.database(SERVICE)).transaction() as session:
        await write(session, numbers)


@asynccontextmanager
async def relaying(system: System) -> AsyncIterator[Relay]:
    """Run a relay, as one instance of the service would."""
    client = await nats_py.connect(system.nats.url(SERVICE))
    relay = Relay(SERVICE, database=(await system.database(SERVICE)).url, client=client)
    try:
        async with background(relay.run(), "relay"):
            yield relay
    finally:
        await client.close()


async def published(system: System, count: int) -> bool:
    (state,) = await system.rows(SERVICE, "SELECT published FROM outbox_counter")
    return bool(state["published"] == count)


async def arrived(system: System, count: int) -> None:
    """Wait until the stream holds every fact once, in order, and the outbox knows."""
    await until(lambda: published(system, count))
    assert [fact.sequence for fact in await system.stream()] == list(range(1, count + 1))


class ChangedItsMindError(Exception):
    """A transaction that is rolled back."""


async def test_sequences_have_no_gap_and_are_in_commit_order_under_four_writers(system: System) -> None:
    database, chance, seen = await system.database(SERVICE), random.Random(7), []  # noqa: S311  (no secret)

    async def writer(number: int) -> None:
        for turn in range(25):
            with suppress(ChangedItsMindError):
                async with database.transaction() as session:
                    first = number * 1000 + turn * 10
                    await write(session, range(first, first + chance.randint(1, 3)))
                    if chance.random() < 0.3:
                        raise ChangedItsMindError

    async def reader() -> None:
        while True:
            seen.append(await system.rows(SERVICE, "SELECT count(*), coalesce(max(sequence), 0) AS last FROM outbox"))

    async with background(reader(), "reader"):
        await together(*map(writer, range(4)))
    assert len(seen) > 10
    assert all(row["count"] == row["last"] for (row,) in seen)
    assert await system.count(SERVICE, "outbox") > 50


async def test_facts_travel_in_the_order_of_their_sequence(system: System) -> None:
    async with relaying(system):
        for start in (1, 2, 30):  # one alone, then a batch, then one more
            await recorded(system, range(start, {1: 2, 2: 30, 30: 31}[start]))
        await arrived(system, 30)
    assert [fact.id for fact in await system.stream()] == [f"fact-{n}" for n in range(1, 31)]


async def test_a_relay_that_is_woken_while_it_is_told_to_stop_stops(system: System) -> None:
    relay = Relay(SERVICE, database=(await system.database(SERVICE)).url, client=system.operator)
    task = asyncio.create_task(relay.run())
    await until(lambda: leading(system))
    await asyncio.sleep(0.1)
    relay._wake.set()  # noqa: SLF001  (a notification at this very moment)
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)


async def test_work_that_forgets_it_was_told_to_stop_is_told_again() -> None:
    told: list[int] = []

    async def forgetful() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told.append(1)
                if len(told) > 1:
                    raise

    async with asyncio.timeout(10), background(forgetful(), "forgetful"):
        await asyncio.sleep(0)
    assert told == [1, 1]


async def leading(system: System) -> bool:
    return await leaders(system) == 1


async def leaders(system: System) -> int:
    locks = """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND granted AND datname = current_database()
    """
    return int((await system.rows(SERVICE, locks))[0]["count"])


async def test_of_two_relays_one_leads_and_the_other_follows_it(system: System) -> None:
    async with relaying(system):
        async with relaying(system):
            await recorded(system, range(1, 20))
            await arrived(system, 19)
            assert await leaders(system) == 1
        await recorded(system, range(20, 40))
        await arrived(system, 39)
        assert await leaders(system) == 1


@pytest.mark.parametrize("count", [2, 40])
async def test_a_crash_between_publishing_and_marking_publishes_again_without_a_double(
    system: System, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    crashes: list[str] = []

    def crash(point: str) -> None:
        if point == "relay.before_mark" and len(crashes) < 2:
            crashes.append(point)
            raise ConnectionError(point)

    monkeypatch.setattr(faults, "crash_at", crash)
    await recorded(system, range(1, count + 1))
    async with relaying(system):
        await arrived(system, count)
    assert len(crashes) == 2


async def test_a_batch_of_which_the_stream_has_a_part_goes_singly(system: System) -> None:
    await recorded(system, range(1, 11))
    rows = await system.rows(SERVICE, "SELECT * FROM outbox ORDER BY sequence")
    relay = Relay(SERVICE, database=(await system.database(SERVICE)).url, client=system.operator)
    for some in (rows[:3], rows[:7], rows):
        await relay.publish(some)
    assert [fact.sequence for fact in await system.stream()] == list(range(1, 11))


async def test_a_stream_that_came_back_with_a_hole_is_mended(system: System) -> None:
    async with relaying(system) as relay:
        await recorded(system, range(1, 11))
        await arrived(system, 10)
        (newest,) = await system.rows(SERVICE, "SELECT * FROM outbox WHERE sequence = 10")
        await system.lose_stream()
        await provision(system.operator.jetstream())
        await relay.publish([newest])
        await until(lambda: holds(system, 10))
    assert {fact.sequence for fact in await system.stream()} == set(range(1, 11))


async def test_what_somebody_published_by_hand_does_not_stop_a_service(system: System) -> None:
    await system.publish(SERVICE, b"{}")
    async with system.serving(SERVICE):
        await recorded(system, [1])
        await until(lambda: published(system, 1))


async def test_a_lost_stream_is_filled_again_from_the_outbox(system: System) -> None:
    async with relaying(system):
        await recorded(system, range(1, 11))
        await arrived(system, 10)
        await system.lose_stream()
        await provision(system.operator.jetstream())
        await until(lambda: holds(system, 10))
        await recorded(system, [11])
        await arrived(system, 11)


async def holds(system: System, count: int) -> bool:
    return len(await system.stream()) == count


async def test_a_fact_recorded_just_after_the_loss_does_not_hide_it(system: System) -> None:
    async with relaying(system):
        await recorded(system, range(1, 11))
        await arrived(system, 10)
        await system.lose_stream()
        await provision(system.operator.jetstream())
        await recorded(system, [11])
        await until(lambda: holds(system, 11))
    assert [fact.sequence for fact in await system.stream()] == list(range(1, 12))


async def test_while_nats_is_away_facts_wait_in_the_outbox(system: System) -> None:
    async with relaying(system):
        system.nats.kill()
        try:
            await recorded(system, range(1, 6))
        finally:
            system.nats.start()
        await arrived(system, 5)


async def test_a_database_behind_the_stream_does_not_start_to_publish(system: System) -> None:
    async with system.serving(SERVICE):
        await recorded(system, range(1, 6))
        await arrived(system, 5)
    await system.empty(SERVICE)
    with pytest.raises(RuntimeError, match=f"the stream holds 5 facts of {SERVICE}, its database 0"):
        async with system.serving(SERVICE):
            pass
    assert len(await system.stream()) == 5


@asynccontextmanager
async def idle_disk(system: System) -> AsyncIterator[None]:
    """Let PostgreSQL put off for ten seconds what nobody waits for, so that a crash is sure to lose it."""
    server = await asyncpg.connect(system.postgres.dsn(SERVICE, user="postgres"))
    await server.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
    await server.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.3)  # the writer's last short nap
    try:
        yield
    finally:
        server = await asyncpg.connect(system.postgres.dsn(SERVICE, user="postgres"))
        await server.execute("ALTER SYSTEM RESET wal_writer_delay")
        await server.execute("SELECT pg_reload_conf()")
        await server.close()


@pytest.mark.row(73, 80)
async def test_a_crash_of_postgres_loses_the_mark_and_the_links_and_no_fact(system: System) -> None:
    """Neither waits for the disk: both are made again from the facts, which do."""

    async def links() -> list[tuple[int, str]]:
        found = await system.rows(SERVICE, "SELECT sequence, link FROM link ORDER BY sequence")
        return [(row["sequence"], row["link"]) for row in found]

    database = await system.database(SERVICE)
    evidence = Evidence(SERVICE, database, None)
    async with idle_disk(system):
        await recorded(system, range(20))
        async with relaying(system):
            await until(lambda: published(system, 20))
        assert await evidence.extend() == 20
        before = await links()
        system.postgres.kill()
        system.postgres.start()
        await database.close()  # its connections are cut
        assert await published(system, 0), "the crash came too late to prove anything"
        assert await links() == []
        assert await system.count(SERVICE, "outbox") == 20
        async with relaying(system):
            await arrived(system, 20)
            await recorded(system, range(20, 25))
            await arrived(system, 25)
        await evidence.extend()
        assert (await links())[:20] == before
        assert await system.count(SERVICE, "link") == 25
