"""Examples of what happens before and during the twenty minutes: docket, pre-review, queue, seats."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.events import (
    ApplicationPostponed,
    ApplicationPrereviewed,
    DocketLocked,
    QueueEvent,
    QueuePlace,
    SeatsArranged,
)

_SESSION: Final = "spring-2022-150602"
_OPENED: Final = datetime(2022, 3, 16, 1, 0, tzinfo=UTC)
_EVE: Final = _OPENED - timedelta(hours=16)
_APPLICATION: Final = {
    "session": _SESSION,
    "project_code": "2203-150602-04-01-990011",
    "formality": "environmental_impact",
    "level": "city",
}
_ENTERPRISE: Final = {"session": _SESSION, "owner_code": "91150602MA0XX01113"}
_PLACE: Final = {"number": 1, "owner_name": "示例企业（虚构）"}

DAY: Final[Mapping[str, Mapping[str, Any]]] = {
    "DocketLocked": {
        "session": _SESSION,
        "locked_at": _EVE,
        "order": ["91150602MA0XX01113"],
    },
    "FormalityAssigned": {
        "session": _SESSION,
        "formality": "energy_review",
        "level": "banner",
        "bureau": "energy",
        "reason": "东胜区能评职责已划转区能源局",
        "assigned_at": _EVE - timedelta(days=2),
    },
    "ApplicationPostponed": _APPLICATION | {"reason": "规划方案尚在调整", "to_session": "spring-2022-150621"},
    "ApplicationPrereviewed": _APPLICATION
    | {
        "reviewer": "李其其格（虚构）",
        "opinion": "材料齐全，符合法定形式",
        "reviewed_at": _EVE,
        "present": ["环境影响报告书（表）", "公众参与说明"],
    },
    "ApplicationReturned": _APPLICATION
    | {
        "reviewer": "李其其格（虚构）",
        "opinion": "请补充公众参与说明后再报",
        "reviewed_at": _EVE - timedelta(hours=20),
        "lacking": ["公众参与说明"],
    },
    "LicenceCorrected": _APPLICATION
    | {
        "number": "鄂环许证2022-0912",
        "right_number": "鄂环许证2022-0921",
        "reason": "登记时编号末两位颠倒",
        "corrected_at": _OPENED + timedelta(hours=3),
    },
    "SeatsArranged": {
        "session": _SESSION,
        "units": ["11150600MB0XX0131J", "11150600MB0XX0131J"],
    },
    "EnterpriseCalled": _ENTERPRISE | {"called_at": _OPENED + timedelta(minutes=2)},
    "EnterpriseSeated": _ENTERPRISE | {"seated_at": _OPENED + timedelta(minutes=3)},
    "EnterpriseSkipped": _ENTERPRISE | {"skipped_at": _OPENED + timedelta(minutes=3), "reason": "负责人未到场"},
    "EnterpriseRecalled": _ENTERPRISE | {"recalled_at": _OPENED + timedelta(minutes=9)},
    "EnterpriseFinished": _ENTERPRISE | {"finished_at": _OPENED + timedelta(minutes=12)},
}

# What the service states of them when it publishes them.
DAY_STATED: Final[Mapping[str, Mapping[str, Any]]] = {
    DocketLocked.type: {
        "applications": 3,
        "queue": (QueuePlace(number=1, owner_code="91150602MA0XX01113", owner_name="示例企业（虚构）"),),
    },
    ApplicationPostponed.type: {"late": True},
    ApplicationPrereviewed.type: {"lacking": ()},
    SeatsArranged.type: {"warnings": ("市能源局重复列出2次，只设一席",)},
    **{kind.type: _PLACE for kind in QueueEvent.__subclasses__()},
}
