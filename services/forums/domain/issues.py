"""Issues as they are raised, answered on the spot, put right or withdrawn (rows 35, 82)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.forums.domain.issue import Issue, ended, settled, standing_of, waiting_for_dispatch
from services.forums.domain.issue_refusals import (
    AlreadyDispatched,
    AnsweredForAnother,
    IssueNumberTaken,
    NothingChanged,
)
from services.forums.domain.issue_steps import keep, must_be, must_be_open, not_before, on, record, step, unit_here
from services.forums.domain.scope import by_banner_or_city_drc, with_forum
from shared.campaign import Registry, StatedByService, allow_division, is_city_drc
from shared.events import Event, IssueAnswered, IssueCorrected, IssueRaised, IssueWithdrawn
from shared.vocabulary import IssueSource, IssueState, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.forums.domain.world import ForumsWorld
    from shared.posted import Posted


def raised(registry: Registry, event: IssueRaised, *, late: bool) -> Issue:
    """Return an issue as it begins: the banner's government owes its answer or its dispatch."""
    waiting = waiting_for_dispatch(registry, event.session, event.raised_at)
    return Issue(
        session=event.session,
        issue=event.issue,
        enterprise=event.enterprise,
        enterprise_code=event.enterprise_code,
        topic=event.topic,
        text=event.text,
        raised_at=event.raised_at,
        late=late,
        source=event.source.value,
        origin=event.origin,
        suggested=list(event.suggested),
        first_due=waiting["due"],
        **waiting,
    )


def begin(world: ForumsWorld, registry: Registry, event: IssueRaised, *, late: bool = False) -> IssueRaised:
    """Keep a new issue and return the fact of it with its standing."""
    issue = raised(registry, event, late=late)
    keep(world, registry, event, issue)
    return event.model_copy(update={"standing": standing_of(issue, registry)})


def raise_issue(world: ForumsWorld, posted: Posted, event: IssueRaised) -> Sequence[Event]:
    """Record an issue the banner, or the city DRC, heard; a late one is taken too and marked (rows 35, 82)."""
    registry, session = with_forum(world, event)
    by_banner_or_city_drc(posted, session)
    for name in ("standing", "origin"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    if event.source is not IssueSource.FORUM or event.suggested:
        raise StatedByService(path="data.suggested" if event.suggested else "data.source")
    if (first := world.issues.get((event.session, event.issue))) is not None:
        raise IssueNumberTaken(path="data.issue", session=session.name, issue=event.issue, enterprise=first.enterprise)
    return [begin(world, registry, event, late=world.forums[event.session].held_at is not None)]


def answer(world: ForumsWorld, posted: Posted, event: IssueAnswered) -> Sequence[Event]:
    """Record an answer given before any dispatch; on the day the issue was raised it is one on the spot."""
    at = step(world, event)
    unit = unit_here(at, event.unit, "data.unit")
    if not is_city_drc(posted):
        if posted.caller.role is Role.BANNER:
            allow_division(posted, at.session)
        elif posted.caller.unit != unit.code:
            raise AnsweredForAnother(path="data.unit", unit=posted.caller.unit_name)
    if at.issue.state == IssueState.DISPATCHED:
        raise AlreadyDispatched(path="data.issue", issue=event.issue, lead=at.name_of(at.issue.lead))
    must_be(at, "再登记答复", "answered again", IssueState.RAISED)
    not_before(at, event.answered_at, "data.answered_at")
    after = at.issue.with_(
        **settled(at.issue, at.registry, IssueState.ANSWERED, event.answered_at),
        answer=event.answer,
        answered_by=unit.code,
        answerer=event.answered_by,
        on_the_spot=on(event.answered_at) == on(at.issue.raised_at),
        responded_at=at.issue.responded_at or event.answered_at,
    )
    return record(world, at.registry, event, after)


def correct(world: ForumsWorld, posted: Posted, event: IssueCorrected) -> Sequence[Event]:
    """Put right what was recorded of an issue; the history keeps what it said before."""
    at = step(world, event)
    by_banner_or_city_drc(posted, at.session)
    must_be_open(at, "更正", "corrected")
    said = {name: value for name in ("enterprise", "topic", "text") if (value := getattr(event, name)) is not None}
    after = at.issue.with_(**said)
    if after == at.issue:
        raise NothingChanged(path="data.text")
    return record(world, at.registry, event, after)


def withdraw(world: ForumsWorld, posted: Posted, event: IssueWithdrawn) -> Sequence[Event]:
    """Withdraw an issue recorded by mistake; it stays in the record and counts in no rate."""
    at = step(world, event)
    by_banner_or_city_drc(posted, at.session)
    must_be_open(at, "撤销登记", "withdrawn")
    not_before(at, event.withdrawn_at, "data.withdrawn_at")
    after = at.issue.with_(**ended(IssueState.WITHDRAWN, event.withdrawn_at))
    return record(world, at.registry, event, after)
