"""Events of a session before its day: moved, cancelled, prepared, ready."""

from shared.events import (
    ActionScheduled,
    DutyFulfilled,
    DutyReopened,
    SessionCancelled,
    SessionReady,
    SessionRescheduled,
)
from shared.vocabulary import Action
from tests.builders import BANNER_SESSION, PLAN, at, made, venue


def session_rescheduled(**changes: object) -> SessionRescheduled:
    session = str(changes.get("session", BANNER_SESSION))
    usual = {"starts_at": at(9, days=1), "venue": venue(session), "reason": "市领导另有公务"}
    return made(SessionRescheduled, changes, session=BANNER_SESSION, **usual)


def session_cancelled(**changes: object) -> SessionCancelled:
    usual = {"cancelled_at": at(17, days=-1), "reason": "沙尘暴红色预警"}
    return made(SessionCancelled, changes, session=BANNER_SESSION, **usual)


def session_ready(**changes: object) -> SessionReady:
    return made(SessionReady, changes, session=BANNER_SESSION, ready_at=at(18, days=-1))


def action_scheduled(**changes: object) -> ActionScheduled:
    return made(ActionScheduled, changes, session=BANNER_SESSION, action=Action.FORUM, starts_at=at(9, 30))


def duty_fulfilled(**changes: object) -> DutyFulfilled:
    usual = {"campaign": PLAN.campaign, "session": BANNER_SESSION, "fulfilled_at": at(16, days=-1)}
    return made(DutyFulfilled, changes, **usual)


def duty_reopened(**changes: object) -> DutyReopened:
    usual = {"campaign": PLAN.campaign, "session": BANNER_SESSION, "reopened_at": at(17, days=-1)}
    return made(DutyReopened, changes, **usual, reason="尚未落实")
