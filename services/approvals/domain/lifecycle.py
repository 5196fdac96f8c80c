"""A session's life: planned, announced, ready, opened by whom, closed, its bulletin out; who did what when (row 7)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from services.approvals.domain.state import Session
from services.approvals.domain.timetable import VENUES
from shared.campaign import Registry
from shared.clock import shanghai_time
from shared.events import (
    ActionScheduled,
    CampaignPlanned,
    DocketLocked,
    PlannedAction,
    SeatsArranged,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionReady,
    SessionRescheduled,
    SessionScheduled,
)
from shared.history import Recorded, poster_of
from shared.vocabulary import Action, Word

SOON_DAYS: Final = 2
Both = tuple[str, str]
"""A sentence in Chinese and in English."""


class SessionStage(Word):
    """How far a session's life has come."""

    PLANNED = "planned", "待通知", "date to be announced"
    ANNOUNCED = "announced", "已通知", "announced"
    READY = "ready", "已就绪", "ready"
    OPENED = "opened", "进行中", "under way"
    CLOSED = "closed", "已结束", "closed"
    BULLETIN_ISSUED = "bulletin_issued", "已出简报", "bulletin issued"
    CANCELLED = "cancelled", "已取消", "cancelled"


class Step(NamedTuple):
    """One step of a session's life."""

    at: datetime
    title: Both
    who: str | None
    """The unit; nobody for what the system did."""
    detail: Both


def stage_of(state: Session, bulletin: int | None) -> SessionStage:
    """Return how far a session has come."""
    reached = (
        (bulletin is not None, SessionStage.BULLETIN_ISSUED),
        (state.closed_at is not None, SessionStage.CLOSED),
        (state.opened_at is not None, SessionStage.OPENED),
        (state.cancelled_at is not None, SessionStage.CANCELLED),
        (state.ready_at is not None, SessionStage.READY),
        (state.scheduled_at is not None, SessionStage.ANNOUNCED),
    )
    return next((stage for true, stage in reached if true), SessionStage.PLANNED)


def light_of(due: date | None, today: date, *, done: bool) -> str:
    """Return a duty's light: green when done, red after its day, yellow two days before; none without a day."""
    if done:
        return "green"
    if due is None or (due - today).days > SOON_DAYS:
        return ""
    return "red" if today > due else "yellow"


def called_off(facts: Iterable[Recorded]) -> tuple[tuple[PlannedAction, ...], str]:
    """Return the plan that a cancelled session had, and why it was cancelled: calendars need both (row 12)."""
    actions: tuple[PlannedAction, ...] = ()
    reason = ""
    for fact in facts:
        if fact.type == SessionCancelled.type:
            reason = fact.data["reason"]
        elif stated := fact.data.get("actions"):
            actions = tuple(PlannedAction.model_validate(one) for one in stated)
    return actions, reason


def _where(data: Mapping[str, Any]) -> Both:
    at, venue = shanghai_time(datetime.fromisoformat(data["starts_at"])), data["venue"]
    kind, kind_en = VENUES[venue["kind"]]
    return f"{at}，{venue['name']}（{kind}）", f"{at}, {venue['name']} ({kind_en})"


def _moved(data: Mapping[str, Any]) -> Both:
    zh, en = _where(data)
    was = shanghai_time(datetime.fromisoformat(data["was_at"])) if data.get("was_at") else "—"
    old = (data.get("was_in") or {}).get("name", "—")
    return f"由{was}、{old}改为{zh}；原因：{data['reason']}", f"from {was}, {old} to {en}; because: {data['reason']}"


def _action(data: Mapping[str, Any]) -> Both:
    action, moment = Action(data["action"]), shanghai_time(datetime.fromisoformat(data["starts_at"]))
    return f"{action.zh}定于{moment}", f"{action.en} at {moment}"


def _opened(data: Mapping[str, Any]) -> Both:
    head = data["declared_by"]
    return f"由{head['post']}{head['name']}宣布", f"declared by {head['name']}, {head['post']}"


def _ready(data: Mapping[str, Any]) -> Both:
    count, who = data.get("duties") or 0, data.get("declared_by")
    zh, en = f"{count}项责任全部落实", f"all {count} duties fulfilled"
    return (f"{zh}（{who}）", f"{en} ({who})") if who else (zh, en)


def _reason(data: Mapping[str, Any]) -> Both:
    return data["reason"], data["reason"]


def _locked(data: Mapping[str, Any]) -> Both:
    count = data.get("applications") or 0
    return f"{count}项", f"{count} applications"


def _nothing(_: Mapping[str, Any]) -> Both:
    return "", ""


_TOLD: Final[Mapping[str, tuple[Both, str, Any]]] = {
    CampaignPlanned.type: (("行动部署", "Planned"), "", _nothing),
    SessionScheduled.type: (("通知时间地点", "Announced"), "", _where),
    SessionRescheduled.type: (("改期", "Moved"), "", _moved),
    SessionCancelled.type: (("取消", "Cancelled"), "cancelled_at", _reason),
    ActionScheduled.type: (("安排行动", "Action scheduled"), "", _action),
    DocketLocked.type: (("审批清单锁定", "Docket locked"), "locked_at", _locked),
    SeatsArranged.type: (("安排坐席", "Seats set"), "", _nothing),
    SessionReady.type: (("就绪", "Ready"), "ready_at", _ready),
    SessionOpened.type: (("宣布开始", "Opened"), "opened_at", _opened),
    SessionClosed.type: (("结束", "Closed"), "closed_at", _nothing),
}


def timeline(registry: Registry, facts: Iterable[Recorded], bulletin: tuple[int, datetime] | None) -> Sequence[Step]:
    """Return the steps of a session's life in the order in which they happened: who, what, when."""
    steps = []
    for fact in facts:
        if (words := _TOLD.get(fact.type)) is None:
            continue
        title, field, detail = words
        at = datetime.fromisoformat(fact.data[field]) if field else fact.time
        steps.append(Step(at, title, _who(registry, fact.event_id), detail(fact.data)))
    if bulletin is not None:
        number, issued_at = bulletin
        steps.append(Step(issued_at, ("简报印发", "Bulletin issued"), None, (f"第{number}期", f"No. {number}")))
    return sorted(steps, key=lambda step: step.at)


def _who(registry: Registry, event_id: str) -> str | None:
    """Name the unit whose post a fact came from: service/unit/number/the poster's own id."""
    unit = registry.unit(poster_of(event_id) or "")
    return unit.name if unit else None
