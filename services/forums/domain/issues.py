"""What enterprises raise (notice §二(二)4(2)), each with its row of docs/rows.md."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.forums.domain.refusals import IssueNumberTaken
from services.forums.domain.scope import by_banner_or_city_drc, with_forum
from services.forums.domain.state import Issue
from shared.events import Event, IssueRaised
from shared.posted import Posted

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


def raise_issue(world: "ForumsWorld", posted: Posted, event: IssueRaised) -> Sequence[Event]:
    """Record an issue the banner, or the city DRC, heard; a late one is taken too and marked (rows 35, 82)."""
    _, session = with_forum(world, event)
    by_banner_or_city_drc(posted, session)
    if (first := world.issues.get((event.session, event.issue))) is not None:
        raise IssueNumberTaken(path="data.issue", session=session.name, issue=event.issue, enterprise=first.enterprise)
    late = world.forums[event.session].held_at is not None
    issue = Issue(
        session=event.session,
        issue=event.issue,
        enterprise=event.enterprise,
        topic=event.topic,
        text=event.text,
        raised_at=event.raised_at,
        late=late,
    )
    world.put_issue(issue)
    return [event]
