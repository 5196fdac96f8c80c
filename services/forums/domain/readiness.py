"""What a forum still lacks before it can be held: each point with what is wrong (rows 31–40)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.forums.domain.agenda import order_of
from services.forums.domain.gathering import Participant, of_class
from services.forums.domain.roster import cap_of
from services.forums.domain.seats import WindowsOverlapForum, check_window
from services.forums.domain.state import Forum
from services.forums.domain.vehicles import unplaced
from shared.campaign import Registry
from shared.events import (
    AgendaSet,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    SpeakersListed,
    VehiclesArranged,
)
from shared.vocabulary import ForumClass, SeatPeriod


@dataclass(frozen=True, slots=True)
class Point:
    """One point of readiness: what it is, and what is wrong with it, if anything."""

    point: str
    zh: str
    en: str
    row: int
    wrong: tuple[str, ...] = ()
    wrong_en: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


@dataclass(frozen=True)
class Prepared:
    """A forum as it is prepared so far."""

    registry: Registry
    forum: Forum
    roster: Mapping[str, Participant] = field(default_factory=dict)
    invitation: DepartmentsInvited | None = None
    agenda: AgendaSet | None = None
    speakers: SpeakersListed | None = None
    seats: ConsultationSeatsStaffed | None = None
    vehicles: VehiclesArranged | None = None


def _names(persons: Sequence[Participant]) -> str:
    return "、".join(one.name for one in persons)


def _roster(prepared: Prepared) -> Iterator[Point]:
    lacking = ("还没有按企业需求确定参会部门",), ("no departments have been invited",)
    yield Point(
        "invitation", "参会部门及理由", "departments and reasons", 31, *(lacking if not prepared.invitation else ())
    )
    wrong, wrong_en = [], []
    everybody = list(prepared.roster.values())
    for kind in (ForumClass.CITY, ForumClass.BANNER, ForumClass.ENTERPRISE):
        count, cap = len(of_class(everybody, kind)), cap_of(prepared.registry, kind)
        if count == 0:
            wrong.append(f"{kind.zh}尚无人员")
            wrong_en.append(f"nobody of the {kind.en}")
        if cap is not None and count > cap:  # only if the campaign's caps were not in force when they came
            wrong.append(f"{kind.zh}{count}人，超过{cap}人")
            wrong_en.append(f"{count} of {kind.en}, more than {cap}")
    if prepared.forum.locked_at is None:
        wrong.append("名单尚未锁定")
        wrong_en.append("the roster is not locked")
    yield Point("roster", "参会名单", "roster", 32, tuple(wrong), tuple(wrong_en))


def _agenda(prepared: Prepared) -> Iterator[Point]:
    agenda, wrong, wrong_en = prepared.agenda, list[str](), list[str]()
    if agenda is None:
        wrong, wrong_en = ["议程和主持人尚未确定"], ["neither agenda nor host is set"]
    elif not any(
        (one.unit, one.name) == (agenda.host.unit, agenda.host.name)
        for one in of_class(prepared.roster.values(), ForumClass.BANNER)
    ):
        wrong, wrong_en = [f"主持人{agenda.host.name}不在旗区参会名单上"], ["the host is not on the banner's roster"]
    yield Point("agenda", "议程和主持人", "agenda and host", 33, tuple(wrong), tuple(wrong_en))
    listed = order_of(prepared.speakers, dict(prepared.roster))
    lacking = ("企业发言名单尚未确定",), ("nobody is on the speaking list",)
    yield Point("speakers", "企业发言名单", "speaking list", 34, *(lacking if not listed else ()))


def _window(prepared: Prepared, period: SeatPeriod) -> Point:
    seats, agenda = prepared.seats, prepared.agenda
    wrong, wrong_en = list[str](), list[str]()
    window = next((one for one in seats.windows if one.period is period), None) if seats else None
    if window is None or not window.staff:
        wrong.append(f"{period.zh}政策咨询席位无人值守")
        wrong_en.append(f"nobody staffs the consultation seats {period.en}")
    elif agenda is not None:
        try:
            check_window(window, agenda, "")
        except WindowsOverlapForum as refusal:
            wrong.append(refusal.problem()["title"])
            wrong_en.append(refusal.problem()["title_en"])
    name = f"{period.zh}政策咨询席位"
    return Point(f"seats-{period}", name, f"consultation seats {period.en}", 39, tuple(wrong), tuple(wrong_en))


def _vehicles(prepared: Prepared) -> Point:
    plan, wrong, wrong_en = prepared.vehicles, list[str](), list[str]()
    if plan is None:
        wrong, wrong_en = ["市政府办公室尚未安排车辆"], ["the general office has arranged no vehicles"]
    elif left := unplaced(plan, dict(prepared.roster)):
        wrong, wrong_en = [f"{_names(left)}尚未安排乘车"], [f"{len(left)} persons have no seat"]
    return Point("vehicles", "车辆", "vehicles", 40, tuple(wrong), tuple(wrong_en))


def points(prepared: Prepared) -> list[Point]:
    """List every point in the order of the work."""
    return [
        *_roster(prepared),
        *_agenda(prepared),
        *(_window(prepared, period) for period in SeatPeriod),
        _vehicles(prepared),
    ]
