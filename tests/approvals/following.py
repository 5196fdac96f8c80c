"""Builders and worlds of what follows a decision."""

from typing import Final, TypeVar

from services.approvals.domain import ApprovalsWorld
from shared.events import DeferralMadeGood, DeferralRevoked, FollowUpEvent, ForwardReceived, ForwardResolved
from shared.vocabulary import Outcome
from tests.approvals.worlds import opened
from tests.builders import application_docketed, approval_signed, at, deferral, owner
from tests.deciding import Post

E = TypeVar("E", bound=FollowUpEvent)
_APPLICATION: Final = application_docketed().model_dump(exclude={"project"})
LIST: Final = ("公众参与说明", "总量来源说明")
"""The usual list of missing materials; due on 2022-04-15."""
DEFERRED: Final[Post] = (approval_signed(outcome=Outcome.DEFERRED, deferral=deferral(missing=LIST)), owner())
FORWARDED: Final[Post] = (approval_signed(outcome=Outcome.FORWARDED), owner())
SUBJECT: Final = DEFERRED[0].subject


def _made(kind: type[E], changes: dict[str, object], **usual: object) -> E:
    return kind.model_validate({**_APPLICATION, **usual, **changes})


def made_good(*materials: str, **changes: object) -> DeferralMadeGood:
    usual = {"supplied_at": at(10, days=5), "supplied_by": "丙（虚构）", "received_by": "丁（虚构）"}
    return _made(DeferralMadeGood, changes, materials=materials or LIST, **usual)


def revoked(**changes: object) -> DeferralRevoked:
    usual = {"reason": "逾期未补正", "revoked_at": at(9, days=31), "revoked_by": "丁（虚构）"}
    return _made(DeferralRevoked, changes, **usual)


def received(**changes: object) -> ForwardReceived:
    usual = {"receipt_number": "内环受〔2022〕18号", "received_on": at(9, days=2).date()}
    return _made(ForwardReceived, changes, **usual)


def resolved(**changes: object) -> ForwardResolved:
    usual = {
        "result": "granted",
        "document": "内环审〔2022〕7号",
        "decided_on": at(9, days=20).date(),
        "told_at": at(10, days=21),
        "told_how": "书面送达",
    }
    return _made(ForwardResolved, changes, **usual)


def deferred(*posts: Post) -> ApprovalsWorld:
    """Return the world with one deferred application, after some posts."""
    return opened(DEFERRED, *posts)


def forwarded(*posts: Post) -> ApprovalsWorld:
    """Return the world with one forwarded application, after some posts."""
    return opened(FORWARDED, *posts)


def pass_time(world: ApprovalsWorld, days: int) -> ApprovalsWorld:
    """Let the clock bring what falls due until some days after the session."""
    while (moment := world.followups[SUBJECT].next_at) is not None and moment <= at(0, days=days):
        world.put_followup(world.followups[SUBJECT].at_its_hour()[0])
    return world
