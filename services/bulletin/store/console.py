"""What the operators' console asks: sessions as they stand, sources, deliveries; a fact's way; the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.bulletin.domain.board import SERVICES, Sent
from services.bulletin.store.base import Queries
from services.bulletin.tables import ANNOUNCES, OF_AN_EVENT
from shared.envelope import Fact, read_published
from shared.events import SessionOpened
from shared.outbox import source_of

FROM_THE_START: Final = {source_of(service): 0 for service in SERVICES}
"""Each source as it is before anything is known of it."""
LOOKED_THROUGH: Final = 20_000
"""How many facts one search of the audit trail looks through, which takes less than a second."""
Change = tuple[Any, ...]
"""What differs once there is anything new: in the service's own facts, or in those it hears."""
_CHANGE = text("SELECT last, (SELECT max(received_at) FROM fact) AS newest FROM outbox_counter")
_HOLES = text("""
    SELECT source, missing
    FROM unnest(CAST(:sources AS text[]), CAST(:positions AS bigint[])) AS known(source, position),
        generate_series(position + 1, (SELECT max(sequence) FROM fact WHERE fact.source = known.source)) AS missing
    WHERE NOT EXISTS (SELECT 1 FROM fact WHERE fact.source = known.source AND sequence = missing)
    ORDER BY source, missing LIMIT 1000
""")
_TOLD = text(f"""
    SELECT session, type, payload FROM fact
    WHERE {ANNOUNCES} AND session = ANY(CAST(:sessions AS text[])) ORDER BY source, sequence
""")  # noqa: S608  (our own condition)
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
_WAY = text(f"""
    SELECT payload, received_at FROM fact
    WHERE {OF_AN_EVENT.format(id=":id")} ORDER BY received_at, source, sequence LIMIT 200
""")  # noqa: S608  (our own condition)
_CARRIED = text("""
    SELECT revision, series, year, number, issued_at, complete, sha256, pdf_sha256,
        CAST(canonical::json->'cutoff'->>:source AS bigint) AS reached
    FROM edition WHERE session = :session ORDER BY revision
""")
_OF_TRAIL: Final = """
    FROM fact
    WHERE (CAST(:session AS text) IS NULL OR session = :session)
        AND (CAST(:type AS text) IS NULL OR type = :type)
        AND (CAST(:since AS timestamptz) IS NULL OR received_at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR received_at < :until)
        AND (CAST(:before AS timestamptz) IS NULL
            OR (received_at <= :before AND (received_at, source, sequence)
                < (CAST(:before AS timestamptz), :source, CAST(:sequence AS bigint))))
    ORDER BY received_at DESC, source DESC, sequence DESC
"""
# Words and names are looked for in the facts themselves, which no index helps: so many at a time, the newest first.
_TRAIL = text(f"""
    SELECT source, sequence, payload, received_at FROM (
        SELECT source, sequence, payload, received_at {_OF_TRAIL} LIMIT :within
    ) AS looked
    WHERE (CAST(:words AS text[]) IS NULL OR NOT EXISTS (
            SELECT 1 FROM unnest(CAST(:words AS text[])) AS word WHERE position(lower(word) IN lower(payload)) = 0))
        AND (CAST(:actors AS text[]) IS NULL OR EXISTS (
            SELECT 1 FROM unnest(CAST(:actors AS text[])) AS actor
            WHERE position(actor IN coalesce(payload::json->>'actor', '')) > 0))
    ORDER BY received_at DESC, source DESC, sequence DESC LIMIT :most
""")  # noqa: S608  (our own condition)
_END_OF_LOOK = text(f"SELECT received_at, source, sequence {_OF_TRAIL} OFFSET :within - 1 LIMIT 1")
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


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of it, and the last entry that was looked at where there are older ones still."""

    entries: tuple[Arrived, ...]
    looked_until: tuple[datetime, str, int] | None


class Console(Queries):
    """What operators look at."""

    async def change(self) -> Change:
        """Return what differs from what it was before once anything is new."""
        return tuple((await self._execute(_CHANGE)).one())

    async def holes(self, reached: Mapping[str, int]) -> dict[str, list[int]]:
        """List what is missing beyond there and below each source's newest: facts that exist and have not arrived."""
        found: dict[str, list[int]] = {}
        for row in await self._execute(_HOLES, sources=list(reached), positions=list(reached.values())):
            found.setdefault(row.source, []).append(row.missing)
        return found

    async def told(self, sessions: Sequence[str]) -> Told:
        """Return when sessions start, and which were opened or cancelled; a later fact outweighs an earlier one."""
        newest: dict[str, Fact] = {}
        opened = set[str]()
        for row in await self._execute(_TOLD, sessions=list(sessions)):
            fact = read_published(row.payload.encode())
            if row.type == SessionOpened.type:
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

    async def way(self, wanted: str) -> list[Arrived]:
        """Return the facts that an event became: by its id, its correlation id, or the fact's own id."""
        rows = await self._execute(_WAY, id=wanted)
        return [Arrived(read_published(row.payload.encode()), row.received_at) for row in rows]

    async def carried_by(self, fact: Fact) -> list[dict[str, Any]]:
        """List the editions of a fact's session with up to where each reaches in the fact's source."""
        rows = await self._execute(_CARRIED, session=fact.session, source=fact.source)
        return [dict(row) for row in rows.mappings()]

    async def trail(self, wanted: Wanted, most: int) -> Found:
        """List facts, the newest first; where few fit, up to where was looked."""
        before, source, sequence = wanted.before or (None, "", 0)
        among = {
            "session": wanted.session,
            "type": wanted.type,
            "since": wanted.since,
            "until": wanted.until,
            "before": before,
            "source": source,
            "sequence": sequence,
            "within": LOOKED_THROUGH,
        }
        words, actors = list(wanted.words) or None, list(wanted.actors) or None
        rows = (await self._execute(_TRAIL, **among, words=words, actors=actors, most=most)).all()
        found = tuple(Arrived(read_published(row.payload.encode()), row.received_at) for row in rows)
        if len(found) == most:
            return Found(found, None)
        end = (await self._execute(_END_OF_LOOK, **among)).first()
        return Found(found, (end.received_at, end.source, end.sequence) if end else None)

    async def about(self, subjects: Sequence[str]) -> dict[tuple[str, str], list[Fact]]:
        """Return all that each source said of some subjects, in order, by (source, subject)."""
        found: dict[tuple[str, str], list[Fact]] = {}
        for payload in (await self._execute(_ABOUT, subjects=list(subjects))).scalars():
            fact = read_published(payload.encode())
            found.setdefault((fact.source, fact.subject), []).append(fact)
        return found
