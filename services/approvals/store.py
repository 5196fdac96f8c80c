"""Every query of the approvals service."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals import tables
from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import Application, Session, totals
from services.approvals.domain.world import ACCEPTS
from shared import plans
from shared.events import (
    ApplicationEvent,
    ApprovalTotals,
    Event,
    LicenceIssued,
    SessionClosed,
    SessionEvent,
)
from shared.vocabulary import Formality, Level, Outcome, Scope

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
            world.applications = {row.subject: _application(row) for row in rows}
        if numbers := [event.number for event in events if isinstance(event, LicenceIssued)]:
            rows = await connection.execute(_LICENCES, {"numbers": numbers})
            world.licences = {(row.issuer, row.number): row.subject for row in rows}
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


def _turn(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return dict(zip(names, _turn(rows), strict=True))


def _application(row: object) -> Application:
    values = {name: getattr(row, name) for name in Application._fields}
    values["formality"] = Formality(values["formality"])
    values["level"] = Level(values["level"])
    values["scope"] = Scope(values["scope"])
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return Application(**values)


class Store:
    """Reads for the service's own API."""

    def __init__(self, session: AsyncSession) -> None:
        """Read within one database session."""
        self._session = session

    async def totals_of(self, session: str) -> ApprovalTotals:
        """Count a session's applications as they stand now."""
        query = select(tables.Application).where(col(tables.Application.session) == session)
        return totals(_application(row) for row in (await self._session.exec(query)).all())

    async def sessions_of(self, campaign: str) -> Sequence[tables.Session]:
        """List a campaign's sessions."""
        query = select(tables.Session).where(col(tables.Session.session).startswith(f"{campaign}-", autoescape=True))
        return (await self._session.exec(query.order_by(tables.Session.session))).all()

    async def all_sessions(self) -> Sequence[tables.Session]:
        """List every session of every campaign."""
        return (await self._session.exec(select(tables.Session).order_by(tables.Session.session))).all()

    async def applications_of(self, session: str) -> Sequence[tables.Application]:
        """List a session's ledger."""
        query = select(tables.Application).where(col(tables.Application.session) == session)
        return (await self._session.exec(query.order_by(tables.Application.subject))).all()
