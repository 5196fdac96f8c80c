"""A whole day beside the approvals, as forums and policy publish it: issues, a survey, visits."""

from typing import Any, Final

from shared.events import (
    EnterpriseVisited,
    Event,
    ForumHeld,
    IssueAnswered,
    IssueDispatched,
    IssueRaised,
    IssueResolved,
    QuestionLeftOpen,
    SurveyCalledOff,
    SurveyCorrected,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveySiteChosen,
    SurveySiteFiled,
    VisitsConcluded,
)
from tests.builders import BANNER_SESSION, at, project_code, team_assigned, unit

LAND: Final = unit("natural-resources")
WATER: Final = unit("water")
OWNER: Final = {"owner_code": "91150602MA0XX01113", "owner_name": "示例企业"}


def standing(issue: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  (any field)
    usual = {
        "state": "raised",
        "enterprise": "示例企业",
        "topic": "用地",
        "text": f"{issue}：项目用地指标不足。",
        "source": "forum",
        "raised_at": at(10),
        "owner": LAND.code,
        "owner_name": LAND.name,
        "due": "2022-03-30",
    }
    return usual | changes


def raised(issue: str, **changes: Any) -> IssueRaised:  # noqa: ANN401  (any field)
    said = standing(issue, **changes)
    told = {name: said[name] for name in ("enterprise", "topic", "text", "raised_at", "source")}
    return IssueRaised.model_validate({"session": BANNER_SESSION, "issue": issue, "standing": said, **told})


def answered(issue: str) -> IssueAnswered:
    answer = {"answer": "指标已安排，可先行开工", "answered_by": LAND.name, "answered_at": at(10, 30)}
    said = standing(issue, state="answered", owner=None, owner_name=None, due=None, on_the_spot=True, **answer)
    told = {"unit": LAND.code, **answer}
    return IssueAnswered.model_validate({"session": BANNER_SESSION, "issue": issue, "standing": said, **told})


def dispatched(issue: str, **changes: Any) -> IssueDispatched:  # noqa: ANN401  (any field)
    lead = {"lead": WATER.code, "lead_name": WATER.name, "assisting": [LAND.code], "assisting_names": [LAND.name]}
    said = standing(issue, state="dispatched", **lead, **changes)
    told = {"lead": WATER.code, "assisting": [LAND.code], "dispatched_at": at(11)}
    return IssueDispatched.model_validate({"session": BANNER_SESSION, "issue": issue, "standing": said, **told})


def resolved(issue: str, session: str = BANNER_SESSION) -> IssueResolved:
    result = {"result": "已协调解决", "resolution": "solved", "handled_by": "丙（虚构）", "resolved_at": at(9, days=1)}
    said = standing(issue, state="resolved", lead=WATER.code, lead_name=WATER.name, resolution="solved")
    return IssueResolved.model_validate({"session": session, "issue": issue, "standing": said, **result})


def forum() -> list[Event]:
    """Return a forum at which one issue was answered, one handed on and one only heard."""
    heard = [raised("i-1"), answered("i-1"), raised("i-2"), dispatched("i-2"), raised("i-3")]
    return [*heard, ForumHeld(session=BANNER_SESSION, held_at=at(11, 30), issues=3)]


def survey(**totals: int) -> list[Event]:
    """Return a survey of two sites, one of them dropped again on the way: nothing of it is left."""
    of: dict[str, Any] = {"session": BANNER_SESSION}
    projects = [
        {"project_code": project_code(number), "name": f"集中开工项目{number}", "investment": "总投资3.2亿元", **OWNER}
        for number in (1, 2)
    ]
    start = {"site": "main", "kind": "main", "place": "东胜区罕台镇", "starts_on": "2022-04-02"}
    filed = {**of, **start, "preparation": "场地已平整", "projects": projects}
    chosen = {**of, "site": "main", "project_code": project_code(1), "chosen_at": at(14), "project": projects[0]}
    finding = {
        **of,
        "finding": "f-1",
        "project_code": project_code(1),
        "topic": "供水",
        "text": "施工用水管线未接通",
        "found_at": at(15),
    }
    counted = {"projects": 1, "findings": 1, "city": 12, "banner": 9, "owners": 1} | totals
    held = {
        **of,
        "started_at": at(14, 30),
        "held_at": at(16),
        "presented_by": [{"name": "丁（虚构）", "post": "示例企业总经理"}],
        "situation": "当日全区集中开工项目12个",
        "totals": counted,
    }
    return [
        SurveySiteFiled.model_validate(filed),
        SurveySiteChosen.model_validate(chosen),
        SurveyFindingRecorded.model_validate(finding),
        SurveyHeld.model_validate(held),
    ]


def called_off() -> SurveyCalledOff:
    return SurveyCalledOff(session=BANNER_SESSION, reason="当日大风，工地停工", called_off_at=at(16, 30))


def survey_corrected(**changes: Any) -> SurveyCorrected:  # noqa: ANN401  (any field)
    """Return the survey's end as it was put right."""
    told = survey()[-1].model_dump(mode="json") | {"reason": "登记有误", "corrected_at": at(18)}
    return SurveyCorrected.model_validate(told | changes)


ASKED: Final = [
    [{"question": "q-1", "topic": "tax", "text": "留抵退税如何办理？", "answer": "网上申请", "answered_by": "甲"}],
    [
        {"question": "q-2", "topic": "tax", "text": "可否缓缴？", "answer": "可以", "answered_by": "甲"},
        {"question": "q-3", "topic": "finance", "text": "贴息何时到账？"},
    ],
]


def visits(**stated: int) -> list[Event]:
    """Return two visits of a team with three questions, one of which nobody could answer."""
    whom = ("示例企业", "91150602MA0XX01113"), ("另一企业", "91150602MA0XX0211Q")
    made: list[Event] = [
        EnterpriseVisited.model_validate(
            {
                "session": BANNER_SESSION,
                "team": "team-1",
                "visit": f"v-{number}",
                "enterprise": name,
                "enterprise_code": code,
                "started_at": at(13 + number),
                "ended_at": at(13 + number, 40),
                "topics": ["tax", "finance"],
                "questions": questions,
                "feedback": "satisfied",
            }
        )
        for number, ((name, code), questions) in enumerate(zip(whom, ASKED, strict=True), start=1)
    ]
    left = {
        "session": BANNER_SESSION,
        "question": "q-3",
        "team": "team-1",
        "visit": "v-2",
        "enterprise": whom[1][0],
        "enterprise_code": whom[1][1],
        "topic": "finance",
        "text": "贴息何时到账？",
        "asked_at": at(15, 40),
    }
    counted = {"teams": 1, "visits": 2, "questions": 3, "left_open": 1} | stated
    ended = VisitsConcluded.model_validate({"session": BANNER_SESSION, "concluded_at": at(17), **counted})
    return [team_assigned(), *made, QuestionLeftOpen.model_validate(left), ended]
