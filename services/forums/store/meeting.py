"""What the rules of rosters and meetings need to know: each part only for the sessions whose events need it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import or_, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain import ForumsWorld
from services.forums.domain.gathering import Arrangement, Consultation, Minutes, Need, Participant, Speech
from services.forums.store.rows import state_of
from shared.events import (
    AgendaSet,
    AttendanceTaken,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    Event,
    ForumHeld,
    ForumNeedEvent,
    MinutesRevised,
    RosterEvent,
    SessionEvent,
    SpeakersEvent,
    SurveyCalledOff,
    SurveyReport,
    VehiclesArranged,
)

_ROSTER: Final = (RosterEvent, AttendanceTaken, SpeakersEvent, VehiclesArranged, ForumHeld)
_ARRANGED: Final = (RosterEvent, AgendaSet, SpeakersEvent, ConsultationSeatsStaffed, ConsultationGiven)
_SPOKEN: Final = (SpeakersEvent, ForumHeld)
_ENDS: Final = (SurveyReport, SurveyCalledOff)
ALONE: Final = (*_ROSTER, *_ENDS, AgendaSet, ConsultationSeatsStaffed, DepartmentsInvited, MinutesRevised)
"""What is decided about a forum by one instance at a time: caps, order and counts hold however many post at once."""


def _sessions(events: Sequence[Event], kinds: tuple[type[Event], ...]) -> set[str]:
    return {event.session for event in events if isinstance(event, kinds) and isinstance(event, SessionEvent)}


async def load(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    """Load what these events touch."""
    if names := _sessions(events, (*_ROSTER, AgendaSet)):
        for row in await session.exec(select(tables.Participant).where(col(tables.Participant.session).in_(names))):
            world.roster_of(row.session)[row.participant] = state_of(Participant, row)
    if names := _sessions(events, _ARRANGED):
        for kept in await session.exec(select(tables.Arrangement).where(col(tables.Arrangement.session).in_(names))):
            world.arrangements[kept.session, kept.kind] = state_of(Arrangement, kept)
    if names := _sessions(events, _SPOKEN):
        for spoken in await session.exec(select(tables.Speech).where(col(tables.Speech.session).in_(names))):
            world.speeches.setdefault(spoken.session, []).append(state_of(Speech, spoken))
    await _load_needs(session, world, events)
    await _load_consultations(session, world, events)
    await _load_minutes(session, world, events)
    if names := _sessions(events, (ConsultationSeatsStaffed,)):
        for team in await session.exec(select(tables.Team).where(col(tables.Team.session).in_(names))):
            world.teams[team.session, team.team] = {(one["unit"], one["name"]) for one in team.people}


async def _load_needs(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    named = [(event.session, event.need) for event in events if isinstance(event, ForumNeedEvent)]
    invited = _sessions(events, (DepartmentsInvited,))
    if named or invited:
        asked = tuple_(col(tables.Need.session), col(tables.Need.need)).in_(named)
        query = select(tables.Need).where(or_(asked, col(tables.Need.session).in_(invited)))
        world.needs = {(row.session, row.need): state_of(Need, row) for row in await session.exec(query)}


async def _load_consultations(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    named = [(event.session, event.consultation) for event in events if isinstance(event, ConsultationGiven)]
    held = _sessions(events, (ForumHeld,))
    if named or held:
        table = tables.Consultation
        asked = tuple_(col(table.session), col(table.consultation)).in_(named)
        query = select(table).where(or_(asked, col(table.session).in_(held)))
        rows = await session.exec(query)
        world.consultations = {(row.session, row.consultation): state_of(Consultation, row) for row in rows}


async def _load_minutes(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    if names := _sessions(events, (MinutesRevised,)):
        table = tables.Minutes
        newest = select(table).where(col(table.session).in_(names)).ext(distinct_on(col(table.session)))
        ordered = newest.order_by(col(table.session), col(table.revision).desc())
        world.minutes = {row.session: state_of(Minutes, row) for row in await session.exec(ordered)}
