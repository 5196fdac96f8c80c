"""`chunfeng trace`: one event's whole way, from its receipt over outbox and bulletin to the recipients, and its log.

It reads the four databases themselves, so it also tells of what was refused, waits, or never left its service.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from rich.console import Console
from sqlalchemy import URL

from deploy.logbook import Line, Wanted, logs_in, merged, readable, show
from deploy.standing import dsn, standing
from services.bulletin.tables import OF_AN_EVENT
from shared.clock import SHANGHAI
from shared.outbox import source_of

_RECEIPTS: Final = "SELECT source, event_id, status, receipt, received_at FROM receipt WHERE event_id = $1"
_WAITING: Final = "SELECT source, needs, received_at FROM waiting WHERE event_id = $1"
# The outbox, which every post writes, has no index on ids: the bulletin knows each fact's place in it by its own
# indexes. What has not reached the bulletin is looked for beyond the newest that has, and where it misses any.
_PLACES: Final = f"SELECT source, sequence FROM fact WHERE {OF_AN_EVENT.format(id='$1')}"  # noqa: S608  (our own)
_KNOWN: Final = "SELECT source, max(sequence) AS newest, count(*) AS facts FROM fact GROUP BY source"
_MISSING: Final = """
    SELECT missing FROM generate_series(1, $2::bigint) AS missing
    WHERE NOT EXISTS (SELECT 1 FROM fact WHERE source = $1 AND sequence = missing)
"""
_RECORDED: Final = r"""
    SELECT sequence, event_id, type, subject, version, correlation_id, recorded_at, envelope,
        sequence <= (SELECT published FROM outbox_counter) AS published
    FROM outbox WHERE sequence = ANY($2::bigint[]) OR ((sequence > $3 OR sequence = ANY($4::bigint[])) AND (
        correlation_id = $1 OR event_id = $1
        OR event_id LIKE '%/' || replace(replace($1, '%', '\%'), '_', '\_')
    ))
    ORDER BY sequence
"""
_APPLIED: Final = "SELECT applied_at FROM inbox WHERE consumer = $1 AND event_id = $2"
_QUARANTINED: Final = """
    SELECT id, state, reason, quarantined_at FROM quarantine WHERE position(to_json($1::text)::text IN payload) > 0
"""
_KEPT: Final = "SELECT source, sequence, session, received_at FROM fact WHERE event_id = $1"
_EDITION: Final = """
    SELECT revision, year, number, issued_at, pdf_sha256 FROM edition
    WHERE session = $1 AND CAST(canonical::json->'cutoff'->>$2 AS bigint) >= $3 ORDER BY revision LIMIT 1
"""
_DELIVERIES: Final = """
    SELECT recipient, state, channel, attempts, delivered_at, error FROM delivery
    WHERE session = $1 AND revision = $2 ORDER BY recipient
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way."""

    service: str
    zh: str
    en: str
    at: datetime | None
    details: Mapping[str, Any]


def _refusal(receipt: str) -> dict[str, Any]:
    told = json.loads(receipt)
    problem = told.get("problem") or {}
    facts = [one["id"] for one in told.get("facts", ())]
    return {"facts": facts} if facts else {"title": problem.get("title")} if problem else {}


@dataclass(frozen=True, slots=True)
class Places:
    """Where in a service's outbox to look: the places known, those beyond a sequence, and those missing before it."""

    known: Sequence[int]
    beyond: int
    missing: Sequence[int]


async def _places(bulletin: asyncpg.Connection, wanted: str) -> dict[str, Places]:
    """Return by source where the facts of an event are, as far as the bulletin knows."""
    found: dict[str, list[int]] = {}
    for row in await bulletin.fetch(_PLACES, wanted):
        found.setdefault(row["source"], []).append(row["sequence"])
    places = {}
    for row in await bulletin.fetch(_KNOWN):
        source, newest, missing = row["source"], row["newest"], []
        if row["facts"] < newest:
            missing = [one["missing"] for one in await bulletin.fetch(_MISSING, source, newest)]
        places[source] = Places(found.get(source, ()), newest, missing)
    return places


