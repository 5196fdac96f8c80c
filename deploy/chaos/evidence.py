"""Collects the evidence from four databases, the witness's and the stream; tells when there is nothing left to come."""

import asyncio
import importlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
import nats.errors

from deploy.chaos import witness
from deploy.chaos.checker import Evidence, Held, Receipt
from deploy.chaos.world import World
from deploy.connection import connection
from deploy.prepare import SERVICES
from deploy.rebuild import facts_in
from shared.consumer import On
from shared.envelope import Fact, read_published
from shared.outbox import source_of
from shared.stream import STREAM

CONSUMERS: Final = ("approvals", "forums", "policy", "bulletin", witness.NAME)
_UNTOLD: Final = {
    "changed sessions": "SELECT count(*) AS rows FROM untold WHERE changes > 0",
    "fulfilled duties": "SELECT count(*) AS rows FROM duty WHERE untold",
}
"""What the approvals service owes a fact by its own clock (its agenda)."""
_PATIENCE: Final = 60.0
_ALL: Final = ("bulletin", witness.NAME)
"""Who listens to everything."""


async def query(world: World, database: str, statement: str) -> list[Mapping[str, Any]]:
    """Run one query in one of the databases."""
    asked = await asyncpg.connect(world.postgres.dsn(database), timeout=5)
    try:
        rows: list[Mapping[str, Any]] = await asked.fetch(statement)
    finally:
        await asked.close()
    return rows


async def under_way(world: World, *, waiting: bool) -> str | None:
    """Return what is still on its way, or None when all that was recorded has been consumed.

    With `waiting`, events that wait for another count: nothing lost, they are released.
    """
    for service in SERVICES:
        (state,) = await query(world, service, "SELECT last, published FROM outbox_counter")
        if state["published"] < state["last"]:
            return f"{service} has published {state['published']} of {state['last']}"
        (held,) = await query(world, service, "SELECT count(*) AS events FROM waiting")
        if waiting and held["events"]:
            return f"{held['events']} events wait in {service}"
    for what, statement in _UNTOLD.items():
        (untold,) = await query(world, "approvals", statement)
        if untold["rows"]:
            return f"{untold['rows']} {what} are still to be told"
    async with connection(world.nats.url("operator"), connect_timeout=2) as client:
        for consumer in CONSUMERS:
            info = await client.jetstream().consumer_info(STREAM, consumer)
            if info.num_pending or info.num_ack_pending:
                return f"{consumer} has {info.num_pending} facts before it and {info.num_ack_pending} in hand"
    return None


async def rest(world: World, *, waiting: bool = True) -> str | None:
    """Wait until nothing is under way; return what still is when patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while (busy := await _busy(world, waiting=waiting)) is not None and time.monotonic() < deadline:  # noqa: ASYNC110  (other processes)
        await asyncio.sleep(0.1)
    return busy


async def _busy(world: World, *, waiting: bool) -> str | None:
    try:
        return await under_way(world, waiting=waiting)
    except (OSError, TimeoutError, asyncpg.PostgresError, nats.errors.Error) as error:
        return repr(error)


async def redelivered(world: World) -> int:
    """Count the deliveries beyond the first, to the two consumers that take every fact."""
    async with connection(world.nats.url("operator")) as client:
        infos = [await client.jetstream().consumer_info(STREAM, name) for name in ("bulletin", witness.NAME)]
    return sum(info.delivered.consumer_seq - info.delivered.stream_seq for info in infos)


async def collect(world: World) -> Evidence:
    """Read everything that is held."""
    found = Evidence()
    for service in SERVICES:
        rows = await query(world, service, "SELECT sequence, envelope FROM outbox ORDER BY sequence")
        found.outboxes += [_recorded(source_of(service), row["sequence"], row["envelope"]) for row in rows]
        for row in await query(world, service, "SELECT event_id, status, receipt FROM receipt"):
            facts = tuple(fact["id"] for fact in json.loads(row["receipt"]).get("facts", ()))
            found.receipts[row["event_id"]] = Receipt(row["status"], facts)
    async for batch in facts_in(world.nats.url("operator")):
        found.stream += [_held(fact) for fact in batch]
    rows = await query(world, "bulletin", "SELECT payload FROM fact ORDER BY source, sequence")
    found.bulletin = [_held(read_published(row["payload"].encode())) for row in rows]
    rows = await query(world, witness.NAME, "SELECT event_id, effects FROM tally")
    found.effects = {row["event_id"]: row["effects"] for row in rows}
    rows = await query(world, witness.NAME, "SELECT session, type, effects FROM total")
    found.totals = {(row["session"], row["type"]): row["effects"] for row in rows}
    await _account(world, found)
    return found


async def _account(world: World, found: Evidence) -> None:
    types = {fact.id: fact.type for fact in found.stream}
    for consumer in CONSUMERS:
        asked = None if consumer in _ALL else _asked_by(consumer)
        found.addressed[consumer] = sum(asked is None or type_ in asked for type_ in types.values())
        table = "fact" if consumer == "bulletin" else "inbox"
        (row,) = await query(world, consumer, f"SELECT count(*) AS facts FROM {table}")  # noqa: S608  (two names of ours)
        found.applied[consumer] = row["facts"]
        rows = await query(world, consumer, "SELECT subject, reason FROM quarantine ORDER BY id")
        found.quarantined[consumer] = [f"{row['subject']}: {row['reason']}" for row in rows]


def _asked_by(service: str) -> set[str]:
    """Return the types of facts a service's table of reactions asks for."""
    handlers: Sequence[On] = importlib.import_module(f"services.{service}.handlers").HANDLERS
    return {name for handler in handlers for name in handler.types}


def _recorded(source: str, sequence: int, envelope: str) -> Held:
    fact = json.loads(envelope)
    session = fact["data"].get("session", "")
    return Held(fact["id"], source, sequence, fact["type"], session, fact["correlationid"])


def _held(fact: Fact) -> Held:
    return Held(fact.id, fact.source, fact.sequence, fact.type, fact.session or "", fact.correlation_id)
