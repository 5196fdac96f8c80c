"""Policy-consultation seats: staffed before and after the forum, each consultation counted (row 39; I11)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.forums.domain.agenda import ends_at
from services.forums.domain.gathering import Consultation
from services.forums.domain.scope import by_anyone_on_site, by_banner_side, with_forum
from shared.campaign import StatedByService
from shared.clock import shanghai_time
from shared.events import (
    AgendaSet,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    ConsultationWindow,
    Event,
    SeatStaff,
    TeamAssigned,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Level, Role, SeatPeriod

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


class NotOfTheTeam(Refused):
    """Consultation seats are staffed by policy-team members."""

    row = 39
    zh = "政策咨询席位应由政策宣讲小分队成员值守，{name}不在小分队 {team} 中"
    en = "Consultation seats are staffed by policy-team members; {name} is not of {team}"


class SitsTwice(Refused):
    """A person has one seat in a window."""

    status = 409
    row = 39
    zh = "{name}在{period.zh}重复列出"
    en = "{name} is listed twice {period.en}"


class WindowsOverlapForum(Refused):
    """The windows lie before and after the forum."""

    status = 409
    row = 39
    zh = "{period.zh}咨询时间{times}与座谈会（{forum}）重叠"
    en = "The window {period.en}, {times}, overlaps the forum ({forum})"


class NoSuchWindow(Refused):
    """Nobody sits at the seats in that period."""

    row = 39
    zh = "{period.zh}没有安排值守人员，不能登记咨询；请先安排值守"
    en = "Nobody staffs the seats {period.en}; staff them first"


class ConsultationTaken(Refused):
    """The id was used for another consultation."""

    status = 409
    row = 39
    zh = "咨询编号 {consultation} 已登记；另一次咨询请用新的编号"
    en = "The consultation {consultation} was recorded before; use a new id for another"


def staff(world: "ForumsWorld", posted: Posted, event: ConsultationSeatsStaffed) -> Sequence[Event]:
    """Staff the seats with policy-team members; the fact names the periods in which nobody sits."""
    _, session = with_forum(world, event)
    by_banner_side(posted, session)
    if event.empty is not None:
        raise StatedByService(path="data.empty")
    agenda = world.arranged(event.session, AgendaSet)
    for place, window in enumerate(event.windows):
        path = f"data.windows.{place}"
        if agenda is not None:
            check_window(window, agenda, path)
        for number, one in enumerate(window.staff):
            _check_member(world, event.session, one, f"{path}.staff.{number}")
            if one in window.staff[:number]:
                raise SitsTwice(path=f"{path}.staff.{number}", name=one.name, period=window.period)
    staffed = {window.period for window in event.windows if window.staff}
    fact = event.model_copy(update={"empty": tuple(one for one in SeatPeriod if one not in staffed)})
    world.arrange(event.session, fact)
    return [fact]


def check_window(window: ConsultationWindow, agenda: AgendaSet, path: str) -> None:
    """Refuse a window that overlaps the forum it is to come before or after."""
    starts, ends = agenda.starts_at, ends_at(agenda)
    before = window.period is SeatPeriod.BEFORE
    if (window.ends_at > starts) if before else (window.starts_at < ends):
        raise WindowsOverlapForum(
            path=path,
            period=window.period,
            times=f"{shanghai_time(window.starts_at)[11:]}-{shanghai_time(window.ends_at)[11:]}",
            forum=f"{shanghai_time(starts)[11:]}-{shanghai_time(ends)[11:]}",
        )


def _check_member(world: "ForumsWorld", session: str, one: SeatStaff, path: str) -> None:
    people = world.teams.get((session, one.team))
    if people is None:
        raise NotYet(TeamAssigned.type, f"{session}/{one.team}")
    if (one.unit, one.name) not in people:
        raise NotOfTheTeam(path=path, name=one.name, team=one.team)


def consult(world: "ForumsWorld", posted: Posted, event: ConsultationGiven) -> Sequence[Event]:
    """Count a consultation at a seat that is staffed; one told after the forum's count is marked late."""
    _, session = with_forum(world, event)
    if posted.caller.role is not Role.DEPARTMENT or posted.caller.level is not Level.CITY:
        by_anyone_on_site(posted, session)
    if event.late is not None:
        raise StatedByService(path="data.late")
    if (event.session, event.consultation) in world.consultations:
        raise ConsultationTaken(path="data.consultation", consultation=event.consultation)
    staffed = world.arranged(event.session, ConsultationSeatsStaffed)
    if staffed is None:
        raise NotYet(ConsultationSeatsStaffed.type, f"{event.session}/consultation-seats")
    if event.period in (staffed.empty or ()):
        raise NoSuchWindow(path="data.period", period=event.period)
    late = world.forums[event.session].held_at is not None
    world.put_consultation(
        Consultation(
            session=event.session,
            consultation=event.consultation,
            period=event.period.value,
            given_at=event.given_at,
            topic=event.topic.value if event.topic else None,
            enterprise=event.enterprise,
            question=event.question,
            answered=event.answered,
            late=late,
        )
    )
    return [event.model_copy(update={"late": late or None})]
