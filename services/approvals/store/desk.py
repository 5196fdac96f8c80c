"""The approvals service's side of the intake: what deciding a group reads, and what it saves."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain import ApprovalsWorld, practice
from services.approvals.domain.state import Session
from services.approvals.domain.world import ACCEPTS
from services.approvals.store import day, preparation, projects, signings
from services.approvals.store.rows import application
from services.approvals.store.straight import CHANGE, Straight, changed
from shared import plans
from shared.database import rows
from shared.events import (
    ApplicationEvent,
    ApprovalSigned,
    CampaignPlanned,
    Event,
    LicenceIssued,
    SessionEvent,
)
from shared.events.base import among
from shared.posted import Caller, Posted

_TEMPLATE: Final = Path(__file__).parents[1] / "campaigns" / "spring-2022.json"
# A closing session waits for signings under way in other instances, and they for it: its totals miss nothing.
_SESSIONS = """
    SELECT session, scheduled_at, venue, opened_at, opened_by, closed_at, docket_locked_at, owners, venue_kind, actions,
        cancelled_at, ready_at, moves
    FROM session WHERE session = ANY($1::text[]) ORDER BY session FOR {lock}
"""
_READ_SESSIONS = {closing: _SESSIONS.format(lock="UPDATE" if closing else "KEY SHARE") for closing in (True, False)}
_APPLICATIONS = """
    SELECT subject, session, project_code, formality, level, project_name, scope, owner_code, owner_name, withdrawn,
        outcome, decision, amended, licences, postponed
    FROM application WHERE subject = ANY($1::text[])
"""
_APPLICATIONS_OF = f"{_APPLICATIONS} OR session = ANY($2::text[])"
_SAVE_SESSIONS = text("""
    INSERT INTO session (session, scheduled_at, venue, opened_at, opened_by, closed_at, docket_locked_at, owners,
        venue_kind, actions, cancelled_at, ready_at, moves)
    SELECT * FROM unnest(CAST(:session AS text[]), CAST(:scheduled_at AS timestamptz[]), CAST(:venue AS text[]),
        CAST(:opened_at AS timestamptz[]), CAST(:opened_by AS text[]), CAST(:closed_at AS timestamptz[]),
        CAST(:docket_locked_at AS timestamptz[]), CAST(:owners AS text[]), CAST(:venue_kind AS text[]),
        CAST(:actions AS text[]), CAST(:cancelled_at AS timestamptz[]), CAST(:ready_at AS timestamptz[]),
        CAST(:moves AS integer[]))
    ON CONFLICT (session) DO UPDATE SET scheduled_at = excluded.scheduled_at, venue = excluded.venue,
        opened_at = excluded.opened_at, opened_by = excluded.opened_by, closed_at = excluded.closed_at,
        docket_locked_at = excluded.docket_locked_at, owners = excluded.owners, venue_kind = excluded.venue_kind,
        actions = excluded.actions, cancelled_at = excluded.cancelled_at, ready_at = excluded.ready_at,
        moves = excluded.moves
""")
_ADD_APPLICATIONS = """
    INSERT INTO application (subject, session, project_code, formality, level, project_name, scope, owner_code,
        owner_name, withdrawn, outcome, decision, amended, licences)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::boolean[], $14::integer[])
"""


class Desk:
    """The approvals service's side of the intake."""

    accepts = ACCEPTS
    # Versions guard an application, unique keys its licence and document numbers, the session's row its closing.
    independent = frozenset[type[Event]]({ApprovalSigned, LicenceIssued})

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = plans.Plans()
        self.straight = Straight(self._plans)

    def stage(self, caller: Caller, events: Sequence[Event]) -> Sequence[Posted]:
        """Return what others do at the practice sessions that a test key's events name."""
        return practice.stage(_template(), caller, events)

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> ApprovalsWorld:
        """Load campaigns, sessions, applications and licence numbers the events touch."""
        world = ApprovalsWorld(registries=await self._plans.of(session, events, preparation.campaigns(events)))
        connection = await session.connection()
        names = {event.session for event in among(events, SessionEvent)}
        names |= preparation.sessions_beside(world, events)
        closing = bool(among(events, *day.LOCKING, *preparation.LOCKING))
        whole = {event.session for event in among(events, *day.WHOLE)}
        if names:
            found = await rows(session, _READ_SESSIONS[closing], list(names))
            world.sessions = {row[0]: Session(*row) for row in found}
        subjects = {event.subject for event in among(events, ApplicationEvent)}
        if subjects or whole:
            # An OR would cost every group the index of sessions too, for what only a closing or a queue needs.
            asked = (_APPLICATIONS_OF, list(subjects), list(whole)) if whole else (_APPLICATIONS, list(subjects))
            world.applications = {row[0]: application(row) for row in await rows(session, *asked)}
            world.docketed = frozenset(world.applications)
        await signings.load(session, world, events)
        await day.load(connection, world, events)
        await projects.load(connection, world, events)
        await preparation.load(connection, world, events)
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
        await signings.save(session, world)  # ahead of the applications, as the straight way does
        if changes.applications:
            await _save_applications(session, world)
        await day.save(connection, world)
        await projects.save(connection, world)
        await preparation.save(connection, world)


@lru_cache(maxsize=1)
def _template() -> CampaignPlanned:
    return CampaignPlanned.model_validate_json(_TEMPLATE.read_bytes())


def _turn(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return dict(zip(names, _turn(rows), strict=True))


async def _save_applications(session: AsyncSession, world: ApprovalsWorld) -> None:
    """Add what is new on the docket, change what has stood on it; by subject, so that nobody locks them crosswise.

    What was put off or docketed anew is written in `day`: too rare to burden every signing with.
    """
    subjects = sorted(world.changes.applications)
    if added := [world.applications[subject] for subject in subjects if subject not in world.docketed]:
        await rows(session, _ADD_APPLICATIONS, *_turn([one[:-1] for one in added]))
    if docketed := [world.applications[subject] for subject in subjects if subject in world.docketed]:
        await rows(session, CHANGE.format(1, 2, 3, 4, 5, 6), *changed(docketed))