async def _in_service(
    service: str, connection: asyncpg.Connection, wanted: str, places: Places
) -> tuple[list[Step], list[str]]:
    """Return what a service knows of an event, and the ids of the facts it became."""
    steps, facts = [], []
    for row in await connection.fetch(_RECEIPTS, wanted):
        known = {"status": row["status"], "source": row["source"], **_refusal(row["receipt"])}
        steps.append(Step(service, "收到并答复", "received and answered", row["received_at"], known))
    steps += [
        Step(service, "等待前置事件", "waits", row["received_at"], {"needs": row["needs"]})
        for row in await connection.fetch(_WAITING, wanted)
    ]
    for row in await connection.fetch(_RECORDED, wanted, places.known, places.beyond, places.missing):
        facts.append(row["event_id"])
        envelope = json.loads(row["envelope"])
        known = {
            "type": row["type"],
            "fact": row["event_id"],
            "sequence": row["sequence"],
            "subject": row["subject"],
            "version": row["version"],
            "actor": envelope.get("actor"),
            "traceparent": envelope.get("traceparent"),
            "published": row["published"],
        }
        steps.append(Step(service, "登记为事实", "recorded as a fact", row["recorded_at"], known))
    return steps, facts


async def _heard(service: str, connection: asyncpg.Connection, fact: str) -> list[Step]:
    """Return what a service did with a fact that it heard."""
    steps = [
        Step(service, "已应用", "applied", row["applied_at"], {"fact": fact})
        for row in await connection.fetch(_APPLIED, service, fact)
    ]
    for row in await connection.fetch(_QUARANTINED, fact):
        known = {"id": row["id"], "state": row["state"], "reason": row["reason"]}
        steps.append(Step(service, "已隔离", "in quarantine", row["quarantined_at"], known))
    return steps


async def _printed(connection: asyncpg.Connection, fact: str) -> list[Step]:
    """Return which bulletin a fact is in, and who has it."""
    steps = []
    for kept in await connection.fetch(_KEPT, fact):
        known: dict[str, Any] = {"fact": fact, "session": kept["session"]}
        steps.append(Step("bulletin", "简报已收", "arrived", kept["received_at"], known))
        edition = await connection.fetchrow(_EDITION, kept["session"], kept["source"], kept["sequence"])
        if edition is None or kept["source"].endswith("/bulletin"):
            continue
        known = {name: edition[name] for name in ("year", "number", "revision", "pdf_sha256")}
        known["pdf"] = f"/bulletins/{kept['session']}/{edition['revision']}.pdf"
        steps.append(Step("bulletin", "载入简报", "in a bulletin", edition["issued_at"], known))
        for row in await connection.fetch(_DELIVERIES, kept["session"], edition["revision"]):
            known = {name: row[name] for name in ("recipient", "channel", "state", "attempts", "error")}
            steps.append(Step("bulletin", "送达", "delivery", row["delivered_at"], known))
    return steps


async def follow(databases: Mapping[str, URL], wanted: str) -> list[Step]:
    """Return every step of an event's way that the databases know."""
    connections = {name: await asyncpg.connect(dsn(url), timeout=10) for name, url in databases.items()}
    try:
        steps: list[Step] = []
        facts: list[str] = []
        places = await _places(connections["bulletin"], wanted)
        for name, connection in connections.items():
            looked = places.get(source_of(name), Places((), 0, ()))
            known, became = await _in_service(name, connection, wanted, looked)
            steps, facts = steps + known, facts + became
        for fact in facts or [wanted]:
            for name, connection in connections.items():
                steps += await _heard(name, connection, fact)
            steps += await _printed(connections["bulletin"], fact)
    finally:
        for connection in connections.values():
            await connection.close()
    return steps


def _text(step: Step) -> str:
    at = f"{step.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if step.at else " " * 19
    known = "  ".join(f"{name}={value}" for name, value in step.details.items() if value not in (None, "", []))
    return f"{at}  {step.service:<9}  {step.zh} {step.en}  {known}"


def run(folder: Path, wanted: str, say: Callable[[str], None], *, as_json: bool = False) -> int:
    """Show an event's way and its log lines; 1 when nothing is known of it."""
    with standing(folder) as places:
        steps = asyncio.run(follow(places.databases, wanted))
    lines: list[Line] = []
    show(merged(logs_in(folder), wanted), Wanted(event=wanted, level="debug"), lines.append)
    if as_json:
        told = {"steps": [asdict(step) for step in steps], "log": [dict(line) for line in lines]}
        say(json.dumps(told, ensure_ascii=False, indent=1, default=str))
    else:
        _tell(steps, lines, say)
    return 0 if steps or lines else 1


def _tell(steps: Sequence[Step], lines: Sequence[Line], say: Callable[[str], None]) -> None:
    for step in steps:
        say(_text(step))
    if not steps:
        say("四个数据库中都没有这一编号 (no database knows this id)")
    if lines:
        say("\n日志 log")
        console = Console(soft_wrap=True, highlight=False)
        for line in lines:
            console.print(readable(line))
