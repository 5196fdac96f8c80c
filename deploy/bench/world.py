"""The bench's world: servers, one approvals process, and helpers that measure ours the way the baselines are."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy import text

from deploy.bench import baselines, load, posts
from deploy.children import Child, await_ready, end, myself
from deploy.connection import connection
from deploy.local import ROOT, Local, free_port
from services.approvals import keyring
from services.bulletin.handlers import handlers
from services.bulletin.store import keep
from shared import logs
from shared.background import stopped
from shared.clock import SystemClock
from shared.consumer import Consumer, ensure
from shared.database import Database
from shared.relay import Relay
from shared.stream import STREAM, declaration, subject_of

SINGLE_CALLERS: Final = 64
BATCH_CALLERS: Final = 4
BATCH_SIZE: Final = 100


# Of those after a sequence only: to count all, every few milliseconds, takes more of the machine than what is measured.
_KEPT: Final = "SELECT count(*) FROM fact WHERE source = '/chunfeng/approvals' AND sequence > {since}"
_NEWEST: Final = "SELECT coalesce(max(sequence), 0) FROM fact WHERE source = '/chunfeng/approvals'"


async def until(connection: asyncpg.Connection, query: str, least: int) -> None:
    """Wait until a query's figure has reached `least`; what moves it is in other processes or tasks."""
    while await connection.fetchval(query) < least:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


class World:
    """A running system with an open session, and counters of what has been posted to it."""

    def __init__(self, folder: Path) -> None:
        """Keep everything below `folder`."""
        self.local = Local(folder)
        self.plan = posts.plan()
        self.codes = posts.project_codes()
        self.tokens: dict[str, str] = {}
        self.drc, self.ecology = posts.unit(self.plan, "drc"), posts.unit(self.plan, "ecology")

    @property
    def approvals(self) -> str:
        return self.local.address("approvals")

    async def open(self) -> None:
        """Issue keys, plan the bench's campaign, open its session."""
        database = Database(self.local.database("approvals"))
        units = [self.drc, self.ecology, posts.unit(self.plan, "government", "150622")]
        self.tokens = await keyring.issue(database, units, datetime.now(UTC))
        await database.close()
        await asyncio.sleep(1.5)
        for code, event in posts.opening(self.plan):
            await load.send(self.approvals, load.singles(self.approvals, self.tokens[code], [event]), 1)

    async def docketed(self, count: int) -> list[str]:
        """Put applications on the docket; return their project codes."""
        codes = [next(self.codes) for _ in range(count)]
        events = [posts.docketed(self.drc, code) for code in codes]
        requests = load.batches(self.approvals, self.tokens[self.drc.code], events, 500)
        await load.send(self.approvals, requests, 2)
        return codes

    async def sign_singly(self, codes: Sequence[str]) -> float:
        """Sign applications one a request; return seconds."""
        events = [posts.signed(self.ecology, code) for code in codes]
        requests = load.singles(self.approvals, self.tokens[self.ecology.code], events)
        return await load.send(self.approvals, requests, SINGLE_CALLERS)

    async def sign_in_batches(self, codes: Sequence[str]) -> float:
        """Sign applications a hundred a request; return seconds."""
        events = [posts.signed(self.ecology, code) for code in codes]
        requests = load.batches(self.approvals, self.tokens[self.ecology.code], events, BATCH_SIZE)
        return await load.send(self.approvals, requests, BATCH_CALLERS)

    async def outbox_rows(self, count: int) -> list[dict[str, Any]]:
        """Return the newest facts of the approvals outbox."""
        database = Database(self.local.database("approvals"))
        query = text("SELECT * FROM outbox ORDER BY sequence DESC LIMIT :count")
        async with database.reading() as session:
            rows = (await (await session.connection()).execute(query, {"count": count})).mappings().all()
        await database.close()
        return [dict(row) for row in reversed(rows)]

    async def projected(self, count: int, since: int) -> None:
        """Wait until the bulletin has `count` facts of the approvals service beyond the sequence `since`."""
        connection = await asyncpg.connect(self.local.postgres.dsn("bulletin"))
        await until(connection, _KEPT.format(since=since), count)
        await connection.close()

    async def kept(self) -> int:
        """Return the sequence of the newest fact of the approvals service that the bulletin has."""
        connection = await asyncpg.connect(self.local.postgres.dsn("bulletin"))
        newest: int = await connection.fetchval(_NEWEST)
        await connection.close()
        return newest


