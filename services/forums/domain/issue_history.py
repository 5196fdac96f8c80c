"""An issue's whole history from its facts: who said what when, and how the issue stood before and after (row 35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from shared.campaign import Registry
from shared.clock import SHANGHAI
from shared.events import (
    IssueAcknowledged,
    IssueAnswered,
    IssueClosedOut,
    IssueCorrected,
    IssueDispatched,
    IssueEscalated,
    IssueExtended,
    IssueExtensionAsked,
    IssueExtensionRefused,
    IssueFeedbackGiven,
    IssueObjected,
    IssueObjectionDismissed,
    IssueRaised,
    IssueReassigned,
    IssueReopened,
    IssueResolved,
    IssueWithdrawn,
)
from shared.history import Change, Recorded, Told, poster_of
from shared.vocabulary import Feedback, IssueSource, IssueState, Resolution, Word

_TITLES: Final[Mapping[str, Told]] = {
    IssueRaised.type: ("提出", "Raised"),
    IssueAcknowledged.type: ("签收", "Acknowledged"),
    IssueAnswered.type: ("答复", "Answered"),
    IssueDispatched.type: ("交办", "Dispatched"),
    IssueObjected.type: ("提出异议", "Objection"),
    IssueObjectionDismissed.type: ("异议未采纳", "Objection dismissed"),
    IssueReassigned.type: ("改派", "Reassigned"),
    IssueExtensionAsked.type: ("申请延期", "More time asked for"),
    IssueExtended.type: ("批准延期", "More time granted"),
    IssueExtensionRefused.type: ("未批准延期", "More time refused"),
    IssueEscalated.type: ("逾期督办", "Escalated"),
    IssueResolved.type: ("办理结果", "Resolved"),
    IssueFeedbackGiven.type: ("企业评价", "Feedback"),
    IssueClosedOut.type: ("销号", "Closed out"),
    IssueReopened.type: ("重新打开", "Reopened"),
    IssueCorrected.type: ("更正登记", "Corrected"),
    IssueWithdrawn.type: ("撤销登记", "Withdrawn"),
}
_SAID: Final[Mapping[str, Told]] = {
    "text": ("内容", "text"),
    "answer": ("答复", "answer"),
    "acknowledged_by": ("签收人", "acknowledged by"),
    "unit": ("单位", "unit"),
    "answered_by": ("答复人", "answered by"),
    "note": ("说明", "note"),
    "right_unit": ("应由其办理的单位", "the right unit"),
    "reason": ("原因", "reason"),
    "until": ("延至", "until"),
    "result": ("办理结果", "result"),
    "handled_by": ("经办人", "handled by"),
    "feedback": ("评价", "feedback"),
    "given_by": ("评价人", "given by"),
    "approved_by": ("批准人", "approved by"),
}
"""What a fact says itself."""
_STANDS: Final[Mapping[str, Told]] = {
    "state": ("状态", "state"),
    "enterprise": ("企业", "enterprise"),
    "topic": ("类别", "topic"),
    "source": ("来源", "source"),
    "owner_name": ("当前责任单位", "who owes the next step"),
    "due": ("期限", "due"),
    "lead_name": ("主办单位", "lead"),
    "assisting_names": ("协办单位", "assisting"),
    "resolution": ("办理结论", "resolution"),
    "escalations": ("督办次数", "escalations"),
    "reopened": ("重新打开次数", "reopened"),
}
"""What changes with a fact, as it says how the issue stands."""
_WORDS: Final[Mapping[str, type[Word]]] = {
    "state": IssueState,
    "source": IssueSource,
    "resolution": Resolution,
    "feedback": Feedback,
}
_UNITS: Final = ("unit", "right_unit")
_NOTHING: Final[tuple[Any, ...]] = (None, [], 0, "")


def title_of(kind: str) -> Told:
    """Return what a fact is called, by its wire type."""
    return _TITLES.get(kind, (kind, kind))


class Entry(BaseModel):
    """One fact of a history."""

    model_config = ConfigDict(frozen=True)
    event_id: str
    type: str
    zh: str
    en: str
    at: datetime
    """When it was posted."""
    recorded_at: datetime
    unit: str | None
    """The name of the unit that posted it; None if the service recorded it by itself."""
    version: int
    said: tuple[Change, ...]
    changes: tuple[Change, ...]


def _told(registry: Registry, name: str, value: Any) -> Told | None:  # noqa: ANN401  (JSON)
    if value in _NOTHING:
        return None
    if name in _WORDS:
        word = _WORDS[name](value)
        return word.zh, word.en
    if name in _UNITS:
        unit = registry.unit(value)
        return (unit.name, unit.name) if unit else (value, value)
    if isinstance(value, Mapping):  # an official
        return f"{value['name']}（{value['post']}）", f"{value['name']} ({value['post']})"
    if isinstance(value, list):
        return "、".join(value), ", ".join(value)
    return str(value), str(value)


def _entry(registry: Registry, fact: Recorded, before: Mapping[str, Any], after: Mapping[str, Any]) -> Entry:
    said = [
        Change(field=name, zh=zh, en=en, old=None, new=told)
        for name, (zh, en) in _SAID.items()
        if (told := _told(registry, name, fact.data.get(name))) is not None
    ]
    changes = []
    for name, (zh, en) in _STANDS.items():
        old, new = _told(registry, name, before.get(name)), _told(registry, name, after.get(name))
        if old != new:
            changes.append(Change(field=name, zh=zh, en=en, old=old, new=new))
    poster = poster_of(fact.event_id)
    unit = registry.unit(poster) if poster else None
    zh, en = _TITLES.get(fact.type, (fact.type, fact.type))
    return Entry(
        event_id=fact.event_id,
        type=fact.type,
        zh=zh,
        en=en,
        at=fact.time.astimezone(SHANGHAI),
        recorded_at=fact.recorded_at,
        unit=unit.name if unit else poster,
        version=fact.version,
        said=tuple(said),
        changes=tuple(changes),
    )


def history(registry: Registry, facts: Iterable[Recorded]) -> list[Entry]:
    """Tell an issue's facts in order, each with what it said and what it changed."""
    entries, before = list[Entry](), dict[str, Any]()
    for fact in sorted(facts, key=lambda one: one.version):
        after = fact.data.get("standing") or {}
        entries.append(_entry(registry, fact, before, after))
        before = after
    return entries
