"""Every query of the bulletin service."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain.timing import Closing
from services.bulletin.tables import DeliveryRow, EditionRow
from shared.envelope import Fact, read_published
from shared.events import CampaignPlanned, SessionClosed

_KEEP = text("""
    INSERT INTO fact (event_id, source, sequence, type, session, correlation_id, payload, received_at)
    SELECT *, :now FROM unnest(CAST(:ids AS text[]), CAST(:sources AS text[]), CAST(:sequences AS bigint[]),
        CAST(:types AS text[]), CAST(:sessions AS text[]), CAST(:correlation_ids AS text[]), CAST(:payloads AS text[]))
    ON CONFLICT DO NOTHING RETURNING event_id
""")
# Always later than before, even if the clock stands still or is set back: what was examined is told from what was not.
_TOUCH_ALL = text("UPDATE closing SET touched_at = greatest(:now, touched_at + interval '1 microsecond')")
_TOUCH = text(f"{_TOUCH_ALL.text} WHERE session = ANY(CAST(:sessions AS text[]))")
# Batches are kept in any order, by any instance: one at a time looks whether what it brings lies below what is known.
_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtext('chunfeng facts'))")
_FILLS = text("""
    SELECT EXISTS (
        SELECT 1 FROM unnest(CAST(:sources AS text[]), CAST(:firsts AS bigint[]), CAST(:counts AS bigint[]))
            AS heard(source, first, count)
        WHERE heard.count < (SELECT count(*) FROM (
            SELECT 1 FROM fact WHERE fact.source = heard.source AND fact.sequence >= heard.first LIMIT heard.count + 1
        ) AS known)
    )
""")
_CLOSE = text("""
    INSERT INTO closing (session, campaign, closed_at, due_at, touched_at, alarmed)
    VALUES (:session, :campaign, :closed_at, :due_at, :now, 0) ON CONFLICT (session) DO NOTHING
""")
# Up to where each source is known without a hole: its sequences start at 1.
_POSITIONS = text("""
    SELECT source, min(sequence) AS position FROM (
        SELECT source, sequence, lead(sequence) OVER (PARTITION BY source ORDER BY sequence) AS following FROM fact
    ) AS gaps WHERE following IS DISTINCT FROM sequence + 1
    GROUP BY source HAVING bool_or(true)
""")
_STARTS = text("SELECT source FROM fact GROUP BY source HAVING min(sequence) > 1")
_PLAN = text("SELECT payload FROM fact WHERE type = :type AND session IS NULL ORDER BY source, sequence")
_NUMBER = text("""
    INSERT INTO issue_number (year, last) VALUES (:year, 1)
    ON CONFLICT (year) DO UPDATE SET last = issue_number.last + 1 RETURNING last
""")
_CLAIM = text("""
    UPDATE delivery SET state = 'sending', attempts = attempts + 1, claimed_until = :until
    WHERE (session, revision, recipient) IN (
        SELECT session, revision, recipient FROM delivery
        WHERE state IN ('queued', 'unknown') AND next_at <= :now
        ORDER BY next_at, session, revision, recipient LIMIT :most FOR UPDATE SKIP LOCKED
    ) RETURNING *
