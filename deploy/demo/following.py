"""What is posted of what a session left open: materials that follow, a higher body's receipt and its result."""

from typing import Final

from deploy.demo.docket import Item, Mark, docket
from deploy.demo.particulars import deferral
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import at, session_day
from shared.events import DeferralMadeGood, ForwardReceived, ForwardResolved, PlannedSession
from shared.vocabulary import ForwardResult

LAST: Final = 6
"""Sessions later than this leave their items open until after the campaign."""


def following_posts(session: PlannedSession) -> list[Post]:
    """Return what follows on a session's first deferral and first forwarding, in time for the next bulletins."""
    if session.position > LAST:
        return []
    items = docket(session.division)
    posts = [_made_good(session, item) for item in items if item.mark is Mark.DEFERRED][:1]
    for item in [item for item in items if item.mark is Mark.FORWARDED][:1]:
        posts += _resolved(session, item)
    return posts


def _of(session: PlannedSession, item: Item) -> dict[str, str]:
    return {
        "session": session.session,
        "project_code": item.code,
        "formality": item.formality.value,
        "level": item.level.value,
    }


def _made_good(session: PlannedSession, item: Item) -> Post:
    day = session_day(session.position, shift=2)
    event = DeferralMadeGood.model_validate(
        _of(session, item)
        | {
            "materials": deferral(item, day).missing,
            "supplied_at": at(day, "10:10"),
            "supplied_by": person(item.project.owner_code, "clerk"),
            "received_by": person(item.decides.code, "clerk"),
        }
    )
    return Post(item.decides, event, at(day, "10:20"))


def _resolved(session: PlannedSession, item: Item) -> list[Post]:
    received, decided = session_day(session.position, shift=1), session_day(session.position, shift=3)
    number = f"{session.position}{len(item.key) % 10}"
    taken = {"receipt_number": f"内受理〔2022〕{number}号", "received_on": received}
    result = {
        "result": ForwardResult.GRANTED,
        "document": f"内审批〔2022〕{number}号",
        "decided_on": decided,
        "told_at": at(decided, "15:30"),
        "told_how": "书面送达",
    }
    return [
        Post(item.decides, ForwardReceived.model_validate(_of(session, item) | taken), at(received, "15:00")),
        Post(item.decides, ForwardResolved.model_validate(_of(session, item) | result), at(decided, "15:40")),
    ]
