"""Whom a session concerns, and what they are told when its date or place changes: once, and the latest (row 6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.approvals.domain.matrix import owed_to
from services.approvals.domain.state import Application, Session
from shared.campaign import Registry
from shared.events import NoticeSent, PlannedSession, Unit, Venue
from shared.vocabulary import Level, NoticeKind, SessionKind

MOST_PUT_OFF: Final = 10
"""A notice waits no longer than this many quiet times, however often the session is moved meanwhile."""
_ALWAYS: Final = ("drc", "office")


class Told(NamedTuple):
    """What was told last of a session: nothing yet, its date and place, or that it is off."""

    starts_at: datetime | None = None
    venue: Venue | None = None


def concerned(registry: Registry, session: PlannedSession) -> list[Unit]:
    """Return the units a session concerns, in the order of the registry.

    Whoever decides something there, owes something to it, belongs to its banner, or organises the campaign.
    """
    owners = registry.plan.owners
    levels = (Level.CITY, Level.BANNER) if session.kind is SessionKind.BANNER else (Level.CITY,)
    deciding = {(level, bureau) for level in levels for bureau in owners.get(level, {}).values()}
    owing = {one.unit.code for one in owed_to(registry, session)}

    def is_concerned(unit: Unit) -> bool:
        if unit.level is Level.BANNER:
            return unit.division == session.division
        return unit.code in owing or (Level.CITY, unit.bureau) in deciding or unit.bureau in _ALWAYS

    return sorted(filter(is_concerned, registry.plan.units), key=lambda unit: (unit.precedence, unit.code))


def enterprises(applications: Iterable[Application]) -> tuple[str, ...]:
    """Return the enterprises on a docket, whom their liaison is to tell (notice §二(一)6(1))."""
    return tuple(dict.fromkeys(one.owner_name for one in applications if one.standing))


def due(changed_at: datetime, since: datetime, quiet: timedelta) -> datetime:
    """Return when a notice goes out: once a change has stood for the quiet time, at the latest after ten of them."""
    return min(changed_at + quiet, since + quiet * MOST_PUT_OFF)


def notice(  # noqa: PLR0913  (what a notice is made of)
    registry: Registry,
    session: PlannedSession,
    state: Session,
    told: Told,
    applications: Iterable[Application],
    *,
    sent_at: datetime,
    changes: int,
    reason: str | None,
) -> NoticeSent | None:
    """Return what is to be told of a session now; nothing if it stands as it was told last."""
    venue = Venue(kind=state.venue_kind or "park", name=state.venue) if state.venue else None
    now = Told(state.scheduled_at, venue)
    if now == told:
        return None
    if now.starts_at is None:
        kind = NoticeKind.CANCELLED
    else:
        kind = NoticeKind.ANNOUNCED if told.starts_at is None else NoticeKind.RESCHEDULED
    return NoticeSent(
        session=session.session,
        kind=kind,
        sent_at=sent_at,
        starts_at=now.starts_at,
        venue=now.venue,
        was_at=told.starts_at,
        was_in=told.venue,
        reason=reason,
        changes=changes,
        units=tuple(unit.code for unit in concerned(registry, session)),
        enterprises=enterprises(applications),
    )
