"""Examples of what happens to a session before its day: moved, cancelled, told of, prepared, ready."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.events import (
    ActionScheduled,
    DutyFulfilled,
    PlannedAction,
    SessionCancelled,
    SessionReady,
    SessionRescheduled,
    Venue,
)
from shared.vocabulary import Action

_SESSION: Final = "spring-2022-150602"
_STARTS: Final = datetime(2022, 3, 16, 1, 0, tzinfo=UTC)
_EVE: Final = _STARTS - timedelta(hours=16)
_PARK: Final = {"kind": "park", "name": "东胜经济开发区会议中心"}
_HALL: Final = {"kind": "park", "name": "东胜经济开发区政务服务大厅"}
_DUTY: Final = {"campaign": "spring-2022", "session": _SESSION, "duty": "f7-vehicles", "unit": "11150600MB0XX0019K"}
_PLANNED: Final = (
    PlannedAction(action=Action.APPROVAL, starts_at=_STARTS, minutes=20),
    PlannedAction(action=Action.FORUM, starts_at=_STARTS + timedelta(minutes=30), minutes=120),
)

PREPARATION: Final[Mapping[str, Mapping[str, Any]]] = {
    "SessionRescheduled": {
        "session": _SESSION,
        "starts_at": _STARTS,
        "venue": _HALL,
        "reason": "会议中心检修，改在政务服务大厅",
    },
    "SessionCancelled": {"session": _SESSION, "cancelled_at": _EVE, "reason": "因沙尘暴红色预警取消，时间另行通知"},
    "ActionScheduled": {
        "session": _SESSION,
        "action": "forum",
        "starts_at": _STARTS + timedelta(minutes=30),
        "place": "东胜经济开发区会议中心二楼",
    },
    "SessionReady": {"session": _SESSION, "ready_at": _EVE, "declared_by": "李明（虚构）"},
    "DutyFulfilled": _DUTY | {"fulfilled_at": _EVE, "note": "中巴2辆，司机已通知"},
    "DutyReopened": _DUTY | {"reopened_at": _EVE, "reason": "车辆临时检修"},
    "NoticeSent": {
        "session": _SESSION,
        "kind": "rescheduled",
        "sent_at": _EVE,
        "starts_at": _STARTS,
        "venue": _HALL,
        "was_at": _STARTS,
        "was_in": _PARK,
        "reason": "会议中心检修，改在政务服务大厅",
        "changes": 2,
        "units": ["11150602MB0XX0019G", "11150600MB0XX0019K"],
        "enterprises": ["示例企业（虚构）"],
    },
}
# What the service states of them when it publishes them.
PREPARATION_STATED: Final[Mapping[str, Mapping[str, Any]]] = {
    SessionRescheduled.type: {"was_at": _STARTS, "was_in": Venue(**_PARK), "actions": _PLANNED},
    SessionCancelled.type: {"was_at": _STARTS},
    ActionScheduled.type: {"actions": _PLANNED},
    SessionReady.type: {"duties": 34},
    DutyFulfilled.type: {"evidence": "forums/11150600MB0XX0019K/0/vehicles-1"},
}
