"""An application's whole history from its facts: who, what, when, old and new; nothing is ever edited (rows 25, 87)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from shared.clock import SHANGHAI
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationPrereviewed,
    ApplicationReturned,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    DeferralMadeGood,
    DeferralOverdue,
    DeferralReminded,
    DeferralRevoked,
    ForwardReceived,
    ForwardResolved,
    LicenceCorrected,
    LicenceIssued,
)
from shared.history import Change, Recorded, Told, poster_of
from shared.vocabulary import ForwardResult, Outcome, Scope, Word

_TITLES: Final[Mapping[str, Told]] = {
    ApplicationDocketed.type: ("列入审批清单", "Docketed"),
    ApplicationWithdrawn.type: ("撤回", "Withdrawn"),
    ApprovalSigned.type: ("签批", "Signed"),
    ApprovalCorrected.type: ("更正签批", "Corrected"),
    LicenceIssued.type: ("制发证照", "Licence issued"),
    LicenceCorrected.type: ("更正证照登记", "Licence corrected"),
    DeferralMadeGood.type: ("补正材料", "Materials handed in"),
    DeferralReminded.type: ("补正期限提醒", "Reminder"),
    DeferralOverdue.type: ("补正逾期", "Materials overdue"),
    DeferralRevoked.type: ("撤销容缺审批", "Deferral revoked"),
    ForwardReceived.type: ("上级机关受理", "Received by the higher body"),
    ForwardResolved.type: ("上级机关办结", "Decided by the higher body"),
    ApplicationPrereviewed.type: ("预审通过", "Pre-reviewed"),
    ApplicationReturned.type: ("预审退回", "Returned"),
    ApplicationPostponed.type: ("延期办理", "Postponed"),
}
_LABELS: Final[Mapping[str, Told]] = {
    "name": ("项目名称", "project"),
    "scope": ("项目类别", "scope"),
    "owner_code": ("企业代码", "owner's code"),
    "owner_name": ("企业", "owner"),
    "outcome": ("结论", "outcome"),
    "signed_at": ("签批时间", "signed at"),
    "department_signatory": ("部门签字人", "for the department"),
    "enterprise_signatory": ("企业签字人", "for the enterprise"),
    "stamped": ("已盖章", "stamped"),
    "document_number": ("文号", "document"),
    "commitment_letter": ("承诺书", "commitment letter"),
    "missing": ("所缺材料", "missing materials"),
    "due": ("补正期限", "due"),
    "target_body": ("上级机关", "higher body"),
    "opinion": ("意见", "opinion"),
    "reason": ("原因", "reason"),
    "licence_type": ("证照", "licence"),
    "number": ("编号", "number"),
    "issued_at": ("制发时间", "issued at"),
    "corrected_at": ("更正时间", "corrected at"),
    "materials": ("补交材料", "materials"),
    "supplied_at": ("补交时间", "handed in at"),
    "supplied_by": ("交件人", "handed in by"),
    "received_by": ("收件人", "taken by"),
    "outstanding": ("尚缺材料", "outstanding"),
    "revoked_at": ("撤销时间", "revoked at"),
    "revoked_by": ("撤销人", "revoked by"),
    "receipt_number": ("受理文号", "receipt"),
    "received_on": ("受理日期", "received on"),
    "promised_by": ("承诺办结日期", "promised by"),
    "result": ("结果", "result"),
    "document": ("批复文号", "document"),
    "decided_on": ("批复日期", "decided on"),
    "told_at": ("告知申请人时间", "applicant told at"),
    "told_how": ("告知方式", "told how"),
    "reviewer": ("预审人", "reviewer"),
    "reviewed_at": ("预审时间", "reviewed at"),
    "present": ("已交材料", "materials present"),
    "lacking": ("缺少材料", "materials lacking"),
    "to_session": ("转至场次", "to session"),
    "late": ("锁定后变更", "after the lock"),
    "late_reason": ("锁定后变更原因", "reason of the late change"),
    "supersedes": ("替代", "supersedes"),
}
_WORDS: Final[Mapping[str, type[Word]]] = {"outcome": Outcome, "scope": Scope, "result": ForwardResult}
_OPENED: Final = ("project", "deferral", "forwarding")
_SILENT: Final = ("session", "project_code", "formality", "level", "standing")
_DECISIONS: Final = (ApprovalSigned.type, ApprovalCorrected.type)
_ADDING: Final = (DeferralMadeGood.type, LicenceIssued.type)
"""Each of these stands beside the ones before it and replaces none."""


class Entry(BaseModel):
    """One fact of a history."""

    model_config = ConfigDict(frozen=True)
    event_id: str
    type: str
    zh: str
    en: str
    at: datetime
    """When it happened, as its poster says."""
    recorded_at: datetime
    unit: str | None
    """Credit code of the unit that posted it; None if the service recorded it by its clock."""
    version: int
    changes: tuple[Change, ...]


def licence_change(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a corrected licence was on record as, and what it is on record as now."""
    now = {name: value for name, value in data.items() if name != "right_number"}
    return {"number": data["number"]}, now | {"number": data["right_number"]}


def _said(data: Mapping[str, Any]) -> dict[str, Told]:
    flat = {name: value for name, value in data.items() if name not in (*_OPENED, *_SILENT)}
    for name in _OPENED:
        flat |= data.get(name) or {}
    standing = data.get("standing") or {}
    flat["outstanding"] = standing.get("outstanding") or None
    return {name: _told(name, value) for name, value in flat.items() if value is not None}


def _told(name: str, value: Any) -> Told:  # noqa: ANN401  (JSON)
    if name in _WORDS:
        word = _WORDS[name](value)
        return word.zh, word.en
    if name.endswith("_at"):
        moment = datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        return moment, moment
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, list):
        return "；".join(map(str, value)), "; ".join(map(str, value))
    return str(value), str(value)


def _changes(old: Mapping[str, Told], new: Mapping[str, Told]) -> tuple[Change, ...]:
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        Change(
            field=name,
            zh=_LABELS.get(name, (name, name))[0],
            en=_LABELS.get(name, (name, name))[1],
            old=old.get(name),
            new=new.get(name),
        )
        for name in names
        if old.get(name) != new.get(name)
    )


def compared(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Tell what a fact would change of the one it replaces, before anybody records it."""
    return _changes(_said(old or {}), _said(new))


def history(facts: Iterable[Recorded]) -> list[Entry]:
    """Tell an application's facts in order, each with what it changed of the one it replaces."""
    before: dict[str, dict[str, Told]] = {}
    entries = []
    for fact in sorted(facts, key=lambda one: one.version):
        family = "decision" if fact.type in _DECISIONS else fact.type
        said, old = _said(fact.data), {} if fact.type in _ADDING else before.get(family, {})
        if fact.type == LicenceCorrected.type:
            old, said = map(_said, licence_change(fact.data))
        zh, en = _TITLES.get(fact.type, (fact.type, fact.type))
        entries.append(
            Entry(
                event_id=fact.event_id,
                type=fact.type,
                zh=zh,
                en=en,
                at=fact.time,
                recorded_at=fact.recorded_at,
                unit=poster_of(fact.event_id),
                version=fact.version,
                # The reason belongs to the fact that gives it, not to what it changes.
                changes=_changes({name: told for name, told in old.items() if name != "reason"}, said),
            )
        )
        before[family] = said
    return entries
