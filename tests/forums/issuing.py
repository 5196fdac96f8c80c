"""Builders and worlds of what becomes of an issue."""

from datetime import timedelta
from typing import Final, TypeVar

from services.forums.domain import ForumsWorld
from services.forums.domain.issue import Issue
from services.forums.domain.state import Forum
from shared.campaign import Registry
from shared.events import (
    Event,
    IssueAnswered,
    IssueClosedOut,
    IssueCorrected,
    IssueDispatched,
    IssueEvent,
    IssueExtended,
    IssueExtensionAsked,
    IssueExtensionRefused,
    IssueFeedbackGiven,
    IssueObjected,
    IssueObjectionDismissed,
    IssueReassigned,
    IssueReopened,
    IssueResolved,
    IssueStanding,
    IssueWithdrawn,
)
from shared.posted import Caller
from shared.vocabulary import SessionKind
from tests.builders import BANNER, BANNER_SESSION, DONGSHENG, DRC, PLAN, at, caller, issue_raised
from tests.deciding import Post, decide, given

E = TypeVar("E", bound=IssueEvent)
LAND: Final = caller("natural-resources")
WATER: Final = caller("water")
HOUSING: Final = caller("housing", DONGSHENG)
PARK: Final = caller("park", DONGSHENG)
RAISED: Final[Post] = (issue_raised(), BANNER)
KEY: Final = (BANNER_SESSION, "issue-1")
MAYOR: Final = {"name": "斯琴（虚构）", "post": "市人民政府副市长"}


def _made(kind: type[E], changes: dict[str, object], **usual: object) -> E:
    return kind.model_validate({"session": BANNER_SESSION, "issue": "issue-1", **usual, **changes})


def answered(**changes: object) -> IssueAnswered:
    usual = {"unit": LAND.unit, "answer": "已列入计划。", "answered_by": "王喆（虚构）", "answered_at": at(10, 30)}
    return _made(IssueAnswered, changes, **usual)


def dispatched(**changes: object) -> IssueDispatched:
    return _made(IssueDispatched, changes, lead=LAND.unit, assisting=[WATER.unit], dispatched_at=at(9, days=1))


def objected(**changes: object) -> IssueObjected:
    usual = {"right_unit": WATER.unit, "reason": "属水利部门职责。", "objected_at": at(9, days=2)}
    return _made(IssueObjected, changes, **usual)


def dismissed(**changes: object) -> IssueObjectionDismissed:
    return _made(IssueObjectionDismissed, changes, reason="仍由贵局办理。", dismissed_at=at(15, days=2))


def reassigned(**changes: object) -> IssueReassigned:
    usual = {"lead": WATER.unit, "reason": "异议成立。", "reassigned_at": at(15, days=2)}
    return _made(IssueReassigned, changes, **usual)


def asked(**changes: object) -> IssueExtensionAsked:
    until = at(0, days=35).date()
    return _made(IssueExtensionAsked, changes, until=until, reason="需报自治区。", asked_at=at(9, days=10))


def extended(**changes: object) -> IssueExtended:
    return _made(IssueExtended, changes, until=at(0, days=35).date(), extended_at=at(10, days=11))


def extension_refused(**changes: object) -> IssueExtensionRefused:
    return _made(IssueExtensionRefused, changes, reason="请按期办结。", refused_at=at(10, days=11))


def resolved(**changes: object) -> IssueResolved:
    usual = {
        "resolution": "solved",
        "result": "指标已下达。",
        "handled_by": "王喆（虚构）",
        "resolved_at": at(9, days=12),
    }
    return _made(IssueResolved, changes, **usual)


def feedback(**changes: object) -> IssueFeedbackGiven:
    usual = {"feedback": "satisfied", "given_by": "李堃（虚构）", "given_at": at(9, days=13)}
    return _made(IssueFeedbackGiven, changes, **usual)


def closed_out(**changes: object) -> IssueClosedOut:
    return _made(IssueClosedOut, changes, approved_by=MAYOR, closed_at=at(9, days=14))


def reopened(**changes: object) -> IssueReopened:
    return _made(IssueReopened, changes, reason="指标又被核减。", reopened_at=at(9, days=20))


def corrected(**changes: object) -> IssueCorrected:
    return _made(IssueCorrected, changes, topic="用地用林用草", reason="类别登记有误。")


def withdrawn(**changes: object) -> IssueWithdrawn:
    return _made(IssueWithdrawn, changes, reason="重复登记。", withdrawn_at=at(12))


DISPATCHED: Final[Post] = (dispatched(), DRC)
RESOLVED: Final[Post] = (resolved(), LAND)


def heard(*posts: Post) -> ForumsWorld:
    """Return the world of a service that has heard of the campaign, after some posts."""
    banner = [session.session for session in PLAN.sessions if session.kind is SessionKind.BANNER]
    world = ForumsWorld(registries={PLAN.campaign: Registry(PLAN)}, forums={name: Forum(name) for name in banner})
    return given(world, *posts)


def with_issue(*posts: Post) -> ForumsWorld:
    """Return the world with one issue, after some posts."""
    return heard(RAISED, *posts)


def in_hand(*posts: Post) -> ForumsWorld:
    """Return the world with one issue in the hands of the city's land bureau, after some posts."""
    return with_issue(DISPATCHED, *posts)


def standing(world: ForumsWorld, event: Event, by: Caller) -> IssueStanding:
    """Decide an event and return how the issue stands after it."""
    fact = decide(world, event, by)
    assert isinstance(fact, IssueEvent)
    assert fact.standing is not None
    return fact.standing


def issue_in(world: ForumsWorld) -> Issue:
    return world.issues[KEY]


def pass_time(world: ForumsWorld, days: int) -> ForumsWorld:
    """Let the clock escalate what is overdue some days after the session."""
    issue = issue_in(world)
    if issue.next_at is not None and issue.next_at <= at(0) + timedelta(days=days):
        world.put_issue(issue.at_its_hour()[0])
    return world
