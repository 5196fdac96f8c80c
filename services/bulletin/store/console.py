"""What the operators' console asks: sessions as they stand, sources, deliveries; a fact's way; the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.bulletin.domain.board import Sent
from services.bulletin.store.base import Queries
from services.bulletin.tables import BROUGHT_ANOTHER
from shared.envelope import Fact, read_published

_OPENED: Final = "chunfeng.session.opened.v1"
_ANNOUNCED: Final = (
    "chunfeng.session.scheduled.v1",
    "chunfeng.session.rescheduled.v1",
    "chunfeng.session.cancelled.v1",
)
_TOLD = text("""
    SELECT session, type, payload FROM fact
    WHERE type = ANY(CAST(:types AS text[])) AND session = ANY(CAST(:sessions AS text[])) ORDER BY source, sequence
""")
_COUNTS = text("SELECT session, count(*) AS facts FROM fact WHERE session IS NOT NULL GROUP BY session")
_NEWEST = text("""
    SELECT DISTINCT ON (session) session, revision, number, issued_at, complete,
        CASE WHEN complete THEN NULL ELSE canonical::json->'owed' END AS owed
    FROM edition ORDER BY session, revision DESC
""")
_SENT = text("""
    SELECT session, revision, count(*) AS total, count(*) FILTER (WHERE state = 'delivered') AS delivered,
        count(*) FILTER (WHERE state = 'failed') AS failed
    FROM delivery GROUP BY session, revision
""")
_STATES = text("SELECT state, count(*) AS deliveries FROM delivery GROUP BY state ORDER BY state")
# What ends with /id begins, read backwards, with di/: from there up to the character after the stroke.
_WAY = text(f"""
    SELECT payload, received_at FROM fact
    WHERE correlation_id = :id OR event_id = :id
        OR ({BROUGHT_ANOTHER} AND reverse(event_id) > reverse(:id) || '/' AND reverse(event_id) < reverse(:id) || '0')
    ORDER BY received_at, source, sequence LIMIT 200
""")  # noqa: S608  (our own condition)
_CARRIED = text("""
    SELECT revision, series, year, number, issued_at, complete, sha256, pdf_sha256,
        CAST(canonical::json->'cutoff'->>:source AS bigint) AS reached
    FROM edition WHERE session = :session ORDER BY revision
""")
_TRAIL = text("""
    SELECT source, sequence, payload, received_at FROM fact
    WHERE (CAST(:session AS text) IS NULL OR session = :session)
        AND (CAST(:type AS text) IS NULL OR type = :type)
        AND (CAST(:words AS text[]) IS NULL OR NOT EXISTS (
            SELECT 1 FROM unnest(CAST(:words AS text[])) AS word WHERE position(lower(word) IN lower(payload)) = 0))
        AND (CAST(:actors AS text[]) IS NULL OR EXISTS (
            SELECT 1 FROM unnest(CAST(:actors AS text[])) AS actor
            WHERE position(actor IN coalesce(payload::json->>'actor', '')) > 0))
        AND (CAST(:since AS timestamptz) IS NULL OR received_at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR received_at < :until)
        AND (CAST(:before AS timestamptz) IS NULL
            OR (received_at <= :before AND (received_at, source, sequence)
                < (CAST(:before AS timestamptz), :source, CAST(:sequence AS bigint))))
    ORDER BY received_at DESC, source DESC, sequence DESC LIMIT :most
""")
_ABOUT = text("""
    SELECT payload FROM fact WHERE payload::json->>'subject' = ANY(CAST(:subjects AS text[])) ORDER BY source, sequence
""")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fact and when the bulletin had it."""

    fact: Fact
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Newest:
    """A session's newest edition."""

    revision: int
    number: int
    issued_at: datetime
    complete: bool
    owed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the sessions' own facts say."""

    starts_at: dict[str, datetime]
    opened: frozenset[str]
    cancelled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of the audit trail are wanted."""

    session: str | None = None
    type: str | None = None
    actors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, str, int] | None = None
    """The last entry of the page before."""


class Console(Queries):
    """What operators look at."""

    async def told(self, sessions: Sequence[str]) -> Told:
        """Return when sessions start, and which were opened or cancelled; a later fact outweighs an earlier one."""
        newest: dict[str, Fact] = {}
        opened = set[str]()
        for row in await self._execute(_TOLD, types=[*_ANNOUNCED, _OPENED], sessions=list(sessions)):
            fact = read_published(row.payload.encode())
            if row.type == _OPENED:
                opened.add(row.session)
            elif row.session not in newest or fact.version > newest[row.session].version:
                newest[row.session] = fact
        starts = {name: fact.data.get("starts_at") for name, fact in newest.items()}
        return Told(
            {name: datetime.fromisoformat(at) for name, at in starts.items() if at},
            frozenset(opened),
            frozenset(name for name, at in starts.items() if not at),
        )

    async def counts(self) -> dict[str, int]:
        """Count each session's facts."""
        return {row.session: row.facts for row in await self._execute(_COUNTS)}

    async def newest(self) -> dict[str, Newest]:
        """Return each session's newest edition, with what it says is still owed."""
        return {
            row.session: Newest(
                row.revision,
                row.number,
                row.issued_at,
                row.complete,
                tuple((one["unit"], one["what"]) for one in row.owed or ()),
            )
            for row in await self._execute(_NEWEST)
        }

    async def sent(self) -> dict[tuple[str, int], Sent]:
        """Count each edition's deliveries."""
        rows = await self._execute(_SENT)
        return {(row.session, row.revision): Sent(row.delivered, row.failed, row.total) for row in rows}

    async def delivery_states(self) -> dict[str, int]:
        """Count deliveries by state."""
        return {row.state: row.deliveries for row in await self._execute(_STATES)}

    async def way(self, wanted: str) -> list[Arrived]:
        """Return the facts that an event became: by its id, its correlation id, or the fact's own id."""
        rows = await self._execute(_WAY, id=wanted)
        return [Arrived(read_published(row.payload.encode()), row.received_at) for row in rows]

    async def carried_by(self, fact: Fact) -> list[dict[str, Any]]:
        """List the editions of a fact's session with up to where each reaches in the fact's source."""
        rows = await self._execute(_CARRIED, session=fact.session, source=fact.source)
        return [dict(row) for row in rows.mappings()]

    async def trail(self, wanted: Wanted, most: int) -> list[Arrived]:
        """List facts, the newest first."""
        before, source, sequence = wanted.before or (None, "", 0)
        rows = await self._execute(
            _TRAIL,
            session=wanted.session,
            type=wanted.type,
            actors=list(wanted.actors) or None,
            words=list(wanted.words) or None,
            since=wanted.since,
            until=wanted.until,
            before=before,
            source=source,
            sequence=sequence,
            most=most,
        )
        return [Arrived(read_published(row.payload.encode()), row.received_at) for row in rows]

    async def about(self, subjects: Sequence[str]) -> dict[tuple[str, str], list[Fact]]:
        """Return all that each source said of some subjects, in order, by (source, subject)."""
        found: dict[tuple[str, str], list[Fact]] = {}
        for payload in (await self._execute(_ABOUT, subjects=list(subjects))).scalars():
            fact = read_published(payload.encode())
            found.setdefault((fact.source, fact.subject), []).append(fact)
        return found
