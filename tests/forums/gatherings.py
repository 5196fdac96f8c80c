# ruff: noqa: ANN401  (a change may be of any field)
"""Forums in tests: worlds that have heard of the campaign, and events of rosters and meetings."""

from typing import Any, Final, TypeVar

from services.forums.domain import ForumsWorld
from services.forums.domain.state import Forum
from shared.campaign import Registry
from shared.events import (
    AgendaSet,
    AttendanceTaken,
    CampaignPlanned,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    Event,
    ForumNeedReported,
    MinutesRevised,
    ParticipantReplaced,
    ParticipantsConfirmed,
    ParticipantWithdrawn,
    RosterLocked,
    SpeakersListed,
    SpeechStarted,
    VehiclesArranged,
)
from shared.vocabulary import ForumItem, SessionKind
from tests.builders import BANNER, BANNER_SESSION, DONGSHENG, DRC, OFFICE, PLAN, at, unit
from tests.deciding import Post, given

E = TypeVar("E", bound=Event)
CODES: Final = ("91150602MA0XX01113", "91150603MA0XX0226P", "91150621MA0XX0330X", "91150622MA0XX0445J")
BUREAUS: Final = ("natural-resources", "ecology", "tax")


def heard(*posts: Post, plan: CampaignPlanned = PLAN) -> ForumsWorld:
    """Return the world of a service that has heard of the campaign, after some posts."""
    banner = [session.session for session in plan.sessions if session.kind is SessionKind.BANNER]
    world = ForumsWorld(registries={plan.campaign: Registry(plan)}, forums={name: Forum(name) for name in banner})
    return given(world, *posts)


def _made(kind: type[E], usual: dict[str, Any], changes: dict[str, Any]) -> E:
    return kind.model_validate({"session": BANNER_SESSION} | usual | changes)


def need(**changes: Any) -> ForumNeedReported:
    usual = {"need": "need-1", "enterprise": "示例企业（虚构）", "enterprise_code": CODES[0], "tags": ["用地"]}
    return _made(ForumNeedReported, usual, changes)


def invited(*bureaus: str, **changes: Any) -> DepartmentsInvited:
    departments = [{"unit": unit(bureau).code, "reason": "企业需求涉及"} for bureau in bureaus or BUREAUS]
    return _made(DepartmentsInvited, {"invited_at": at(10, days=-1), "departments": departments}, changes)


INVITED: Final[Post] = (invited(), OFFICE)


def official(number: int, bureau: str = BUREAUS[0], **changes: Any) -> dict[str, Any]:
    """Return a person of a city department."""
    usual = {
        "participant": f"city-{number}",
        "name": f"市直{number}（虚构）",
        "unit": unit(bureau).code,
        "post": "副局长",
    }
    return usual | changes


def local(number: int, bureau: str = "water", **changes: Any) -> dict[str, Any]:
    """Return a person of the banner."""
    usual = {"participant": f"banner-{number}", "name": f"旗区{number}（虚构）", "post": "局长"}
    return usual | {"unit": unit(bureau, DONGSHENG).code} | changes


def head(number: int, **changes: Any) -> dict[str, Any]:
    """Return the head of an enterprise."""
    usual = {"participant": f"enterprise-{number}", "name": f"企业{number}（虚构）", "post": "总经理"}
    return usual | {"unit": CODES[number % len(CODES)], "organisation": f"示例企业{number}（虚构）"} | changes


def confirmed(*persons: dict[str, Any], kind: str = "city", **changes: Any) -> ParticipantsConfirmed:
    return _made(ParticipantsConfirmed, {"kind": kind, "participants": persons or (official(1),)}, changes)


def officials(count: int, first: int = 1) -> Post:
    """Return the post by which city persons get their places."""
    return confirmed(*(official(number) for number in range(first, first + count))), OFFICE


def heads(count: int, first: int = 1) -> Post:
    """Return the post by which enterprise heads get theirs."""
    return confirmed(*(head(number) for number in range(first, first + count)), kind="enterprise"), BANNER


def withdrawn(participant: str = "city-1", **changes: Any) -> ParticipantWithdrawn:
    return _made(ParticipantWithdrawn, {"participant": participant, "reason": "另有会议"}, changes)


def replaced(participant: str, by: dict[str, Any], **changes: Any) -> ParticipantReplaced:
    return _made(ParticipantReplaced, {"participant": participant, "by": by, "reason": "调岗"}, changes)


def locked(**changes: Any) -> RosterLocked:
    return _made(RosterLocked, {"locked_at": at(18, days=-1)}, changes)


LOCKED: Final[Post] = (locked(), DRC)


def attended(*entries: tuple[str, str] | dict[str, Any], **changes: Any) -> AttendanceTaken:
    written = [one if isinstance(one, dict) else {"participant": one[0], "presence": one[1]} for one in entries]
    return _made(AttendanceTaken, {"taken_at": at(9, 25), "entries": written}, changes)


def principal(**changes: Any) -> dict[str, Any]:
    usual = {"name": "赵旗长（虚构）", "post": "东胜区区长", "unit": BANNER.unit, "rank": "principal"}
    return usual | changes


def items(*minutes: int) -> list[dict[str, Any]]:
    lasting = minutes or (20, 45, 35, 20)
    return [{"item": item.value, "minutes": each} for item, each in zip(ForumItem, lasting, strict=True)]


def agenda(**changes: Any) -> AgendaSet:
    return _made(AgendaSet, {"starts_at": at(9, 30), "host": principal(), "items": items()}, changes)


def speakers(*numbers: int, minutes: int = 5) -> SpeakersListed:
    listed = [{"participant": f"enterprise-{number}", "minutes": minutes} for number in numbers]
    return _made(SpeakersListed, {"speakers": listed}, {})


def spoke(number: int) -> SpeechStarted:
    return _made(SpeechStarted, {"participant": f"enterprise-{number}", "started_at": at(9, 50 + number)}, {})


def seat(bureau: str = "tax") -> dict[str, Any]:
    return {"name": f"{bureau}某（虚构）", "unit": unit(bureau).code, "team": "team-1"}


def windows(before: int = 1, after: int = 1) -> list[dict[str, Any]]:
    times = (("before", at(9), at(9, 30), before), ("after", at(11, 30), at(12), after))
    return [
        {"period": period, "starts_at": starts, "ends_at": ends, "staff": [seat("tax"), seat("finance")][:count]}
        for period, starts, ends, count in times
    ]


def staffed(**changes: Any) -> ConsultationSeatsStaffed:
    return _made(ConsultationSeatsStaffed, {"windows": windows()}, changes)


def consulted(number: int = 1, **changes: Any) -> ConsultationGiven:
    usual = {"consultation": f"consultation-{number}", "period": "before", "given_at": at(9, 10)}
    return _made(ConsultationGiven, usual, changes)


def bus(number: int = 1, seats: int = 20, passengers: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    usual = {"vehicle": f"bus-{number}", "plate": f"蒙K·X000{number}", "driver": "孙师傅（虚构）", "seats": seats}
    ways = {"departs_at": at(8), "departs_from": "市党政大楼", "bound_for": "东胜经济开发区"}
    return usual | ways | {"passengers": passengers} | changes


def carried(*vehicles: dict[str, Any], **changes: Any) -> VehiclesArranged:
    return _made(VehiclesArranged, {"vehicles": vehicles or (bus(),)}, changes)


def noted(text: str = "一、汇报。", based_on: int = 0, **changes: Any) -> MinutesRevised:
    usual = {"text": text, "based_on": based_on, "editor": "周慧敏（虚构）", "revised_at": at(14)}
    return _made(MinutesRevised, usual, changes)
