"""What must hold at the end besides: three witnesses agree on every bulletin, mail is the same mail, a rebuild too."""

import asyncio
import email.policy
import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from email import message_from_bytes
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from deploy.chaos.evidence import query
from deploy.chaos.world import World
from deploy.demo.report import Cells, Reporter, cells
from deploy.local import ROOT
from deploy.prepare import SERVICES, prepare_databases
from deploy.rebuild import facts_in
from services.bulletin.pdf.renderer import EditionRenderer
from services.bulletin.rebuild import rebuild
from shared.database import Database
from shared.envelope import Fact
from shared.events import ApplicationDocketed, ApplicationEvent, ApplicationWithdrawn, Decision

_REBUILT: Final = "rebuilt"
_EDITIONS: Final = "SELECT session, revision, number, sha256, pdf_sha256 FROM edition ORDER BY session, revision"
_OPEN: Final = """
    SELECT (SELECT count(*) FROM closing) AS closed,
        (SELECT count(DISTINCT session) FROM edition) AS issued,
        (SELECT count(*) FROM closing WHERE examined_at IS NULL OR examined_at < touched_at) AS unsettled,
        (SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending', 'unknown')) AS undelivered
"""


async def all_issued(world: World, sessions: int, patience: float) -> str | None:
    """Wait until this many sessions have their bulletin, every late fact its correction, each edition its readers."""
    deadline = time.monotonic() + patience
    while True:
        try:
            (now,) = await query(world, "bulletin", _OPEN)
            done = now["closed"] == now["issued"] == sessions and not now["unsettled"] and not now["undelivered"]
            state = f"{sessions} sessions closed, the bulletin service says {dict(now)}"
        except (OSError, asyncpg.PostgresError) as error:
            done, state = False, repr(error)
        if done:
            return None
        if time.monotonic() > deadline:
            return state
        await asyncio.sleep(0.2)


async def figures(world: World, token: str) -> list[str]:
    """I3: the approvals service, the stream, the bulletin and the text of its PDF give the same totals."""
    folder = world.folder / "bulletins"
    folder.mkdir(exist_ok=True)
    addresses = {service: world.address(service) for service in SERVICES}
    async with httpx.AsyncClient(timeout=30) as client:
        sessions = await Reporter(client, addresses, token).collect(folder)
    told = [f"I3: {text}" for one in sessions for text in one.disagreements]
    facts: dict[str | None, list[Fact]] = {}
    async for batch in facts_in(world.nats.url("operator")):
        for fact in batch:
            facts.setdefault(fact.session, []).append(fact)
    return told + [
        f"I3: {one.session}: the stream's facts do not add up to the approvals service's totals"
        for one in sessions
        if folded(facts[one.session]) != cells(one.own["counts"])
    ]


def folded(facts: Iterable[Fact]) -> Cells:
    """Count one session's applications by level, formality and outcome, from the stream alone."""
    newest: dict[tuple[str, str], tuple[int, ApplicationEvent]] = {}
    for fact in facts:
        event = fact.event()
        if not isinstance(event, ApplicationEvent):
            continue
        kind = "decision" if isinstance(event, Decision) else type(event).__name__
        version, _ = newest.get((fact.subject, kind), (0, None))
        if fact.version > version:
            newest[fact.subject, kind] = (fact.version, event)
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for (subject, kind), (_, docketed) in newest.items():
        if kind != ApplicationDocketed.__name__ or (subject, ApplicationWithdrawn.__name__) in newest:
            continue
        _, decision = newest.get((subject, "decision"), (0, None))
        outcome = decision.outcome.value if isinstance(decision, Decision) else None
        counts[docketed.level.value, docketed.formality.value, outcome] += 1
    return dict(counts)


async def mails(world: World, folder: Path) -> tuple[list[str], int]:
    """I4: every delivery's mail has arrived; a mail that came twice came with the same id and the same content."""
    contents: dict[str, list[str]] = {}
    for letter in await asyncio.to_thread(_letters, folder):
        message = message_from_bytes(letter, policy=email.policy.default)
        (pdf,) = (part.get_content() for part in message.iter_attachments())
        contents.setdefault(message["Message-ID"], []).append(hashlib.sha256(pdf).hexdigest())
    rows = await query(world, "bulletin", "SELECT message_id FROM delivery WHERE channel = 'smtp'")
    broken = [f"I4: {row['message_id']} has not arrived" for row in rows if row["message_id"] not in contents]
    broken += [
        f"I4: {mail} came with different contents" for mail, several in contents.items() if len(set(several)) > 1
    ]
    return broken, sum(len(several) - 1 for several in contents.values())


def _letters(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("*.eml")]


async def rebuilt(world: World) -> tuple[list[str], int]:
    """I6: an empty database filled from the stream holds the same facts and prints the same pages."""
    await asyncio.to_thread(world.postgres.create_database, _REBUILT)
    await prepare_databases({"bulletin": world.database(_REBUILT)})
    database, printer = Database(world.database(_REBUILT)), EditionRenderer(ROOT / ".chunfeng" / "fonts")
    try:
        async with printer.running():
            again = await rebuild(database, facts_in(world.nats.url("operator")), printer)
    finally:
        await database.close()
    broken = [
        f"I6: {one.session} r{one.revision} was printed differently"
        for one in again
        if not (one.same_content and one.same_pdf)
    ]
    for what, statement in (("editions", _EDITIONS), ("facts", "SELECT event_id, payload FROM fact ORDER BY event_id")):
        first, second = await query(world, "bulletin", statement), await query(world, _REBUILT, statement)
        if [tuple(row.values()) for row in first] != [tuple(row.values()) for row in second]:
            broken.append(f"I6: the rebuilt database has other {what}")
    return broken, len(again)
