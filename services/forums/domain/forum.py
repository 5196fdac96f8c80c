"""The forum itself: it is held once, and its end states what its bulletin must show (rows 59, 64)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.forums.domain.refusals import AlreadyHeld
from services.forums.domain.scope import by_banner, with_forum
from shared.campaign import StatedByService
from shared.events import Event, ForumHeld
from shared.posted import Posted
from shared.vocabulary import IssueSource

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


def hold(world: "ForumsWorld", posted: Posted, event: ForumHeld) -> Sequence[Event]:
    """End a session's forum and state how many issues its bulletin must show (rows 59, 64)."""
    _, session = with_forum(world, event)
    by_banner(posted, session)
    if event.issues is not None:
        raise StatedByService(path="data.issues")
    forum = world.forums[event.session]
    if forum.held_at is not None:
        raise AlreadyHeld(path="data.session", session=session.name, at=forum.held_at.isoformat())
    heard = [one for one in world.issues.values() if one.session == event.session]
    count = sum(one.source == IssueSource.FORUM for one in heard)
    world.put_forum(replace(forum, held_at=event.held_at, issues=count))
    return [event.model_copy(update={"issues": count})]
