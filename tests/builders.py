"""Events and callers for tests: each a legal one of the real campaign's template, any field of which may be changed."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from services.approvals.keyring import role_of
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationPrereviewed,
    ApplicationReturned,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    DocketLocked,
    EnterpriseCalled,
    EnterpriseFinished,
    EnterpriseRecalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    Event,
    ForumHeld,
    IssueRaised,
    LicenceCorrected,
    LicenceIssued,
    SeatsArranged,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
    TeamAssigned,
    Unit,
    VisitsConcluded,
)
from shared.identifiers import with_check_digit
from shared.posted import Caller, Posted
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome, Scope

ROOT: Final = Path(__file__).parent.parent
TEMPLATE: Final = ROOT / "services" / "approvals" / "campaigns" / "spring-2022.json"
_PLANNED: Final = CampaignPlanned.model_validate(json.loads(TEMPLATE.read_text("utf-8")), extra="forbid")
PLAN: Final = _PLANNED.model_copy(update={"switches": _PLANNED.switches.without_gates(), "checklists": {}})
"""The template's campaign with every gate open and no checklists; a test of a gate closes it (`gated`)."""

DONGSHENG: Final = "150602"
KANGBASHI: Final = "150603"
BANNER_SESSION: Final = f"{PLAN.campaign}-{DONGSHENG}"
OTHER_SESSION: Final = f"{PLAN.campaign}-{KANGBASHI}"
CITY_SESSION: Final = f"{PLAN.campaign}-{CITY_DIVISION}"

DAY: Final = date(2022, 3, 16)
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_UNITS: Final = {(unit.division, unit.bureau): unit for unit in PLAN.units}

E = TypeVar("E", bound=Event)


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """Return a time on the session's day in Ordos, or some days later."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=_SHANGHAI) + timedelta(days=days)


def unit(bureau: str, division: str = CITY_DIVISION) -> Unit:
    return _UNITS[division, bureau]


def caller(bureau: str, division: str = CITY_DIVISION) -> Caller:
    """Return the system of a unit of the registry, with the role its key would have."""
    who = unit(bureau, division)
    return Caller("k0000001", who.code, who.name, role_of(who), who.level, who.division)


DRC: Final = caller("drc")
OFFICE: Final = caller("office")
BANNER: Final = caller("government", DONGSHENG)
OTHER_BANNER: Final = caller("government", KANGBASHI)
BANNER_DRC: Final = caller("drc", DONGSHENG)


def owner(formality: Formality = Formality.ENVIRONMENTAL_IMPACT, level: Level = Level.CITY) -> Caller:
    """Return the department that decides a formality, at banner level that of the first banner."""
    return caller(PLAN.owners[level][formality], CITY_DIVISION if level is Level.CITY else DONGSHENG)


def posted(event: Event, by: Caller, event_id: str = "test-1") -> Posted:
    return Posted(
        source=by.source,
        id=event_id,
        event=event,
        time=datetime(2022, 3, 16, 1, 0, tzinfo=UTC),
        caller=by,
        correlation_id=event_id,
        traceparent=None,
        body_sha256="0" * 64,
        payload=event.model_dump_json(),
    )


def project_code(number: int = 1, division: str = DONGSHENG) -> str:
    """Return a project code with its check digit."""
    return with_check_digit(f"2203-{division}-04-01-{number:05d}")


def made(kind: type[E], changes: dict[str, object], **usual: object) -> E:
    return kind.model_validate({**usual, **changes})


def plan(**changes: object) -> CampaignPlanned:
    return made(CampaignPlanned, changes, **PLAN.model_dump())


def gated(*gates: str, **changes: object) -> CampaignPlanned:
    """Return the campaign with some of its switches on."""
    return plan(switches=PLAN.switches.model_copy(update=dict.fromkeys(gates, True)), **changes)


def venue(session: str = BANNER_SESSION) -> dict[str, str]:
    """Return a lawful venue of a session (notice §二(一)2, (五)2)."""
    if session.endswith(CITY_DIVISION):
        return {"kind": "service_centre", "name": "市政务服务中心"}
    if session.endswith(KANGBASHI):
        return {"kind": "government_office", "name": "康巴什区人民政府办公地点"}
    return {"kind": "park", "name": "东胜经济开发区会议中心"}


def session_scheduled(**changes: object) -> SessionScheduled:
    """Announce a session for the day, the city session for one after all others, where the notice has it."""
    session = str(changes.get("session", BANNER_SESSION))
    last = session.endswith(CITY_DIVISION)
    return made(
        SessionScheduled, changes, session=BANNER_SESSION, starts_at=at(9, days=13 if last else 0), venue=venue(session)
    )


def session_opened(**changes: object) -> SessionOpened:
    head = {"name": "示例（虚构）", "post": "东胜区区长"}
    return made(SessionOpened, changes, session=BANNER_SESSION, opened_at=at(9), declared_by=head)


def session_closed(**changes: object) -> SessionClosed:
    return made(SessionClosed, changes, session=BANNER_SESSION, closed_at=at(17))


_APPLICATION: Final = {
    "session": BANNER_SESSION,
    "project_code": project_code(),
    "formality": Formality.ENVIRONMENTAL_IMPACT,
    "level": Level.CITY,
}


def application_docketed(**changes: object) -> ApplicationDocketed:
    """Build a docketing; `scope`, `owner_code` and `owner_name` change its project's."""
    project = {
        "name": "示例项目",
        "scope": changes.pop("scope", Scope.CITY_KEY),
        "owner_code": changes.pop("owner_code", "91150602MA0XX01113"),
        "owner_name": changes.pop("owner_name", "示例企业"),
    }
    return made(ApplicationDocketed, changes, **_APPLICATION, project=project)


