"""Who may act in which session's forum (rows 2, 75, 88)."""

from typing import TYPE_CHECKING

from shared.campaign import Registry, allow, allow_division, banner_session, is_city_drc, planned
from shared.events import PlannedSession, SessionEvent
from shared.posted import Posted
from shared.vocabulary import Role

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


def with_forum(world: "ForumsWorld", event: SessionEvent) -> tuple[Registry, PlannedSession]:
    """Return the plan of a session that has a forum: a banner's (row 2)."""
    registry, session = planned(world.registries, event)
    banner_session(session, "政企座谈", "a forum")
    return registry, session


def by_banner(posted: Posted, session: PlannedSession) -> None:
    """Refuse everybody but the government of the session's banner (rows 75, 88)."""
    allow(posted, Role.BANNER)
    allow_division(posted, session)


def by_banner_or_city_drc(posted: Posted, session: PlannedSession) -> None:
    """Refuse everybody but the banner's government and the city DRC (rows 75, 88)."""
    if not is_city_drc(posted):
        by_banner(posted, session)