class Spare:
    """A second stream and spare databases, so that the relay and the consumer can be measured by themselves."""

    def __init__(self, world: World) -> None:
        """Borrow the world's servers."""
        self._world = world
        self._url = world.local.nats.url("operator")

    async def fresh_stream(self) -> None:
        """Replace the stream by an empty one of the same declaration."""
        async with connection(self._url) as client:
            stream = client.jetstream()
            await stream.delete_stream(STREAM)
            await stream.add_stream(declaration())

    def messages(self, rows: Sequence[dict[str, Any]], run: int) -> list[tuple[str, str, bytes]]:
        """Return rows as the relay would publish them, under ids of this run."""
        from shared import envelope  # noqa: PLC0415

        return [
            (
                subject_of("approvals", row["type"]),
                f"{run}:{row['event_id']}",
                envelope.with_sequence(row["envelope"], row["sequence"]),
            )
            for row in rows
        ]

    async def publish(self, rows: Sequence[dict[str, Any]], run: int = 0) -> None:
        """Fill a fresh stream with these rows."""
        await self.fresh_stream()
        await baselines.publish_in_batches(self._url, self.messages(rows, 100 + run))

    async def relay(self, rows: Sequence[dict[str, Any]]) -> float:
        """Drain an outbox of these rows through the real relay; return seconds until the mark has moved."""
        await self._fill_outbox(rows)
        async with connection(self._url) as client:
            relay = Relay("approvals", database=self._world.local.database("spare_outbox"), client=client)
            task = asyncio.create_task(relay.run())
            spare = await asyncpg.connect(self._world.local.postgres.dsn("spare_outbox"))
            started = time.perf_counter()
            await until(spare, "SELECT published FROM outbox_counter", len(rows))
            seconds = time.perf_counter() - started
            await stopped(task)
            await spare.close()
        return seconds

    async def _fill_outbox(self, rows: Sequence[dict[str, Any]]) -> None:
        postgres = self._world.local.postgres
        postgres.drop_database("spare_outbox")
        postgres.create_database("spare_outbox")
        from deploy.prepare import metadata_of  # noqa: PLC0415
        from shared.migrate import migrate  # noqa: PLC0415

        await migrate("approvals", self._world.local.database("spare_outbox"), metadata_of("approvals"))
        connection = await asyncpg.connect(postgres.dsn("spare_outbox"))
        columns = ("event_id", "type", "subject", "version", "correlation_id", "envelope", "recorded_at")
        records = [(place, *(row[name] for name in columns)) for place, row in enumerate(rows, start=1)]
        await connection.copy_records_to_table("outbox", records=records, columns=["sequence", *columns])
        await connection.execute("UPDATE outbox_counter SET last = $1", len(rows))
        await connection.execute("ANALYZE outbox")
        await connection.close()

    async def consume(self, count: int, run: int) -> float:
        """Apply `count` facts of the stream through the real consumer into an empty bulletin database."""
        from faststream.nats import NatsBroker  # noqa: PLC0415

        name = f"spare_bulletin_{run}"
        self._world.local.postgres.create_database(name)
        from deploy.prepare import metadata_of  # noqa: PLC0415
        from shared.migrate import migrate  # noqa: PLC0415

        await migrate("bulletin", self._world.local.database(name), metadata_of("bulletin"))
        database, applied = Database(self._world.local.database(name)), asyncio.Event()
        consumer = Consumer(name, handlers(SystemClock()), database=database, applied=applied, remember=keep)
        broker = NatsBroker(self._url, apply_types=False, logger=None)
        consumer.subscribe(broker)
        await broker.connect()
        await ensure(broker, consumer, logs.get().debug)
        consumer.make_patient()
        connection = await asyncpg.connect(self._world.local.postgres.dsn(name))
        started = time.perf_counter()
        await broker.start()
        applied.clear()
        while await connection.fetchval("SELECT count(*) FROM fact") < count:
            await applied.wait()
            applied.clear()
        seconds = time.perf_counter() - started
        await consumer.stop()
        await broker.stop()
        await connection.close()
        await database.close()
        return seconds


class OrmWay:
    """The per-message ORM pipeline as three processes."""

    def __init__(self, world: World) -> None:
        """Borrow the world's servers."""
        self._world = world
        self._port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Create its database and start its processes."""
        from deploy.bench import orm  # noqa: PLC0415

        local = self._world.local
        local.postgres.create_database("orm")
        database, url = local.postgres.url("orm"), local.nats.url("operator")
        await orm.prepare(database, url)
        environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(local.folder), "LANG": "C.UTF-8"}
        for role, port in (("api", self._port), ("relay", 0), ("project", free_port())):
            command = (sys.executable, "-m", "deploy.bench.orm", role, database, url, str(port))
            log = local.folder / "logs" / f"orm-{role}.log"
            child = Child(command, log=log, farewell=signal.SIGKILL)
            self._processes.append(child.spawn(environment=environment, account=myself()))
        log = local.folder / "logs" / "orm-api.log"
        await_ready(self._processes[0], lambda: _listens(self._port), log=log, within=60)
        await asyncio.sleep(4)

    async def run(self, codes: Sequence[str]) -> float:
        """Post signings one a request; return seconds until all are projected."""
        connection = await asyncpg.connect(self._world.local.postgres.dsn("orm"))
        before = await connection.fetchval("SELECT count(*) FROM orm_projected")
        events = [posts.signed(self._world.ecology, code) for code in codes]
        started = time.perf_counter()
        await load.send(self.address, _as_json(load.singles(self.address, "none", events)), SINGLE_CALLERS)
        await until(connection, "SELECT count(*) FROM orm_projected", before + len(codes))
        seconds = time.perf_counter() - started
        await connection.close()
        return seconds

    def stop(self) -> None:
        for process in self._processes:
            end(process, patience=0)


def _as_json(requests: list[bytes]) -> list[bytes]:
    return [one.replace(b"application/cloudevents+json", b"application/json", 1) for one in requests]


def _listens(port: int) -> bool:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def quiet() -> None:
    """Send the bench's own lines nowhere: services write theirs to their logs as always."""
    logs.configure("bench", level="error")
