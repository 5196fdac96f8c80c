"""The facts as they came, and how far each source is known."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain.facts import EARLIER
from services.bulletin.store.base import Queries
from services.bulletin.tables import ANNOUNCES
from shared.envelope import Fact, read_published
from shared.events import (
    ApplicationDocketed,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
)

_KEEP = text("""
    INSERT INTO fact (event_id, source, sequence, type, session, correlation_id, payload, received_at)
    SELECT *, :now FROM unnest(CAST(:ids AS text[]), CAST(:sources AS text[]), CAST(:sequences AS bigint[]),
        CAST(:types AS text[]), CAST(:sessions AS text[]), CAST(:correlation_ids AS text[]), CAST(:payloads AS text[]))
    ON CONFLICT DO NOTHING RETURNING event_id
""")
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
# From up to where each source is known on, so that what is known once need not be read again; sequences start at 1.
_POSITIONS = text("""
    SELECT source, (
        SELECT min(sequence) FROM (
            SELECT sequence, lead(sequence) OVER (ORDER BY sequence) AS following FROM (
                SELECT position AS sequence UNION ALL
                SELECT sequence FROM fact WHERE fact.source = known.source AND sequence > position
            ) AS rest
        ) AS steps WHERE following IS DISTINCT FROM sequence + 1
    ) AS position
    FROM unnest(CAST(:sources AS text[]), CAST(:positions AS bigint[])) AS known(source, position)
""")
_SOURCES = text("SELECT DISTINCT source FROM fact")
_HEARD = text("""
    SELECT type, payload::json->>'subject' AS subject FROM fact WHERE type = ANY(CAST(:types AS text[]))
""")
# Most decisions are plain approvals, which leave nothing open: they and their docketing stay where they are.
_AROUND = text("""
    WITH followed AS MATERIALIZED (
        SELECT DISTINCT payload::json->>'subject' AS subject FROM fact
        WHERE session = ANY(CAST(:sessions AS text[])) AND type = ANY(CAST(:decisions AS text[]))
        AND payload::json->'data'->>'outcome' <> 'approved'
    )
    SELECT payload FROM fact
    WHERE session = ANY(CAST(:sessions AS text[])) AND type = ANY(CAST(:types AS text[])) AND (
        NOT type = ANY(CAST(:cases AS text[])) OR payload::json->>'subject' IN (SELECT subject FROM followed)
    ) ORDER BY source, sequence
""")
# Among the few facts that have an index of their own.
_CANCELLATIONS = text(f"SELECT count(*) FROM fact WHERE {ANNOUNCES} AND type = :cancelled")  # noqa: S608  (our own)
_CANCELLED = text(f"""
    SELECT DISTINCT ON (session) session, type FROM fact
    WHERE {ANNOUNCES} AND type <> :opened AND session = ANY(CAST(:sessions AS text[]))
    ORDER BY session, CAST(payload::json->>'aggregateversion' AS bigint) DESC
""")  # noqa: S608  (likewise)
_PLAN = text("SELECT payload FROM fact WHERE type = :type AND session IS NULL ORDER BY source, sequence")


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


async def heard(session: AsyncSession) -> set[str]:
    """Name what posted events may wait for, in the words of NotYet.needs: plans, and sessions that have closed."""
    values = {"types": [CampaignPlanned.type, SessionClosed.type]}
    rows = await (await session.connection()).execute(_HEARD, values)
    return {f"{row.type} {row.subject}" for row in rows}


class Facts(Queries):
    """What the service has heard."""

    async def fills_a_hole(self, facts: Sequence[Fact]) -> bool:
        """Tell whether facts just kept lie below others of their source: any session may have waited for them."""
        sequences: dict[str, list[int]] = {}
        for fact in facts:
            sequences.setdefault(fact.source, []).append(fact.sequence)
        firsts, counts = [min(each) for each in sequences.values()], [len(each) for each in sequences.values()]
        await self._execute(_IN_TURN)
        fills: bool = (await self._execute(_FILLS, sources=list(sequences), firsts=firsts, counts=counts)).scalar_one()
        return fills

    async def positions(self, known: Mapping[str, int] | None = None) -> dict[str, int]:
        """Return up to which sequence each source is known without a hole: of all, or of these from where they were.

        A source whose first fact has not come is known up to nowhere, and left out.
        """
        if known is None:
            known = dict.fromkeys((await self._execute(_SOURCES)).scalars(), 0)
        rows = await self._execute(_POSITIONS, sources=list(known), positions=list(known.values()))
        return {row.source: row.position for row in rows if row.position}

    async def facts_of(self, session: str, cutoff: dict[str, int]) -> list[Fact]:
        """List a session's facts up to a cut-off, by source and sequence."""
        query = text("SELECT payload FROM fact WHERE session = :session ORDER BY source, sequence")
        facts = [
            read_published(payload.encode()) for payload in (await self._execute(query, session=session)).scalars()
        ]
        return [fact for fact in facts if fact.sequence <= cutoff.get(fact.source, 0)]

    async def facts_around(self, plan: CampaignPlanned, session: str, cutoff: dict[str, int]) -> list[Fact]:
        """List what a campaign's other sessions left open and what followed, up to a cut-off."""
        decisions = [ApprovalSigned.type, ApprovalCorrected.type]
        rows = await self._execute(
            _AROUND,
            sessions=[one.session for one in plan.sessions if one.session != session],
            types=list(EARLIER),
            decisions=decisions,
            cases=[*decisions, ApplicationDocketed.type],
        )
        facts = [read_published(payload.encode()) for payload in rows.scalars()]
        return [fact for fact in facts if fact.sequence <= cutoff.get(fact.source, 0)]

    async def cancellations(self) -> int:
        """Count the cancellations ever heard of."""
        told = await self._execute(_CANCELLATIONS, cancelled=SessionCancelled.type)
        count: int = told.scalar_one()
        return count

    async def cancelled(self, sessions: Sequence[str]) -> set[str]:
        """Return which of some sessions are cancelled and not announced anew."""
        newest = await self._execute(_CANCELLED, opened=SessionOpened.type, sessions=list(sessions))
        return {row.session for row in newest if row.type == SessionCancelled.type}

    async def plans(self) -> list[CampaignPlanned]:
        """List the campaigns' plans as heard."""
        payloads = (await self._execute(_PLAN, type=CampaignPlanned.type)).scalars()
        return [CampaignPlanned.model_validate(json.loads(payload)["data"]) for payload in payloads]

    async def plan_of(self, campaign: str) -> CampaignPlanned | None:
        """Return a campaign's plan."""
        for payload in (await self._execute(_PLAN, type=CampaignPlanned.type)).scalars():
            data = json.loads(payload)["data"]
            if data["campaign"] == campaign:
                return CampaignPlanned.model_validate(data)
        return None