def application_withdrawn(**changes: object) -> ApplicationWithdrawn:
    return made(ApplicationWithdrawn, changes, **_APPLICATION, reason="企业申请撤回")


def application_postponed(**changes: object) -> ApplicationPostponed:
    return made(ApplicationPostponed, changes, **_APPLICATION, reason="资料尚待补正")


def docket_locked(**changes: object) -> DocketLocked:
    return made(DocketLocked, changes, session=BANNER_SESSION, locked_at=at(17, days=-1))


def prereviewed(**changes: object) -> ApplicationPrereviewed:
    usual = {"reviewer": "丙（虚构）", "opinion": "材料齐全", "reviewed_at": at(15, days=-1)}
    return made(ApplicationPrereviewed, changes, **_APPLICATION, **usual)


def returned(**changes: object) -> ApplicationReturned:
    usual = {"reviewer": "丙（虚构）", "opinion": "请补正", "reviewed_at": at(14, days=-1), "lacking": ["公众参与说明"]}
    return made(ApplicationReturned, changes, **_APPLICATION, **usual)


ENTERPRISE: Final = "91150602MA0XX01113"


def _queued(kind: type[E], changes: dict[str, object], **usual: object) -> E:
    return made(kind, changes, session=BANNER_SESSION, owner_code=ENTERPRISE, **usual)


def called(**changes: object) -> EnterpriseCalled:
    return _queued(EnterpriseCalled, changes, called_at=at(9, 3))


def seated(**changes: object) -> EnterpriseSeated:
    return _queued(EnterpriseSeated, changes, seated_at=at(9, 4))


def skipped(**changes: object) -> EnterpriseSkipped:
    return _queued(EnterpriseSkipped, changes, skipped_at=at(9, 5), reason="未到场")


def recalled(**changes: object) -> EnterpriseRecalled:
    return _queued(EnterpriseRecalled, changes, recalled_at=at(9, 8))


def finished(**changes: object) -> EnterpriseFinished:
    return _queued(EnterpriseFinished, changes, finished_at=at(9, 9))


def seats_arranged(**changes: object) -> SeatsArranged:
    return made(SeatsArranged, changes, session=BANNER_SESSION, units=[unit("energy").code])


def deferral(**changes: object) -> dict[str, object]:
    return {"commitment_letter": "承诺书1号", "missing": ["环评批复原件"], "due": date(2022, 4, 15), **changes}


def forwarding(**changes: object) -> dict[str, object]:
    return {"target_body": "自治区生态环境厅", "opinion": "同意上报", **changes}


def _decision(changes: dict[str, object]) -> dict[str, object]:
    """Return the usual decision with what its outcome needs."""
    outcome = changes.get("outcome", Outcome.APPROVED)
    return {
        **_APPLICATION,
        "outcome": outcome,
        "signed_at": at(9, 5),
        "department_signatory": "甲（虚构）",
        "enterprise_signatory": "乙（虚构）",
        "stamped": True,
        "deferral": deferral() if outcome == Outcome.DEFERRED else None,
        "forwarding": forwarding() if outcome == Outcome.FORWARDED else None,
    }


def approval_signed(**changes: object) -> ApprovalSigned:
    return made(ApprovalSigned, changes, **_decision(changes))


def approval_corrected(**changes: object) -> ApprovalCorrected:
    return made(ApprovalCorrected, changes, **_decision(changes), reason="登记有误")


def licence_issued(**changes: object) -> LicenceIssued:
    usual = {"licence_type": "建设项目环评批复", "number": "鄂环证001", "issued_at": at(9, 6)}
    return made(LicenceIssued, changes, **_APPLICATION, **usual)


def licence_corrected(**changes: object) -> LicenceCorrected:
    usual = {"number": "鄂环证001", "right_number": "鄂环证010", "reason": "编号抄写有误", "corrected_at": at(9, 30)}
    return made(LicenceCorrected, changes, **_APPLICATION, **usual)


def issue_raised(**changes: object) -> IssueRaised:
    usual = {"enterprise": "示例企业", "topic": "用地", "text": "项目用地指标不足。", "raised_at": at(10)}
    return made(IssueRaised, changes, session=BANNER_SESSION, issue="issue-1", **usual)


def forum_held(**changes: object) -> ForumHeld:
    return made(ForumHeld, changes, session=BANNER_SESSION, held_at=at(11, 30))


def person(bureau: str, division: str = CITY_DIVISION) -> dict[str, str]:
    """Return somebody of a unit."""
    return {"name": f"{bureau}某（虚构）", "unit": unit(bureau, division).code}


def team_assigned(**changes: object) -> TeamAssigned:
    usual = {
        "leader": person("drc"),
        "liaison": person("government", DONGSHENG),
        "members": [person("finance"), person("tax")],
        "topics": ["财税金融支持"],
    }
    return made(TeamAssigned, changes, session=BANNER_SESSION, team="team-1", **usual)


def visits_concluded(**changes: object) -> VisitsConcluded:
    return made(VisitsConcluded, changes, session=BANNER_SESSION, concluded_at=at(17))
