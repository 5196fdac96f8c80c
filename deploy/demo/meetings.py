"""What is posted of a session itself and of its forum."""

from datetime import datetime

from deploy.demo.docket import Mark, docket
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.preparing import MOVED, moving
from deploy.demo.timetable import at, session_day
from deploy.demo.units import PARKS, unit_of
from shared.events import (
    ForumHeld,
    Official,
    PlannedSession,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
    Venue,
)
from shared.vocabulary import BANNERS, CITY_DIVISION, KANGBASHI, SessionKind


def _venue(division: str) -> Venue:
    """Return the notice's place: the service centre, the Kangbashi government's office, else the park."""
    if division == CITY_DIVISION:
        return Venue(kind="service_centre", name="市政务服务中心")
    if division == KANGBASHI:
        return Venue(kind="government_office", name="康巴什区人民政府办公地点")
    return Venue(kind="park", name=f"{PARKS[division]}会议中心")


def closes_at(session: PlannedSession) -> datetime:
    """Return when a session ends: a banner's with its day, the city's when its table is done."""
    return at(session_day(session.position), "09:40" if session.kind is SessionKind.CITY else "17:30")


def _leader(position: int) -> Official:
    return Official(name=person("city leader", str(position % 3)), post="市人民政府副市长")


def _declared_by(session: PlannedSession) -> Official:
    """Return who declares the session open: a city leader, or the banner's head (notice §二(一)5(1), (五)5(1))."""
    if session.kind is SessionKind.CITY:
        return _leader(session.position)
    name = BANNERS[session.division]
    return Official(name=person("head", session.division), post=f"{name}{'区长' if name.endswith('区') else '旗长'}")


def session_posts(session: PlannedSession) -> list[Post]:
    """Return the session's schedule, its move if it is moved, its opening and closing."""
    day, slug = session_day(session.position), session.session
    host = unit_of("office" if session.kind is SessionKind.CITY else "government", session.division)
    announced = session_day(session.position, shift=-3)
    present = {item.project.owner_code for item in docket(session.division) if item.mark is not Mark.WITHDRAWN}
    venue = _venue(session.division)
    begins = at(day, "10:30" if session.position == MOVED else "09:00")
    scheduled = SessionScheduled(session=slug, starts_at=begins, venue=venue)
    opened = SessionOpened(
        session=slug,
        opened_at=at(day, "09:00"),
        declared_by=_declared_by(session),
        leaders=(_leader(session.position),),
        enterprises=len(present),
    )
    closed_at = closes_at(session)
    return [
        Post(unit_of("drc", CITY_DIVISION), scheduled, at(announced, "09:10", minutes=session.position)),
        *moving(session, venue),
        Post(host, opened, at(day, "09:00", seconds=20)),
        Post(host, SessionClosed(session=slug, closed_at=closed_at), at(closed_at.date(), f"{closed_at:%H:%M}:30")),
    ]


def forum_posts(session: PlannedSession) -> list[Post]:
    """Return the end of a banner's forum at 11:30."""
    held = ForumHeld(session=session.session, held_at=at(session_day(session.position), "11:30"))
    return [Post(unit_of("government", session.division), held, at(session_day(session.position), "11:32"))]
