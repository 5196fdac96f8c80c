"""The golden files: one example of every event, as a unit posts it or, where nobody does, as its service publishes it.

A golden file once written stays: that the class of today still reads it is the test that the contract was kept.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from deploy.contracts.day import DAY, DAY_STATED
from deploy.contracts.issues import ISSUES, ISSUES_STATED
from deploy.contracts.meeting import MEETING, MEETING_STATED
from deploy.contracts.operations import QUARANTINE, WEBHOOKS
from deploy.contracts.parties import accepted_by, parties_of
from deploy.contracts.preparation import PREPARATION, PREPARATION_STATED
from deploy.recording import read
from shared import envelope
from shared.events import (
    EVENTS,
    ApprovalTotals,
    BulletinDrafted,
    Count,
    Event,
    SessionClosed,
    VisitsConcluded,
)
from shared.outbox import source_of
from shared.vocabulary import Formality, Level, Outcome

ROOT: Final = Path(__file__).parents[2]
RECORDING: Final = ROOT / "deploy" / "demo" / "campaign.jsonl"
_SESSION: Final = "spring-2022-150602"
_CLOSED: Final = datetime(2022, 3, 16, 9, 20, tzinfo=UTC)
_ISSUED: Final = {
    "session": _SESSION,
    "year": 2022,
    "number": 1,
    "revision": 0,
    "issued_at": _CLOSED + timedelta(hours=2),
    "due_at": _CLOSED + timedelta(days=1),
    "cutoff": {"/chunfeng/approvals": 143, "/chunfeng/forums": 20, "/chunfeng/policy": 31},
    "sha256": "6" * 64,
    "pdf_sha256": "9" * 64,
}
_DELIVERY: Final = {
    "session": _SESSION,
    "revision": 0,
    "recipient": "市人民政府办公室",
    "channel": "folder",
    "attempts": 1,
}
_READ: Final = {"session": _SESSION, "draft": 1}
_HEAD: Final = {"name": "李明（虚构）", "post": "市发展和改革委员会副主任"}
_CHIEF: Final = {"name": "王强（虚构）", "post": "市发展和改革委员会主任"}
_DUE: Final = {"session": _SESSION, "due_at": _ISSUED["due_at"]}
_POLICY: Final = {
    "policy": "region-2021-green-power",
    "title": "关于支持绿色电力消纳的若干措施（示例）",
    "level": "region",
    "issuer": "内蒙古自治区人民政府办公厅",
    "number": "内政办发〔2021〕901号",
    "issued_on": "2021-06-18",
    "topics": ["energy"],
    "summary": "新增用能项目优先消纳绿色电力，按年度考核给予用能指标支持。（示例）",
}
_BROCHURE: Final = {"campaign": "spring-2022", "department": "11150600MB0XX0131J", "topic": "energy"}
_NEED: Final = {"session": _SESSION, "need": "need-1"}
_ENTERPRISE: Final = {"enterprise": "示例企业（虚构）", "enterprise_code": "91150602MA0XX01113"}
_VISIT: Final = {"session": _SESSION, "team": "team-1", "visit": "visit-1", **_ENTERPRISE}
_QUESTION: Final = {"topic": "finance", "text": "技改项目贷款贴息如何申请？"}
_PERSON: Final = {"name": "王建国（虚构）", "unit": "11150600MB0XX0131J", "standing": "section_chief"}
_DEFERRED: Final = {
    "session": _SESSION,
    "project_code": "2203-150602-04-01-990011",
    "formality": "environmental_impact",
    "level": "city",
}
_STANDING: Final = {
    "project_name": "年产5万吨示例高端铝基新材料项目",
    "owner_name": "东胜区示例镕昇新材料有限公司",
    "unit": "市生态环境局",
    "signed_at": "2022-03-16T09:04:00+08:00",
    "due": "2022-03-31",
    "missing": ("公众参与说明", "污染物排放总量来源说明"),
    "outstanding": ("污染物排放总量来源说明",),
}
_SUPPLIED: Final = {
    "materials": ("公众参与说明",),
    "supplied_at": "2022-03-22T10:00:00+08:00",
    "supplied_by": "李堃（虚构）",
    "received_by": "王喆（虚构）",
}
_REVOKED: Final = {
    "reason": "逾期未补正，经催告仍未提交",
    "revoked_at": "2022-04-06T09:30:00+08:00",
    "revoked_by": "王喆（虚构）",
}
_FORWARDED: Final = _DEFERRED | {"formality": "energy_review"}
_RECEIVED: Final = {"receipt_number": "内能受〔2022〕018号", "received_on": "2022-03-18", "promised_by": "2022-04-15"}
_RESOLVED: Final = {
    "result": "granted",
    "document": "内能审字〔2022〕7号",
    "decided_on": "2022-03-23",
    "told_at": "2022-03-23T16:00:00+08:00",
    "told_how": "书面送达",
}
_OVERDUE: Final = _STANDING | {"overdue": True}
# Events that no unit posts, or none in the recording.
_BUILT: Final[Mapping[str, Mapping[str, Any]]] = {
    "KeyIssued": {
        "key": "ab12cd34",
        "secret_sha256": "3" * 64,
        "unit": "11150600MB0XX0051Y",
        "unit_name": "市生态环境局",
        "role": "department",
        "level": "city",
        "division": "150600",
        "issued_at": _CLOSED - timedelta(days=2),
    },
    **DAY,
    **ISSUES,
    **PREPARATION,
    **QUARANTINE,
    **WEBHOOKS,
    "KeyPaused": {"key": "ab12cd34", "paused_at": _CLOSED, "reason": "系统检修"},
    "KeyResumed": {"key": "ab12cd34", "resumed_at": _CLOSED + timedelta(hours=2)},
    **MEETING,
    "KeyRevoked": {"key": "ab12cd34", "revoked_at": _CLOSED},
    "BulletinDrafted": {"session": _SESSION},
    "BulletinReviewed": _READ | {"reviewed_by": _HEAD, "reviewed_at": _CLOSED + timedelta(hours=1)},
    "BulletinSignedOff": _READ | {"signed_by": _CHIEF, "signed_at": _CLOSED + timedelta(hours=2)},
    "DeliveryResent": {"session": _SESSION, "revision": 0, "recipient": "市委宣传部", "reason": "收件单位未见邮件"},
    "DeferralMadeGood": _DEFERRED | _SUPPLIED,
    "DeferralReminded": _DEFERRED | {"due": "2022-03-31", "standing": _STANDING},
    "DeferralOverdue": _DEFERRED | {"due": "2022-03-31", "standing": _OVERDUE},
    "DeferralRevoked": _DEFERRED | _REVOKED,
    "ForwardReceived": _FORWARDED | _RECEIVED,
    "ForwardResolved": _FORWARDED | _RESOLVED,
    "BulletinIssued": _ISSUED,
    "BulletinCorrected": _ISSUED | {"revision": 1, "issued_at": _CLOSED + timedelta(days=2)},
    "BulletinDelivered": _DELIVERY | {"pdf_sha256": "9" * 64, "delivered_at": _CLOSED + timedelta(hours=3)},
    "DeliveryFailed": _DELIVERY | {"attempts": 12, "error": "SMTPRecipientsRefused: 550 no such mailbox"},
    "DeliveryUnknown": _DELIVERY | {"attempts": 12, "error": "SMTPServerDisconnected: Connection lost"},
    "DeadlineApproaching": _DUE | {"hours_since_closing": 12},
    "DeadlineMissed": _DUE,
    "PolicyListed": _POLICY,
    "PolicyAmended": _POLICY | {"reason": "补充有效期", "valid_until": "2025-12-31"},
    "PolicyRepealed": {"policy": _POLICY["policy"], "repealed_on": "2022-03-01", "reason": "被新文件代替"},
    "BrochurePublished": _BROCHURE
    | {"title": "用能政策宣传册（示例）", "policies": [_POLICY["policy"]], "published_at": _CLOSED - timedelta(days=1)},
    "BrochureSuperseded": _BROCHURE
    | {"code": "4K7MRPC", "edition": 1, "superseded_by": 2, "superseded_at": _CLOSED, "changes": "增补两项政策"},
    "BrochureScanned": _BROCHURE | {"code": "4K7MRPC", "day": "2022-03-16", "scans": 3},
    "NeedCollected": _NEED | _ENTERPRISE | {"topic": "finance", "question": _QUESTION["text"]},
    "NeedWithdrawn": _NEED | {"reason": "重复填报"},
    "OfficialNominated": _PERSON | {"campaign": "spring-2022", "official": "wang-jianguo", "post": "节能科科长"},
    "TeamChanged": {
        "session": _SESSION,
        "team": "team-1",
        "leader": {"name": "李文斌（虚构）", "unit": "11150600MB0XX0027E"},
        "liaison": {"name": "陈雪梅（虚构）", "unit": "11150602MB0XX0019G"},
        "members": [_PERSON],
        "topics": ["用能与节能降碳"],
        "starts_at": _CLOSED - timedelta(hours=5),
        "ends_at": _CLOSED,
        "reason": "原成员另有任务",
    },
    "VisitPlanned": _VISIT
    | {"starts_at": _CLOSED - timedelta(hours=4), "ends_at": _CLOSED - timedelta(hours=3), "topics": ["finance"]},
    "EnterpriseVisited": _VISIT
    | {
        "started_at": _CLOSED - timedelta(hours=4),
        "ended_at": _CLOSED - timedelta(hours=3),
        "topics": ["finance"],
        "questions": [_QUESTION | {"question": "question-1"}],
        "brochures": ["4K7MRPC"],
        "feedback": "satisfied",
    },
    "VisitCorrected": _VISIT
    | {
        "started_at": _CLOSED - timedelta(hours=4),
        "ended_at": _CLOSED - timedelta(hours=2),
        "topics": ["finance", "tax"],
        "feedback": "satisfied",
        "reason": "漏记宣讲主题，结束时间有误",
    },
    "VisitCancelled": _VISIT | {"reason": "企业当日检修停产"},
    "QuestionLeftOpen": _VISIT | _QUESTION | {"question": "question-1", "asked_at": _CLOSED - timedelta(hours=3)},
    "QuestionAnswered": {
        "session": _SESSION,
        "question": "question-1",
        "answer": "按自治区贴息办法，由市金融办受理，6月底前兑付。（示例）",
        "answered_by": "市人民政府金融工作办公室",
        "answered_at": _CLOSED + timedelta(days=3),
        "issue": "question-1",
    },
}
_TOTALS: Final = ApprovalTotals(
    docketed=17,
    withdrawn=0,
    licences=3,
    counts=(Count(level=Level.CITY, formality=Formality.ENERGY_REVIEW, outcome=Outcome.APPROVED, applications=17),),
)
# What the service states of an event when it publishes it.
_STATED: Final[Mapping[str, Mapping[str, Any]]] = {
    **DAY_STATED,
    **ISSUES_STATED,
    **PREPARATION_STATED,
    **MEETING_STATED,
    SessionClosed.type: {"totals": _TOTALS},
    VisitsConcluded.type: {"teams": 2, "visits": 8, "questions": 9, "left_open": 1},
    BulletinDrafted.type: {
        "draft": 1,
        "revision": 0,
        "drafted_at": _CLOSED,
        "complete": True,
        "cutoff": _ISSUED["cutoff"],
        "contents_sha256": "6" * 64,
    },
}
_ELEMENTS: Final = 2
_ID: Final = "20ce95c1f0bb927f11539a7f11205536"
_POSTER: Final = "/units/11150600MB0XX0051Y"

CloudEvent = dict[str, Any]
Goldens = Mapping[type[Event], CloudEvent]


def golden_file(event: type[Event], root: Path = ROOT) -> Path:
    return root / "tests" / "contracts" / f"{event.__name__}.json"


def anew() -> Goldens:
    """Return one example of every event: of a type's recorded posts, the first with the most fields."""
    recorded: dict[str, CloudEvent] = {}
    for line in read(RECORDING):
        best = recorded.get(line.event["type"])
        if best is None or len(line.event["data"]) > len(best["data"]):
            recorded[line.event["type"]] = line.event
    return {event: recorded.get(event.type) or _built(event) for event in EVENTS.values()}


