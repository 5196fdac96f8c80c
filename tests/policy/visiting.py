"""Needs, teams on their way, visits and questions for tests: legal ones, any field of which may be changed."""

from typing import Any, Final

from shared.events import EnterpriseVisited, NeedCollected, VisitCancelled, VisitCorrected, VisitPlanned
from tests.builders import BANNER_SESSION, at, team_assigned
from tests.builders import person as somebody

FIRM: Final = {"enterprise": "东胜区示例镕昇新材料有限公司", "enterprise_code": "91150602MA0XX01113"}
OTHER_FIRM: Final = {"enterprise": "康巴什区示例文景旅游开发有限公司", "enterprise_code": "91150603MA0XX0226P"}
_VISIT: Final = {"session": BANNER_SESSION, "team": "team-1", "visit": "visit-1", **FIRM}
CHIEF: Final = {"standing": "section_chief", "post": "业务科科长"}
AFTERNOON: Final = {"starts_at": at(13, 30), "ends_at": at(17)}


def need(**changes: Any) -> NeedCollected:  # noqa: ANN401  (of the event)
    usual = {"session": BANNER_SESSION, "need": "need-1", **FIRM, "topic": "tax", "question": "留抵退税如何申请？"}
    return NeedCollected.model_validate(usual | changes)


def chief(bureau: str) -> dict[str, str]:
    """Return the head of a department's business section."""
    return somebody(bureau) | CHIEF


def team_on_its_way(**changes: Any) -> Any:  # noqa: ANN401
    return team_assigned(**({"members": [chief("tax"), chief("finance")], "topics": ["tax"], **AFTERNOON} | changes))


def planned_visit(**changes: Any) -> VisitPlanned:  # noqa: ANN401
    usual = _VISIT | {"starts_at": at(13, 30), "ends_at": at(14, 15), "topics": ["tax"]}
    return VisitPlanned.model_validate(usual | changes)


def question(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"question": "question-1", "topic": "talent", "text": "外地技工如何申请安家补贴？"} | changes


def visited(**changes: Any) -> EnterpriseVisited:  # noqa: ANN401
    usual = _VISIT | {"started_at": at(13, 35), "ended_at": at(14, 10), "topics": ["tax"], "feedback": "satisfied"}
    return EnterpriseVisited.model_validate(usual | changes)


def corrected(**changes: Any) -> VisitCorrected:  # noqa: ANN401
    usual = _VISIT | {
        "started_at": at(13, 35),
        "ended_at": at(14, 30),
        "topics": ["tax", "finance"],
        "reason": "时间有误",
    }
    return VisitCorrected.model_validate(usual | changes)


def cancelled(**changes: Any) -> VisitCancelled:  # noqa: ANN401
    return VisitCancelled.model_validate(_VISIT | {"reason": "企业当日停产检修"} | changes)
