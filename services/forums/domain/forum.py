"""The forum itself: it is held once, and its end states what its bulletin must show (rows 38, 39, 59, 64)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.forums.domain.attendance import counts
from services.forums.domain.refusals import AlreadyHeld
from services.forums.domain.scope import by_banner, with_forum
from shared.campaign import StatedByService
from shared.events import Event, ForumHeld
from shared.posted import Posted
from shared.vocabulary import IssueSource

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


def hold(world: "ForumsWorld", posted: Posted, event: ForumHeld) -> Sequence[Event]:
    """End a session's forum and state what its bulletin must show: issues, attendance, speeches, consultations."""
    _, session = with_forum(world, event)
    by_banner(posted, session)
    for name in ("issues", "attendance", "speakers", "consultations"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    forum = world.forums[event.session]
    if forum.held_at is not None:
        raise AlreadyHeld(path="data.session", session=session.name, at=forum.held_at)
    heard = [one for one in world.issues.values() if one.session == event.session]
    count = sum(one.source == IssueSource.FORUM for one in heard)
    world.put_forum(replace(forum, held_at=event.held_at, issues=count))
    stated = {
        "issues": count,
        "attendance": counts(world.roster_of(event.session).values()),
        "speakers": len(world.speeches_of(event.session)),
        "consultations": sum(one.session == event.session for one in world.consultations.values()),
    }
    return [event.model_copy(update=stated)]
