"""A unit takes note of what it was told of an issue (签收; row 35)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.forums.domain.issue_refusals import NothingToAcknowledge
from services.forums.domain.issue_steps import record, step
from shared.campaign import StatedByService
from shared.events import IssueDispatched
from shared.problems import NotYet
from shared.vocabulary import IssueState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.forums.domain.world import ForumsWorld
    from shared.events import Event, IssueAcknowledged
    from shared.posted import Posted


def acknowledge(world: ForumsWorld, posted: Posted, event: IssueAcknowledged) -> Sequence[Event]:
    """Record that a unit has seen all it was told of an issue so far; each notice once."""
    at = step(world, event)
    if event.unit is not None:
        raise StatedByService(path="data.unit")
    unit = posted.caller.unit
    mine = [one for one in world.notices_of(event.session, event.issue) if one.unit == unit]
    if not mine and at.issue.state == IssueState.RAISED:
        raise NotYet(IssueDispatched.type, event.subject)
    unseen = [one for one in mine if one.seen_at is None]
    if not unseen:
        raise NothingToAcknowledge(path="data.issue", unit=posted.caller.unit_name, issue=event.issue)
    for one in unseen:
        world.put_notice(replace(one, seen_at=event.acknowledged_at, seen_by=event.acknowledged_by))
    return record(world, at.registry, event.model_copy(update={"unit": unit}), at.issue)
