"""Who may act in which session's forum (rows 2, 75, 88)."""

from typing import TYPE_CHECKING

from shared.campaign import (
    NotAllowed,
    Registry,
    allow,
    allow_division,
    banner_session,
    is_city_drc,
    is_city_office,
    planned,
)
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


def by_banner_side(posted: Posted, session: PlannedSession) -> None:
    """Refuse everybody but the banner, its park, its liaison and the city DRC (notice §二(二)6(2))."""
    if not is_city_drc(posted):
        allow(posted, Role.BANNER, Role.PARK, Role.LIAISON)
        allow_division(posted, session)


def is_organiser(posted: Posted) -> bool:
    """Tell whether the city DRC or the general office is calling (notice §二(二)6(1), (3))."""
    return is_city_drc(posted) or is_city_office(posted)


def by_organisers(posted: Posted) -> None:
    """Refuse everybody but the city DRC and the general office."""
    if not is_organiser(posted):
        raise NotAllowed(
            unit=posted.caller.unit_name,
            role=posted.caller.role,
            who="市发展和改革委员会、市人民政府办公室",
            who_en="the city DRC, the general office",
        )


def by_anyone_on_site(posted: Posted, session: PlannedSession) -> None:
    """Refuse whoever neither organises the forum nor receives it: the banner's side and the organisers may act."""
    if not is_organiser(posted):
        by_banner_side(posted, session)
