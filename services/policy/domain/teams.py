"""Who a policy team is made of, and when it may be on its way (rows 47, 48)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from services.policy.domain.slots import Booking, PersonTaken, Slot, clash
from services.policy.domain.state import Team
from services.policy.domain.topics import SENDS_NOBODY, bureaus_of, uncovered
from shared.campaign import Registry, StatedByService, allow_city_drc, banner_session, planned
from shared.clock import SHANGHAI
from shared.events import Event, PlannedSession, TeamAssigned, TeamChanged, TeamComposition, TeamMember
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Level, Standing

if TYPE_CHECKING:
    from services.policy.domain.world import PolicyWorld

_DRC: Final = "drc"
_BEFORE: Final = timedelta(minutes=20 + 120)
"""Concentrated approval and the forum, which come first (notice §二(一)1, (二)1, (四)1)."""


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


class MemberNotChief(Refused):
    """A team's members head business sections of their departments."""

    row = 47
    zh = "小分队成员应为业务科室负责人，{name}（{unit}）是{standing.zh}"
    en = "A team's members head business sections; {name} of {unit} is: {standing.en}"


class ParticularsMissing(Refused):
    """The campaign wants to know its members' standing and when the team is on its way."""

    row = 47
    zh = "本次行动要求填写{what}"
    en = "This campaign asks for {what_en}"


class TeamTaken(Refused):
    """The session has a team of this id."""

    status = 409
    row = 47
    zh = "{session}的小分队 {team} 已经组成，队长{leader}；另一小分队请用新的编号"
    en = "The team {team} of {session} was assigned under {leader}; use a new id for another"


class DepartsTooEarly(Refused):
    """A team departs after the forum and the consultation that follows it (notice §二(四)1, I11)."""

    status = 409
    row = 48
    zh = "小分队{starts}出发，早于{before}（{until}结束）；入企宣讲应在其后"
    en = "The team departs at {starts}, before the end of {before_en} at {until}; visits come after it"


def _unit_name(registry: Registry, code: str) -> str:
    unit = registry.unit(code)
    return unit.name if unit is not None else code


def _check_leader(registry: Registry, leader: TeamMember) -> None:
    unit = registry.unit(leader.unit)
    if unit is None or unit.level is not Level.CITY or unit.bureau != _DRC:
        raise LeaderNotOfDrc(path="data.leader.unit", name=leader.name, unit=_unit_name(registry, leader.unit))


def _check_liaison(registry: Registry, session: PlannedSession, liaison: TeamMember) -> None:
    unit = registry.unit(liaison.unit)
    if unit is None or unit.division != session.division:
        raise LiaisonNotOfBanner(
            path="data.liaison.unit", session=session.name, name=liaison.name, unit=_unit_name(registry, liaison.unit)
        )


def _check_members(registry: Registry, members: Sequence[TeamMember]) -> None:
    for place, member in enumerate(members):
        unit, path = registry.unit(member.unit), f"data.members.{place}"
        name = _unit_name(registry, member.unit)
        if unit is None or unit.level is not Level.CITY or unit.bureau in SENDS_NOBODY:
            raise MemberNotOfDepartments(path=f"{path}.unit", name=member.name, unit=name)
        if member.standing is None and registry.plan.switches.team_particulars:
            raise ParticularsMissing(path=f"{path}.standing", what="成员身份", what_en="the members' standing")
        if member.standing not in (None, Standing.SECTION_CHIEF):
            raise MemberNotChief(path=f"{path}.standing", name=member.name, unit=name, standing=member.standing)


def _check_window(world: "PolicyWorld", registry: Registry, event: TeamComposition) -> None:
    """Refuse a departure before what comes first, and whoever is booked for something else meanwhile."""
    if event.starts_at is None or event.ends_at is None:
        if registry.plan.switches.team_particulars:
            raise ParticularsMissing(
                path="data.starts_at", what="出发和返回时间", what_en="when the team is on its way"
            )
        return
    day = world.visits[event.session]
    first: list[tuple[datetime, str, str]] = []
    if day.starts_at is not None:
        first.append((day.starts_at + _BEFORE, "集中审批和政企座谈", "approvals and forum"))
    if day.seats_until is not None:
        first.append((day.seats_until, "座谈会后政策咨询", "the consultation after the forum"))
    if first and event.starts_at < (latest := max(first))[0]:
        raise DepartsTooEarly(
            path="data.starts_at",
            starts=f"{event.starts_at.astimezone(SHANGHAI):%m-%d %H:%M}",
            before=latest[1],
            before_en=latest[2],
            until=f"{latest[0].astimezone(SHANGHAI):%H:%M}",
        )
    _check_people(world, registry, event)


