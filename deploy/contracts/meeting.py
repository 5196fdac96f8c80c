"""Examples of a forum: needs, roster, attendance, agenda, consultation seats, vehicles, minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.events import (
    ClassCount,
    ConsultationSeatsStaffed,
    ForumHeld,
    MinutesRevised,
    RosterClass,
    RosterLocked,
    Speaker,
    SpeakersListed,
    VehiclesArranged,
)
from shared.events import Participant as Person
from shared.vocabulary import ForumClass, ForumItem

_SESSION: Final = "spring-2022-150602"
_STARTS: Final = datetime(2022, 3, 16, 1, 30, tzinfo=UTC)
_EVE: Final = _STARTS - timedelta(hours=18)
_BUREAU: Final = {"unit": "11150600MB0XX00434"}
_ENTERPRISE: Final = {"enterprise": "示例企业（虚构）", "enterprise_code": "91150602MA0XX01113"}
_PERSON: Final = {"participant": "city-1", "name": "王建国（虚构）", "post": "市自然资源局副局长", **_BUREAU}
_HEAD: Final = {
    "participant": "enterprise-1",
    "name": "李堃（虚构）",
    "post": "总经理",
    "unit": "91150602MA0XX01113",
    "organisation": "示例企业（虚构）",
}
_HOST: Final = {
    "name": "赵俊喆（虚构）",
    "post": "东胜区区长",
    "unit": "11150602MB0XX0019G",
    "rank": "principal",
}
_IN: Final = {"session": _SESSION}
_WINDOWS: Final = [
    {
        "period": "before",
        "starts_at": _STARTS - timedelta(minutes=25),
        "ends_at": _STARTS,
        "staff": [{"name": "陈晓燕（虚构）", "unit": "11150600MB0XX01665", "team": "team-1"}],
    },
    {
        "period": "after",
        "starts_at": _STARTS + timedelta(minutes=120),
        "ends_at": _STARTS + timedelta(minutes=150),
        "staff": [{"name": "陈晓燕（虚构）", "unit": "11150600MB0XX01665", "team": "team-1"}],
    },
]
_MINUTES: Final = (20, 45, 35, 20)

MEETING: Final[Mapping[str, Mapping[str, Any]]] = {
    "ForumNeedReported": _IN | _ENTERPRISE | {"need": "need-1", "tags": ["用地"], "text": "项目用地指标不足。"},
    "ForumNeedWithdrawn": _IN | {"need": "need-1", "reason": "企业已自行解决"},
    "DepartmentsInvited": _IN
    | {
        "invited_at": _EVE,
        "departments": [_BUREAU | {"needs": ["need-1"], "reason": "示例企业（虚构）提出“用地”，属用地与规划"}],
    },
    "ParticipantsConfirmed": _IN | {"kind": "city", "participants": [_PERSON]},
    "ParticipantsWaitlisted": _IN | {"kind": "city", "waiting": [{"person": _PERSON, "number": 1}]},
    "ParticipantWithdrawn": _IN | {"participant": "city-1", "reason": "另有会议"},
    "ParticipantPromoted": _IN | {"kind": "city", "person": _PERSON},
    "ParticipantReplaced": _IN
    | {"participant": "city-1", "by": _PERSON | {"participant": "city-1b", "name": "刘志强（虚构）"}, "reason": "调岗"},
    "RosterLocked": _IN | {"locked_at": _EVE},
    "AttendanceTaken": _IN
    | {
        "taken_at": _STARTS - timedelta(minutes=5),
        "entries": [
            {"participant": "city-1", "presence": "substitute", "substitute": "刘志强（虚构）"},
            {"participant": "enterprise-1", "presence": "present"},
        ],
    },
    "AgendaSet": _IN
    | {
        "starts_at": _STARTS,
        "host": _HOST,
        "items": [{"item": item.value, "minutes": minutes} for item, minutes in zip(ForumItem, _MINUTES, strict=True)],
        "place": "东胜经济开发区会议中心",
    },
    "SpeakersListed": _IN | {"speakers": [{"participant": "enterprise-1", "minutes": 5, "about": "用地指标"}]},
    "SpeechStarted": _IN | {"participant": "enterprise-1", "started_at": _STARTS + timedelta(minutes=20)},
    "ConsultationSeatsStaffed": _IN | {"windows": _WINDOWS, "place": "会场入口"},
    "ConsultationGiven": _IN
    | {
        "consultation": "consultation-1",
        "period": "before",
        "given_at": _STARTS - timedelta(minutes=10),
        "topic": "tax",
        "enterprise": "示例企业（虚构）",
        "question": "留抵退税如何申请？",
    },
    "VehiclesArranged": _IN
    | {
        "vehicles": [
            {
                "vehicle": "bus-1",
                "plate": "蒙K·X0001",
                "driver": "孙永胜（虚构）",
                "seats": 18,
                "departs_at": _STARTS - timedelta(hours=1),
                "departs_from": "市党政大楼南门",
                "bound_for": "东胜经济开发区会议中心",
                "passengers": ["city-1"],
                "others": ["市委宣传部记者（虚构）"],
            }
        ]
    },
    "MinutesRevised": _IN
    | {
        "text": "一、旗区汇报重大项目推进情况。\n二、企业发言。\n三、交流答复。\n四、市领导讲话。",
        "based_on": 0,
        "editor": "周慧敏（虚构）",
        "revised_at": _STARTS + timedelta(hours=3),
    },
}

# What the service states of them when it publishes them.
MEETING_STATED: Final[Mapping[str, Mapping[str, Any]]] = {
    RosterLocked.type: {
        "roster": (
            RosterClass(kind=ForumClass.CITY, cap=15, participants=(Person.model_validate(_PERSON),), waiting=0),
        )
    },
    SpeakersListed.type: {
        "speakers": (
            Speaker(participant="enterprise-1", minutes=5, name=_HEAD["name"], organisation=_HEAD["organisation"]),
        )
    },
    ConsultationSeatsStaffed.type: {"empty": ()},
    VehiclesArranged.type: {"seats": 18, "persons": 2, "unplaced": ()},
    MinutesRevised.type: {"revision": 1},
    ForumHeld.type: {
        "issues": 5,
        "attendance": (
            ClassCount(kind=ForumClass.CITY, planned=8, present=6, substitutes=1, excused=1, absent=0, unknown=0),
        ),
        "speakers": 6,
        "consultations": 7,
    },
}
