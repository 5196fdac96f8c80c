"""A campaign as every service knows it: its units and sessions as planned, and what anybody may not do there. Pure."""

from collections.abc import Mapping
from typing import Final

from shared.events import CampaignPlanned, PlannedSession, SessionEvent, Unit
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Level, Role, SessionKind

PRACTICE: Final = "practice"
"""No campaign: the name under which test keys find one at which all others have done their part."""


class NotAllowed(Refused):
    """The caller's role may not post this event."""

    status = 403
    row = 88
    zh = "{unit}（{role.zh}）不能登记此类事件，应由{who}办理"
    en = "{unit} ({role.en}) may not post this event; it is for: {who_en}"


class UnknownSession(Refused):
    """The campaign has no such session."""

    status = 404
    row = 1
    zh = "行动中没有场次 {session}"
    en = "The campaign has no session {session}"


class OnlyPractice(Refused):
    """A practice session is no session: it is there for test keys, at the service that takes approvals."""

    row = 76
    zh = "{session}是练习场次，只供测试密钥（cftest_）在审批服务试报；正式报送请用真实场次"
    en = "{session} is for practice, with test keys (cftest_) at the approvals service; report to a real session"


class WrongDivision(Refused):
    """A banner's unit acts in another banner's session."""

    status = 403
    row = 75
    zh = "{unit}不是{session}所在旗区的单位（市直专场为市级单位），不能办理其事项"
    en = "{unit} is no unit of the banner of {session} (of the city, if it is the city session) and may not act in it"


class NotInCitySession(Refused):
    """The city session has concentrated approval only."""

    row = 2
    zh = "{session}只有集中审批，没有{action}"
    en = "{session} consists of concentrated approval only, without {action_en}"


class StatedByService(Refused):
    """The field is counted by the service, not by the poster."""

    row = 59
    zh = "此项由系统填写，报送时请留空"
    en = "This field is stated by the service; leave it out"


class Registry:
    """A campaign's units and sessions, as planned."""

    def __init__(self, plan: CampaignPlanned) -> None:
        """Index a plan."""
        self.plan = plan
        self._sessions = {planned.session: planned for planned in plan.sessions}
        self._units = {unit.code: unit for unit in plan.units}
        self._places = {(unit.level, unit.division, unit.bureau): unit for unit in plan.units}

    def session(self, name: str) -> PlannedSession | None:
        return self._sessions.get(name)

    def unit(self, code: str) -> Unit | None:
        return self._units.get(code)

    def bureau(self, level: Level, division: str, bureau: str) -> Unit | None:
        return self._places.get((level, division, bureau))


def planned(registries: Mapping[str, Registry], event: SessionEvent) -> tuple[Registry, PlannedSession]:
    """Return the plan of a session; an unknown campaign may still arrive, an unknown session of a known one not."""
    registry = registries.get(event.campaign)
    if registry is None:
        if event.campaign == PRACTICE:
            raise OnlyPractice(path="data.session", session=event.session)
        raise NotYet(CampaignPlanned.type, event.campaign)
    session = registry.session(event.session)
    if session is None:
        raise UnknownSession(path="data.session", session=event.session)
    return registry, session


def allow(posted: Posted, *roles: Role) -> None:
    """Refuse callers of other roles (row 88); the general office is the city's, whatever a key says."""
    known = posted.caller.role is not Role.OFFICE or is_city_office(posted)
    if posted.caller.role not in roles or not known:
        who, who_en = "、".join(role.zh for role in roles), ", ".join(role.en for role in roles)
        raise NotAllowed(unit=posted.caller.unit_name, role=posted.caller.role, who=who, who_en=who_en)


def is_city_drc(posted: Posted) -> bool:
    """Tell whether the DRC that organises the campaign is calling, and not a banner's."""
    return posted.caller.role is Role.DRC and posted.caller.level is Level.CITY


def is_city_office(posted: Posted) -> bool:
    """Tell whether the general office of the city's government is calling; a banner has none that acts for others."""
    return posted.caller.role is Role.OFFICE and posted.caller.level is Level.CITY


def allow_city_drc(posted: Posted) -> None:
    """Refuse everybody but the city DRC (row 88)."""
    if not is_city_drc(posted):
        caller = posted.caller
        raise NotAllowed(unit=caller.unit_name, role=caller.role, who="市发展和改革委员会", who_en="the city DRC")


def allow_division(posted: Posted, session: PlannedSession) -> None:
    """Refuse units of another division than the session's (row 75)."""
    if posted.caller.division != session.division:
        raise WrongDivision(unit=posted.caller.unit_name, session=session.name)


def banner_session(session: PlannedSession, action: str, action_en: str) -> None:
    """Refuse an action that the city session does not have (row 2; notice §二(五))."""
    if session.kind is SessionKind.CITY:
        raise NotInCitySession(path="data.session", session=session.name, action=action, action_en=action_en)