def _check_people(world: "PolicyWorld", registry: Registry, event: TeamComposition) -> None:
    people = _people(event)
    others = [slot for slot in world.slots if slot.ref != team_ref(event.session, event.team)]
    for path, person in people.items():
        mine = [one for at, one in _slots(event, registry).items() if at != path]
        assert event.starts_at is not None  # noqa: S101  (asked before)
        assert event.ends_at is not None  # noqa: S101
        if (other := clash([*others, *mine], person, event.starts_at, event.ends_at)) is not None:
            raise PersonTaken(
                path=path,
                name=person["name"],
                unit=_unit_name(registry, person["unit"]),
                times=other.times,
                label=other.label,
                wanted=_label(registry, event),
            )


def _people(event: TeamComposition) -> dict[str, dict[str, Any]]:
    people = {"data.leader": event.leader, "data.liaison": event.liaison}
    people |= {f"data.members.{place}": member for place, member in enumerate(event.members)}
    return {path: person.model_dump(exclude_none=True) for path, person in people.items()}


def team_ref(session: str, team: str) -> str:
    """Return what a team's slots belong to."""
    return f"{Booking.TEAM}/{session}/{team}"


def _label(registry: Registry, event: TeamComposition) -> str:
    session = registry.session(event.session)
    return f"{session.name if session else event.session}政策宣讲小分队 {event.team}"


def _slots(event: TeamComposition, registry: Registry) -> dict[str, Slot]:
    """Return each of a team's people, by path, booked for its window."""
    if event.starts_at is None or event.ends_at is None:
        return {}
    return {
        path: Slot(
            ref=team_ref(event.session, event.team),
            unit=person["unit"],
            name=person["name"],
            session=event.session,
            booking=Booking.TEAM.value,
            label=_label(registry, event),
            starts_at=event.starts_at,
            ends_at=event.ends_at,
        )
        for path, person in _people(event).items()
    }


def _checked(world: "PolicyWorld", posted: Posted, event: TeamComposition) -> tuple[Registry, PlannedSession, Team]:
    """Check a composition as the notice wants it; the city DRC sees to it (notice §二(四)4(1))."""
    registry, session = planned(world.registries, event)
    banner_session(session, "政策宣讲", "policy visits")
    allow_city_drc(posted)
    if event.uncovered is not None:
        raise StatedByService(path="data.uncovered")
    _check_leader(registry, event.leader)
    _check_liaison(registry, session, event.liaison)
    _check_members(registry, event.members)
    units = {unit.code: unit for unit in registry.plan.units}
    open_topics = uncovered(event.topics, bureaus_of([event.leader, *event.members], units))
    team = Team(
        session=event.session,
        team=event.team,
        leader=event.leader.model_dump(mode="json", exclude_none=True),
        liaison=event.liaison.model_dump(mode="json", exclude_none=True),
        members=[member.model_dump(mode="json", exclude_none=True) for member in event.members],
        topics=list(event.topics),
        late=world.visits[event.session].concluded_at is not None,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        uncovered=[topic.zh for topic in open_topics],
    )
    return registry, session, team


def _put(world: "PolicyWorld", registry: Registry, event: TeamComposition, team: Team) -> Sequence[Event]:
    world.put_team(team, list(_slots(event, registry).values()))
    return [event.model_copy(update={"uncovered": tuple(team.uncovered)}) if team.uncovered else event]


def assign(world: "PolicyWorld", posted: Posted, event: TeamAssigned) -> Sequence[Event]:
    """Record a team of the composition the notice wants; a late one is taken too and marked (rows 47, 82)."""
    registry, session, team = _checked(world, posted, event)
    if (first := world.teams.get((event.session, event.team))) is not None:
        leader = first.leader["name"]
        raise TeamTaken(path="data.team", session=session.name, team=event.team, leader=leader)
    _check_window(world, registry, event)
    return _put(world, registry, event, team)


def change(world: "PolicyWorld", posted: Posted, event: TeamChanged) -> Sequence[Event]:
    """Compose a team anew under the same rules; when it was first assigned decides whether it was counted."""
    registry, _, team = _checked(world, posted, event)
    before = world.teams.get((event.session, event.team))
    if before is None:
        raise NotYet(TeamAssigned.type, event.subject)
    _check_window(world, registry, event)
    return _put(world, registry, event, replace(team, late=before.late, reason=event.reason))
