"""The rules of the policy teams (notice §二(四)), each with its row of docs/rows.md. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from shared.campaign import Registry, StatedByService, allow_city_drc, banner_session, planned
from shared.events import Event, PlannedSession, SessionEvent, TeamAssigned, TeamMember, VisitsConcluded
from shared.posted import Posted
from shared.problems import Refused
from shared.vocabulary import Level

_DRC: Final = "drc"
_SENDS_NOBODY: Final = {"office", "publicity", "government"}
"""City units that are not among the 17 departments of §二(四)4(3): the general office, and whoever is not of the 18."""


class LeaderNotOfDrc(Refused):
    """A team is led by somebody of the city DRC."""

    row = 47
    zh = "小分队队长应为市发展和改革委员会工作人员，{name}的单位是{unit}"
    en = "A team's leader is of the staff of the city DRC; {name} is of {unit}"


class LiaisonNotOfBanner(Refused):
    """A team's liaison is of the banner it visits."""

    row = 47
    zh = "小分队联络员应为{session}所在旗区的工作人员，{name}的单位是{unit}"
    en = "A team's liaison is of the staff of the banner of {session}; {name} is of {unit}"


class MemberNotOfDepartments(Refused):
    """A team's members are of the city departments that the notice lists."""

    row = 47
    zh = "小分队成员应来自通知所列17个市直部门，{name}的单位是{unit}"
    en = "A team's members are of the notice's 17 city departments; {name} is of {unit}"


class TeamTaken(Refused):
    """The session has a team of this id."""

    status = 409
    row = 47
    zh = "{session}的小分队 {team} 已经组成，队长{leader}；另一小分队请用新的编号"
    en = "The team {team} of {session} was assigned under {leader}; use a new id for another"


class AlreadyConcluded(Refused):
    """The session's visits were concluded before."""

    status = 409
    row = 7
    zh = "{session}的政策宣讲已于{at}结束"
    en = "The visits of {session} were concluded at {at}"


@dataclass(frozen=True, slots=True)
class Visits:
    """One session's day of visits so far."""

    session: str
    concluded_at: datetime | None = None
    teams: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team as it was assigned; `late` when the session's teams had been counted before."""

    session: str
    team: str
    leader: dict[str, str]
    liaison: dict[str, str]
    members: list[dict[str, str]]
    topics: list[str]
    late: bool


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    visits: set[str] = field(default_factory=set)
    teams: list[Team] = field(default_factory=list)


@dataclass
class PolicyWorld:
    """What bears on a group of posted events; deciding one changes it, so that the next one sees it."""

    registries: Mapping[str, Registry] = field(default_factory=dict)
    visits: dict[str, Visits] = field(default_factory=dict)
    teams: dict[tuple[str, str], Team] = field(default_factory=dict)
    """By session and id; complete only for a session whose visits the group concludes."""
    changes: Changes = field(default_factory=Changes)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow, or raise the refusal of the rule that forbids it."""
        return RULES[type(posted.event)](self, posted, posted.event)


def _with_visits(world: PolicyWorld, posted: Posted, event: SessionEvent) -> tuple[Registry, PlannedSession]:
    """Return the plan of a session with visits, a banner's (row 2); the city DRC sees to them (notice §二(四)4(1))."""
    registry, session = planned(world.registries, event)
    banner_session(session, "政策宣讲", "policy visits")
    allow_city_drc(posted)
    return registry, session


def _unit_name(registry: Registry, person: TeamMember) -> str:
    unit = registry.unit(person.unit)
    return unit.name if unit is not None else person.unit


def _check_leader(registry: Registry, leader: TeamMember) -> None:
    unit = registry.unit(leader.unit)
    if unit is None or unit.level is not Level.CITY or unit.bureau != _DRC:
        raise LeaderNotOfDrc(path="data.leader.unit", name=leader.name, unit=_unit_name(registry, leader))


def _check_liaison(registry: Registry, session: PlannedSession, liaison: TeamMember) -> None:
    unit = registry.unit(liaison.unit)
    if unit is None or unit.division != session.division:
        raise LiaisonNotOfBanner(
            path="data.liaison.unit", session=session.name, name=liaison.name, unit=_unit_name(registry, liaison)
        )


def _check_members(registry: Registry, members: Sequence[TeamMember]) -> None:
    for place, member in enumerate(members):
        unit = registry.unit(member.unit)
        if unit is None or unit.level is not Level.CITY or unit.bureau in _SENDS_NOBODY:
            raise MemberNotOfDepartments(
                path=f"data.members.{place}.unit", name=member.name, unit=_unit_name(registry, member)
            )


def assign(world: PolicyWorld, posted: Posted, event: TeamAssigned) -> Sequence[Event]:
    """Record a team of the composition the notice wants; a late one is taken too and marked (rows 47, 82)."""
    registry, session = _with_visits(world, posted, event)
    _check_leader(registry, event.leader)
    _check_liaison(registry, session, event.liaison)
    _check_members(registry, event.members)
    if (first := world.teams.get((event.session, event.team))) is not None:
        leader = first.leader["name"]
        raise TeamTaken(path="data.team", session=session.name, team=event.team, leader=leader)
    team = Team(
        session=event.session,
        team=event.team,
        leader=event.leader.model_dump(),
        liaison=event.liaison.model_dump(),
        members=[member.model_dump() for member in event.members],
        topics=list(event.topics),
        late=world.visits[event.session].concluded_at is not None,
    )
    world.teams[event.session, event.team] = team
    world.changes.teams.append(team)
    return [event]


def conclude(world: PolicyWorld, posted: Posted, event: VisitsConcluded) -> Sequence[Event]:
    """End a session's visits and state how many teams its bulletin must show (rows 59, 64)."""
    _, session = _with_visits(world, posted, event)
    if event.teams is not None:
        raise StatedByService(path="data.teams")
    visits = world.visits[event.session]
    if visits.concluded_at is not None:
        raise AlreadyConcluded(path="data.session", session=session.name, at=visits.concluded_at.isoformat())
    count = sum(team.session == event.session for team in world.teams.values())
    world.visits[event.session] = replace(visits, concluded_at=event.concluded_at, teams=count)
    world.changes.visits.add(event.session)
    return [event.model_copy(update={"teams": count})]


Rule = Callable[[PolicyWorld, Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {TeamAssigned: assign, VisitsConcluded: conclude}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
