"""The approvals service's side of the intake: what deciding a group reads, and what it saves."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import Application, Session
from services.approvals.domain.world import ACCEPTS
from services.approvals.store import followup
from services.approvals.store.rows import application
from shared import plans
from shared.events import (
    ApplicationEvent,
    Event,
    LicenceIssued,
    SessionClosed,
    SessionEvent,
)

# A closing session waits for signings under way in other instances, and they for it: its totals miss nothing.
_SESSIONS = "SELECT * FROM session WHERE session = ANY(CAST(:sessions AS text[])) ORDER BY session FOR {lock}"
_READ_SESSIONS = {
    closing: text(_SESSIONS.format(lock="UPDATE" if closing else "KEY SHARE")) for closing in (True, False)
}
_APPLICATIONS = text("""
    SELECT * FROM application
    WHERE subject = ANY(CAST(:subjects AS text[])) OR session = ANY(CAST(:closing AS text[]))
""")
_LICENCES = text("SELECT issuer, number, subject FROM licence WHERE number = ANY(CAST(:numbers AS text[]))")
_SAVE_SESSIONS = text("""
    INSERT INTO session (session, scheduled_at, venue, opened_at, opened_by, closed_at)
    SELECT * FROM unnest(CAST(:session AS text[]), CAST(:scheduled_at AS timestamptz[]), CAST(:venue AS text[]),
        CAST(:opened_at AS timestamptz[]), CAST(:opened_by AS text[]), CAST(:closed_at AS timestamptz[]))
    ON CONFLICT (session) DO UPDATE SET scheduled_at = excluded.scheduled_at, venue = excluded.venue,
        opened_at = excluded.opened_at, opened_by = excluded.opened_by, closed_at = excluded.closed_at
""")
_SAVE_APPLICATIONS = text("""
    INSERT INTO application (subject, session, project_code, formality, level, project_name, scope, owner_code,
        owner_name, withdrawn, outcome, decision, amended, licences)
    SELECT * FROM unnest(CAST(:subject AS text[]), CAST(:session AS text[]), CAST(:project_code AS text[]),
        CAST(:formality AS text[]), CAST(:level AS text[]), CAST(:project_name AS text[]), CAST(:scope AS text[]),
        CAST(:owner_code AS text[]), CAST(:owner_name AS text[]), CAST(:withdrawn AS text[]), CAST(:outcome AS text[]),
        CAST(:decision AS text[]), CAST(:amended AS boolean[]), CAST(:licences AS integer[]))
    ON CONFLICT (subject) DO UPDATE SET withdrawn = excluded.withdrawn, outcome = excluded.outcome,
        decision = excluded.decision, amended = excluded.amended, licences = excluded.licences
""")
_SAVE_LICENCES = text("""
    INSERT INTO licence (issuer, number, subject)
    SELECT * FROM unnest(CAST(:issuers AS text[]), CAST(:numbers AS text[]), CAST(:subjects AS text[]))
""")


class Desk:
    """The approvals service's side of the intake."""

    accepts = ACCEPTS

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = plans.Plans()

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> ApprovalsWorld:
        """Load campaigns, sessions, applications and licence numbers the events touch."""
        world = ApprovalsWorld(registries=await self._plans.of(session, events))
        names = {event.session for event in events if isinstance(event, SessionEvent)}
        closing = {event.session for event in events if isinstance(event, SessionClosed)}
        connection = await session.connection()
        if names:
            rows = await connection.execute(_READ_SESSIONS[bool(closing)], {"sessions": list(names)})
            world.sessions = {row.session: Session(*row) for row in rows}
        subjects = {event.subject for event in events if isinstance(event, ApplicationEvent)}
        if subjects or closing:
            rows = await connection.execute(_APPLICATIONS, {"subjects": list(subjects), "closing": list(closing)})
            world.applications = {row.subject: application(row) for row in rows}
        if numbers := [event.number for event in events if isinstance(event, LicenceIssued)]:
            rows = await connection.execute(_LICENCES, {"numbers": numbers})
            world.licences = {(row.issuer, row.number): row.subject for row in rows}
        world.followups = await followup.load(connection, events)
        return world

    async def save(self, session: AsyncSession, world: ApprovalsWorld) -> None:
        """Save what deciding changed, one statement for each table."""
        changes = world.changes
        connection = await session.connection()
        if changes.plans:
            await plans.keep(session, changes.plans)
        if changes.sessions:
            sessions = [world.sessions[name] for name in sorted(changes.sessions)]
            await connection.execute(_SAVE_SESSIONS, _columns(Session._fields, sessions))
        if changes.applications:
            states = [world.applications[subject] for subject in sorted(changes.applications)]
            await connection.execute(_SAVE_APPLICATIONS, _columns(Application._fields, states))
        if changes.licences:
            values = dict(zip(("issuers", "numbers", "subjects"), _turn(changes.licences), strict=True))
            await connection.execute(_SAVE_LICENCES, values)
        if changes.followups:
            await followup.save(connection, [world.followups[subject] for subject in changes.followups])


def _turn(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return dict(zip(names, _turn(rows), strict=True))
