"""The policy service's side of the intake: what a group of events needs is loaded, what it changed is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final, TypeVar

from sqlalchemy import delete, or_, text, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from services.policy.domain import ACCEPTS, PolicyWorld
from services.policy.domain.codes import candidates
from services.policy.domain.library import search_words
from services.policy.domain.slots import Slot
from services.policy.domain.state import (
    Brochure,
    Edition,
    Need,
    Official,
    Policy,
    Question,
    State,
    Team,
    Visit,
    Visits,
)
from shared import plans
from shared.clock import shanghai_date
from shared.events import (
    BrochureEvent,
    BrochurePublished,
    EnterpriseVisited,
    Event,
    NeedCollected,
    NeedWithdrawn,
    OfficialNominated,
    PolicyEntry,
    PolicyEvent,
    QuestionAnswered,
    SessionEvent,
    TeamComposition,
    VisitEvent,
    VisitsConcluded,
)

_TABLES: Final[Mapping[type[Any], type[tables.Table]]] = {
    Visits: tables.Visits,
    Team: tables.Team,
    Need: tables.Need,
    Official: tables.Official,
    Policy: tables.Policy,
    Brochure: tables.Brochure,
    Edition: tables.Edition,
    Visit: tables.Visit,
    Question: tables.Question,
}
_ONE_BY_ONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('policy.teams'))")
"""Two instances may compose teams of different sessions on one day: a person's slots are then looked at in turn."""

S = TypeVar("S")


def state_of(kind: type[S], row: tables.Table) -> S:
    """Return a row as the frozen value the rules know."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]


class Desk:
    """The policy service's side of the intake."""

    accepts = ACCEPTS
    independent = frozenset[type[Event]]()
    straight = None

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = plans.Plans()

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> PolicyWorld:
        """Load what these events touch; what is not touched by their kinds is not asked for."""
        if any(isinstance(event, TeamComposition) and event.starts_at is not None for event in events):
            await (await session.connection()).execute(_ONE_BY_ONE)
        world = PolicyWorld(registries=await self._registries(session, events))
        await _load_sessions(session, world, events)
        await _load_teams(session, world, events)
        await _load_visits(session, world, events)
        await _load_needs(session, world, events)
        await _load_policies(session, world, events)
        await _load_brochures(session, world, events)
        return world

    async def _registries(self, session: AsyncSession, events: Sequence[Event]) -> Any:  # noqa: ANN401  (registries by campaign)
        campaigns = {event.campaign for event in events if isinstance(event, (BrochureEvent, OfficialNominated))}
        return await self._plans.of(session, events, more=campaigns)

    async def save(self, session: AsyncSession, world: PolicyWorld) -> None:
        """Save what deciding changed; of a row that changed twice the last word."""
        for state in world.changes.states:
            await session.merge(_TABLES[type(state)](**_values(state)))
        await session.flush()
        for ref, slots in world.changes.slots.items():
            await replace_slots(session, ref, slots)


def _values(state: State) -> dict[str, Any]:
    values = asdict(state)
    if isinstance(state, Policy):
        values["words"] = search_words(state.title, state.number, state.issuer, state.summary, state.text or "")
    return values


async def replace_slots(session: AsyncSession, ref: str, slots: Sequence[Slot]) -> None:
    """Let slots take the place of all that had their `ref`; a person twice at the same time is one slot."""
    await (await session.connection()).execute(delete(tables.Slot).where(col(tables.Slot.ref) == ref))
    unique = {(slot.unit, slot.name, slot.starts_at): slot for slot in slots}
    session.add_all([tables.Slot(**asdict(slot)) for slot in unique.values()])
    await session.flush()


async def _load_sessions(session: AsyncSession, world: PolicyWorld, events: Sequence[Event]) -> None:
    names = {event.session for event in events if isinstance(event, SessionEvent)}
    if not names:
        return
    # Two visits at one time, or two logs with one question's id, are told from each other only one by one.
    alone = any(isinstance(event, (VisitsConcluded, VisitEvent)) for event in events)
    query = select(tables.Visits).where(col(tables.Visits.session).in_(names)).order_by(col(tables.Visits.session))
    # Concluding waits for teams and visits under way in other instances, and they for it: its counts miss nothing.
    locked = query.with_for_update(read=not alone, key_share=not alone)
    world.visits = {row.session: state_of(Visits, row) for row in await session.exec(locked)}


