"""Examples of what becomes of an issue and of a site survey, for the golden files."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.events import SurveyCorrected, SurveyHeld, SurveyTotals

_SESSION: Final = "spring-2022-150602"
_DAY: Final = datetime(2022, 3, 16, 2, 0, tzinfo=UTC)
_LAND: Final = "11150600MB0XX00434"
_WATER: Final = "11150600MB0XX0086H"
_ISSUE: Final = {"session": _SESSION, "issue": "issue-1"}
_PROJECT: Final = {"site": "main-venue", "project_code": "2203-150602-04-01-990011"}
_MAYOR: Final = {"name": "斯琴（虚构）", "post": "市人民政府副市长"}
_STARTING: Final = {
    "project_code": "2203-150602-04-01-990011",
    "name": "年产5万吨示例高端铝基新材料项目",
    "owner_code": "91150602MA0XX01113",
    "owner_name": "东胜区示例镕昇新材料有限公司",
    "investment": "总投资3.2亿元",
}
_STANDING: Final = {
    "state": "dispatched",
    "enterprise": "东胜区示例镕昇新材料有限公司",
    "topic": "用地",
    "text": "项目二期用地指标不足，请求统筹解决。",
    "source": "forum",
    "raised_at": _DAY,
    "owner": _LAND,
    "owner_name": "市自然资源局",
    "due": "2022-04-07",
    "lead": _LAND,
    "lead_name": "市自然资源局",
    "escalations": 1,
}


def _days(count: float) -> datetime:
    return _DAY + timedelta(days=count)


ISSUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "IssueAcknowledged": _ISSUE | {"acknowledged_by": "王喆（虚构）", "acknowledged_at": _days(1.1)},
    "IssueAnswered": _ISSUE
    | {
        "unit": _LAND,
        "answer": "二期用地已列入年度计划，4月底前组件报批。（示例）",
        "answered_by": "王喆（虚构）",
        "answered_at": _DAY,
    },
    "IssueDispatched": _ISSUE
    | {"lead": _LAND, "assisting": [_WATER], "dispatched_at": _days(1), "note": "请会同水利部门现场核实。（示例）"},
    "IssueObjected": _ISSUE
    | {"right_unit": _WATER, "reason": "涉及取水指标，属水利部门职责。（示例）", "objected_at": _days(2)},
    "IssueObjectionDismissed": _ISSUE | {"reason": "用地指标仍由贵局统筹。（示例）", "dismissed_at": _days(2.2)},
    "IssueReassigned": _ISSUE
    | {"lead": _WATER, "reason": "异议成立，改由水利部门主办。（示例）", "reassigned_at": _days(2.2)},
    "IssueExtensionAsked": _ISSUE
    | {"until": "2022-04-20", "reason": "需报自治区核定指标。（示例）", "asked_at": _days(12)},
    "IssueExtended": _ISSUE | {"until": "2022-04-20", "extended_at": _days(13)},
    "IssueExtensionRefused": _ISSUE | {"reason": "请按期办结。（示例）", "refused_at": _days(13)},
    "IssueEscalated": _ISSUE | {"due": "2022-04-07", "standing": _STANDING},
    "IssueResolved": _ISSUE
    | {
        "resolution": "solved",
        "result": "用地指标已下达，正办理供地手续。（示例）",
        "handled_by": "王喆（虚构）",
        "resolved_at": _days(20),
    },
    "IssueFeedbackGiven": _ISSUE | {"feedback": "satisfied", "given_by": "李堃（虚构）", "given_at": _days(21)},
    "IssueClosedOut": _ISSUE | {"approved_by": _MAYOR, "closed_at": _days(22)},
    "IssueReopened": _ISSUE | {"reason": "指标下达后又被核减。（示例）", "reopened_at": _days(30)},
    "IssueCorrected": _ISSUE | {"topic": "用地用林用草", "reason": "类别登记有误"},
    "IssueWithdrawn": _ISSUE | {"reason": "重复登记", "withdrawn_at": _days(0.1)},
    "SurveySiteFiled": {
        "session": _SESSION,
        "site": "main-venue",
        "kind": "main",
        "place": "东胜经济开发区示例地块",
        "starts_on": "2022-03-16",
        "preparation": "主会场已平整，临电临水到位。（示例）",
        "lacking": ["音响设备"],
        "projects": [_STARTING],
    },
    "SurveySiteProposed": {"session": _SESSION, **_PROJECT, "proposed_at": _days(-1)},
    "SurveySiteChosen": {"session": _SESSION, **_PROJECT, "chosen_at": _days(0.1), "chosen_by": _MAYOR},
    "SurveySiteDropped": {"session": _SESSION, **_PROJECT, "reason": "道路临时管制", "dropped_at": _days(0.2)},
    "SurveyFindingRecorded": {
        "session": _SESSION,
        "finding": "finding-1",
        "project_code": _STARTING["project_code"],
        "topic": "要素保障",
        "text": "施工临时用电容量不足。（示例）",
        "found_at": _days(0.25),
        "photos": ["5" * 64],
    },
    "SurveyHeld": {
        "session": _SESSION,
        "started_at": _days(0.2),
        "held_at": _days(0.27),
        "presented_by": [{"name": "李堃（虚构）", "post": "东胜区示例镕昇新材料有限公司董事长"}],
        "situation": "当日全区集中开工3个项目。（示例）",
    },
    "SurveyCorrected": {
        "session": _SESSION,
        "started_at": _days(0.2),
        "held_at": _days(0.28),
        "presented_by": [{"name": "李堃（虚构）", "post": "东胜区示例镕昇新材料有限公司董事长"}],
        "situation": "当日全区集中开工4个项目。（示例）",
        "reason": "集中开工项目数登记有误",
        "corrected_at": _days(0.4),
    },
    "SurveyCalledOff": {
        "session": _SESSION,
        "reason": "大风沙尘天气，现场调研取消",
        "called_off_at": _days(0.15),
        "decided_by": _MAYOR,
    },
}
ISSUES_STATED: Final[Mapping[str, Mapping[str, Any]]] = {
    kind.type: {"totals": SurveyTotals(projects=1, findings=1, city=12, banner=9, owners=1)}
    for kind in (SurveyHeld, SurveyCorrected)
}
