"""What is posted before a session's day: it is moved, its units say what they have done, and it is declared ready."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from deploy.demo.make_campaign import SLUG
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import NOTICE_DAY, at, session_day
from deploy.demo.units import unit_of
from shared.events import (
    BrochurePublished,
    CampaignPlanned,
    Duty,
    DutyFulfilled,
    PlannedSession,
    SeatsArranged,
    SessionEvent,
    SessionReady,
    SessionRescheduled,
    SurveySiteFiled,
    Unit,
    Venue,
)
from shared.vocabulary import CITY_DIVISION, Level

MOVED: Final = 3
"""The position of the session that is announced for half past ten and moved to nine."""
_FIRST, _LAST, _READY = "16:15", "16:58", "17:20"
"""Units say what they have done between their pre-reviews and the locking of the docket."""
_EARLIER: Final = {"f7-departments": "11:28", "f6-seats": "15:38", "f7-vehicles": "15:58"}
"""What another service's fact would show a little later is said before it, so that every replay says the same."""
_SHOWN: Final = (SeatsArranged, SurveySiteFiled)
"""Whoever posts one of these need not say that it is done."""


def moving(session: PlannedSession, venue: Venue) -> list[Post]:
    """Return the move of the session that was announced for another hour."""
    if session.position != MOVED:
        return []
    event = SessionRescheduled(
        session=session.session,
        starts_at=at(session_day(session.position), "09:00"),
        venue=venue,
        reason="与市领导行程衔接，提前至9时开始",
    )
    return [Post(unit_of("drc", CITY_DIVISION), event, at(NOTICE_DAY, "17:45"))]


def _owing(duty: Duty, session: PlannedSession) -> Iterable[Unit]:
    division = CITY_DIVISION if duty.level is Level.CITY else session.division
    return (unit_of(bureau, division) for bureau in duty.bureaus)


def _fulfilled(duty: Duty, unit: Unit, sent: datetime, session: str | None) -> Post:
    event = DutyFulfilled(campaign=SLUG, session=session, duty=duty.duty, fulfilled_at=sent)
    return Post(unit, event, sent)


def once_posts(plan: CampaignPlanned) -> list[Post]:
    """Return who says that what is owed once is done; a brochure says so itself."""
    first, sent = plan.sessions[0], at(NOTICE_DAY, "15:30")
    owed = [duty for duty in plan.duties if duty.once and BrochurePublished.type not in duty.fulfilled_by]
    return [_fulfilled(duty, unit, sent, None) for duty in owed for unit in _owing(duty, first)]


def ready_posts(plan: CampaignPlanned, session: PlannedSession, recorded: Sequence[Post]) -> list[Post]:
    """Return who says on the eve that he has done his part, and the DRC's word that the session is ready."""
    eve = session_day(session.position, shift=-1)
    own = [one.event for one in recorded if isinstance(one.event, SessionEvent)]
    shown = {type(one).type for one in own if one.session == session.session and isinstance(one, _SHOWN)}
    owed = [
        (duty, unit)
        for duty in plan.duties
        if session.kind in duty.kinds and duty.gate and not duty.once and not shown & set(duty.fulfilled_by)
        for unit in _owing(duty, session)
    ]
    start, end = at(eve, _FIRST), at(eve, _LAST)
    step = timedelta(seconds=int((end - start).total_seconds() / len(owed)))
    times = [
        at(eve, _EARLIER[duty.duty]) if duty.duty in _EARLIER else start + step * index
        for index, (duty, _) in enumerate(owed)
    ]
    done = [_fulfilled(duty, unit, sent, session.session) for (duty, unit), sent in zip(owed, times, strict=True)]
    drc = unit_of("drc", CITY_DIVISION)
    ready = SessionReady(session=session.session, ready_at=at(eve, _READY), declared_by=person("readiness", drc.code))
    return [*done, Post(drc, ready, at(eve, _READY))]