async def _load_teams(session: AsyncSession, world: PolicyWorld, events: Sequence[Event]) -> None:
    concluded = {event.session for event in events if isinstance(event, VisitsConcluded)}
    named = [(event.session, event.team) for event in events if isinstance(event, (TeamComposition, VisitEvent))]
    if named or concluded:
        asked = tuple_(col(tables.Team.session), col(tables.Team.team)).in_(named)
        query = select(tables.Team).where(or_(asked, col(tables.Team.session).in_(concluded)))
        world.teams = {(row.session, row.team): state_of(Team, row) for row in await session.exec(query)}
    people = {
        (person.unit, person.name)
        for event in events
        if isinstance(event, TeamComposition) and event.starts_at is not None
        for person in (event.leader, event.liaison, *event.members)
    }
    if people:
        booked = select(tables.Slot).where(tuple_(col(tables.Slot.unit), col(tables.Slot.name)).in_(list(people)))
        world.slots = [state_of(Slot, row) for row in await session.exec(booked)]


async def _load_visits(session: AsyncSession, world: PolicyWorld, events: Sequence[Event]) -> None:
    whole = {event.session for event in events if isinstance(event, (VisitEvent, VisitsConcluded))}
    if whole:
        log = select(tables.Visit).where(col(tables.Visit.session).in_(whole))
        world.visit_log = {(row.session, row.visit): state_of(Visit, row) for row in await session.exec(log)}
    asking = {event.session for event in events if isinstance(event, (EnterpriseVisited, VisitsConcluded))}
    answered = [(event.session, event.question) for event in events if isinstance(event, QuestionAnswered)]
    if asking or answered:
        named = tuple_(col(tables.Question.session), col(tables.Question.question)).in_(answered)
        query = select(tables.Question).where(or_(named, col(tables.Question.session).in_(asking)))
        rows = await session.exec(query)
        world.questions = {(row.session, row.question): state_of(Question, row) for row in rows}


async def _load_needs(session: AsyncSession, world: PolicyWorld, events: Sequence[Event]) -> None:
    named = [(event.session, event.need) for event in events if isinstance(event, (NeedCollected, NeedWithdrawn))]
    if named:
        query = select(tables.Need).where(tuple_(col(tables.Need.session), col(tables.Need.need)).in_(named))
        world.needs = {(row.session, row.need): state_of(Need, row) for row in await session.exec(query)}


async def _load_policies(session: AsyncSession, world: PolicyWorld, events: Sequence[Event]) -> None:
    entries = [event for event in events if isinstance(event, PolicyEntry)]
    slugs = {event.policy for event in events if isinstance(event, PolicyEvent)}
    slugs |= {slug for event in events if isinstance(event, BrochurePublished) for slug in event.policies}
    if slugs:
        numbers = [(event.number, event.issuer) for event in entries]
        same = tuple_(col(tables.Policy.number), col(tables.Policy.issuer)).in_(numbers)
        query = select(tables.Policy).where(or_(col(tables.Policy.policy).in_(slugs), same))
        world.policies = {row.policy: state_of(Policy, row) for row in await session.exec(query)}
    if hashes := {event.file.sha256 for event in entries if event.file is not None}:
        known = select(tables.File.sha256).where(col(tables.File.sha256).in_(hashes))
        world.files = set(await session.exec(known))


async def _load_brochures(session: AsyncSession, world: PolicyWorld, events: Sequence[Event]) -> None:
    published = [event for event in events if isinstance(event, BrochurePublished)]
    if not published:
        return
    subjects = [(event.campaign, event.department, event.topic.value) for event in published]
    wanted = {code for event in published for code in candidates(event.subject)}
    table = tables.Brochure
    asked = tuple_(col(table.campaign), col(table.department), col(table.topic)).in_(subjects)
    mine = select(table).where(or_(asked, col(table.code).in_(wanted))).order_by(col(table.code))
    # Two revisions at once would both be the next edition.
    rows = (await session.exec(mine.with_for_update())).all()
    world.codes = {row.code for row in rows}
    known = {f"{row.campaign}/brochures/{row.department}/{row.topic}": state_of(Brochure, row) for row in rows}
    world.brochures = {event.subject: known[event.subject] for event in published if event.subject in known}
    newest = [(brochure.code, brochure.edition) for brochure in world.brochures.values()]
    editions = select(tables.Edition).where(tuple_(col(tables.Edition.code), col(tables.Edition.edition)).in_(newest))
    world.editions = {row.code: state_of(Edition, row) for row in await session.exec(editions)}
    announced = select(tables.Visits).where(col(tables.Visits.starts_at).is_not(None))
    starts: dict[str, list[Any]] = {}
    for row in await session.exec(announced):
        if row.starts_at is not None:
            starts.setdefault(row.session.rpartition("-")[0], []).append(shanghai_date(row.starts_at))
    world.starts = starts