def _built(event: type[Event]) -> CloudEvent:
    """Write an event that no recording has: as a unit posts it, if one does, else as its service publishes it."""
    made = event.model_validate(_BUILT[event.__name__])
    cloud_event: CloudEvent = json.loads(_publish(made, _CLOSED))
    if event.type in accepted_by(parties_of(event).publisher):
        posted = {name: cloud_event[name] for name in ("specversion", "id", "type", "time", "datacontenttype")}
        posted |= {"source": _POSTER, "data": made.model_dump(mode="json", exclude_none=True)}
        return posted
    return cloud_event


def _publish(event: Event, time: datetime) -> bytes:
    service = parties_of(type(event)).publisher
    written = envelope.write(
        event,
        event_id=_ID,
        source=source_of(service),
        time=time,
        version=1,
        correlation_id=event.subject,
    )
    return envelope.with_sequence(written, 1)


def published(golden: CloudEvent) -> CloudEvent:
    """Return a golden event as the stream carries it, its lists shortened: an example to read."""
    event = EVENTS[golden["type"]].model_validate(golden["data"])
    stated = event.model_copy(update=dict(_STATED.get(event.type, {})))
    shown: CloudEvent = _shortened(json.loads(_publish(stated, datetime.fromisoformat(golden["time"]))))
    return shown


def shown(golden: CloudEvent) -> CloudEvent:
    """Return a golden event as it is kept, its lists shortened: an example to read."""
    short: CloudEvent = _shortened(golden)
    return short


def _shortened(value: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, list):
        return [_shortened(item) for item in value[:_ELEMENTS]]
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in value.items()}
    return value


def goldens(root: Path = ROOT) -> Goldens:
    """Return the golden events as they are kept."""
    return {event: json.loads(golden_file(event, root).read_text(encoding="utf-8")) for event in EVENTS.values()}