""")
# Its sender died between claiming and saying how it went: nobody can know whether the mail left (reliability 4.5).
_ABANDONED = text(
    "UPDATE delivery SET state = 'unknown', next_at = :now WHERE state = 'sending' AND claimed_until < :real"
)


async def keep(session: AsyncSession, facts: Sequence[Fact], now: datetime) -> set[str]:
    """Keep facts as they came; return the ids that were new."""
    values = {
        "ids": [fact.id for fact in facts],
        "sources": [fact.source for fact in facts],
        "sequences": [fact.sequence for fact in facts],
        "types": [fact.type for fact in facts],
        "sessions": [fact.session for fact in facts],
        "correlation_ids": [fact.correlation_id for fact in facts],
        "payloads": [fact.payload for fact in facts],
        "now": now,
    }
    return set((await (await session.connection()).execute(_KEEP, values)).scalars())


class Store:
    """Queries within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def _execute(self, statement: Any, **values: Any) -> Any:  # noqa: ANN401  (SQLAlchemy's own)
        return await (await self._session.connection()).execute(statement, values)

    async def touch(self, sessions: set[str], now: datetime) -> None:
        """Note that something new is known of these sessions."""
        await self._execute(_TOUCH, sessions=list(sessions), now=now)

    async def fills_a_hole(self, facts: Sequence[Fact]) -> bool:
        """Tell whether facts just kept lie below others of their source: any session may have waited for them."""
        sequences: dict[str, list[int]] = {}
        for fact in facts:
            sequences.setdefault(fact.source, []).append(fact.sequence)
        firsts, counts = [min(each) for each in sequences.values()], [len(each) for each in sequences.values()]
        await self._execute(_IN_TURN)
        fills: bool = (await self._execute(_FILLS, sources=list(sequences), firsts=firsts, counts=counts)).scalar_one()
        return fills

    async def touch_all(self, now: datetime) -> None:
        """Note that something new is known that may bear on any session."""
        await self._execute(_TOUCH_ALL, now=now)

    async def close(self, event: SessionClosed, within: timedelta, now: datetime) -> None:
        """Start the one-day clock of a session."""
        await self._execute(
            _CLOSE,
            session=event.session,
            campaign=event.session.rpartition("-")[0],
            closed_at=event.closed_at,
            due_at=event.closed_at + within,
            now=now,
        )

    async def set_limits(self, campaign: str, within: timedelta) -> None:
        """Give sessions that closed before their campaign's plan was heard the limit it sets."""
        statement = text("UPDATE closing SET due_at = closed_at + :within WHERE campaign = :campaign")
        await self._execute(statement, campaign=campaign, within=within)

    async def closings(self) -> list[Closing]:
        """List closed sessions with the newest revision of each."""
        newest = text("""
            SELECT closing.*, (SELECT max(revision) FROM edition WHERE edition.session = closing.session) AS revision
            FROM closing ORDER BY closed_at, session
        """)
        return [
            Closing(row.session, row.closed_at, row.due_at, row.touched_at, row.examined_at, row.alarmed, row.revision)
            for row in await self._execute(newest)
        ]

    async def note_examined(self, session: str, at: datetime) -> None:
        """Note that what was known at `at` has been considered."""
        statement = text("UPDATE closing SET examined_at = :at WHERE session = :session")
        await self._execute(statement, session=session, at=at)

    async def note_alarm(self, session: str, hours: int) -> bool:
        """Note an alarm; False when another worker raised it first."""
        raised = text("UPDATE closing SET alarmed = :hours WHERE session = :session AND alarmed < :hours RETURNING 1")
        return (await self._execute(raised, session=session, hours=hours)).first() is not None

    async def positions(self) -> dict[str, int]:
        """Return up to which sequence each source is known without a hole."""
        headless = set((await self._execute(_STARTS)).scalars())
        return {row.source: row.position for row in await self._execute(_POSITIONS) if row.source not in headless}

    async def facts_of(self, session: str, cutoff: dict[str, int]) -> list[Fact]:
        """List a session's facts up to a cut-off, by source and sequence."""
        query = text("SELECT payload FROM fact WHERE session = :session ORDER BY source, sequence")
        facts = [
            read_published(payload.encode()) for payload in (await self._execute(query, session=session)).scalars()
        ]
        return [fact for fact in facts if fact.sequence <= cutoff.get(fact.source, 0)]

    async def plan_of(self, campaign: str) -> CampaignPlanned | None:
        """Return a campaign's plan."""
        for payload in (await self._execute(_PLAN, type=CampaignPlanned.type)).scalars():
            data = json.loads(payload)["data"]
            if data["campaign"] == campaign:
                return CampaignPlanned.model_validate(data)
        return None

    async def take_turn(self) -> None:
        """Let one worker at a time issue, across processes, until its transaction ends."""
        await self._execute(text("SELECT pg_advisory_xact_lock(hashtext('chunfeng issue'))"))

    async def next_number(self, year: int) -> int:
        """Take the year's next issue number; it is given back if the transaction fails, so there are no gaps."""
        number: int = (await self._execute(_NUMBER, year=year)).scalar_one()
        return number

    async def raise_number(self, year: int, number: int) -> None:
        """Make sure a number known to be issued is not issued again."""
        statement = text("""
            INSERT INTO issue_number (year, last) VALUES (:year, :number)
            ON CONFLICT (year) DO UPDATE SET last = greatest(issue_number.last, :number)
        """)
        await self._execute(statement, year=year, number=number)

    async def edition_of(self, session: str, revision: int) -> EditionRow | None:
        return await self._session.get(EditionRow, (session, revision))

    async def newest_edition_of(self, session: str) -> EditionRow | None:
        """Return a session's newest edition."""
        query = select(EditionRow).where(col(EditionRow.session) == session)
        return (await self._session.exec(query.order_by(col(EditionRow.revision).desc()).limit(1))).first()

    async def editions(self) -> Sequence[EditionRow]:
        """List all editions by number and revision."""
        query = select(EditionRow).order_by(col(EditionRow.year), col(EditionRow.number), col(EditionRow.revision))
        return (await self._session.exec(query)).all()

    def add(self, *rows: EditionRow | DeliveryRow) -> None:
        self._session.add_all(rows)

    async def deliveries(self) -> Sequence[DeliveryRow]:
        """List all deliveries."""
        query = select(DeliveryRow).order_by(DeliveryRow.session, col(DeliveryRow.revision), DeliveryRow.recipient)
        return (await self._session.exec(query)).all()

    async def claim(self, now: datetime, until: datetime, most: int) -> list[tuple[str, int, str]]:
        """Claim due deliveries for this process, until a real time."""
        rows = await self._execute(_CLAIM, now=now, until=until, most=most)
        return [(row.session, row.revision, row.recipient) for row in rows]

    async def abandon(self, now: datetime, real: datetime) -> int:
        """Mark deliveries whose sender died as unknown; they are sent again with the same Message-ID."""
        count: int = (await self._execute(_ABANDONED, now=now, real=real)).rowcount
        return count

    async def delivery(self, session: str, revision: int, recipient: str, *, lock: bool = False) -> DeliveryRow:
        return await self._session.get_one(DeliveryRow, (session, revision, recipient), with_for_update=lock or None)

    async def holes(self) -> dict[str, list[int]]:
        """List the missing sequences below each source's newest: facts that exist and have not arrived."""
        query = text("""
            SELECT newest.source, missing
            FROM (SELECT source, max(sequence) AS last FROM fact GROUP BY source) AS newest,
                generate_series(1, newest.last) AS missing
            WHERE NOT EXISTS (SELECT 1 FROM fact WHERE fact.source = newest.source AND fact.sequence = missing)
            ORDER BY 1, 2 LIMIT 1000
        """)
        found: dict[str, list[int]] = {}
        for row in await self._execute(query):
            found.setdefault(row.source, []).append(row.missing)
        return found
