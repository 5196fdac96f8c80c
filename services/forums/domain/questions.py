"""Questions that policy visits left open become issues; an answer the team gives later is taken over (row 49)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from services.forums.domain.issue import Issue, host_of, settled, standing_of
from services.forums.domain.issues import raised
from shared.clock import shanghai_date
from shared.events import IssueAnswered, IssueRaised
from shared.vocabulary import CITY_DIVISION, IssueSource, IssueState, Level

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.campaign import Registry
    from shared.events import QuestionAnswered, QuestionLeftOpen

_LONGEST: Final = 64


def issue_id(prefix: str, origin: str, taken: Collection[str]) -> str:
    """Return a new issue's id, which tells where it comes from; another one if somebody has used that."""
    name = f"{prefix}-{origin}"
    if len(name) <= _LONGEST and name not in taken:
        return name
    return f"{prefix}-{hashlib.sha256(origin.encode()).hexdigest()[:16]}"


def become_issue(registry: Registry, question: QuestionLeftOpen, issue: str) -> tuple[Issue, IssueRaised]:
    """Return the issue a question becomes, and the fact of it."""
    event = IssueRaised(
        session=question.session,
        issue=issue,
        enterprise=question.enterprise,
        enterprise_code=question.enterprise_code,
        topic=question.topic.zh,
        text=question.text,
        raised_at=question.asked_at,
        source=IssueSource.POLICY,
        origin=question.question,
        suggested=tuple(code for code in question.departments if registry.unit(code) is not None),
    )
    made = raised(registry, event, late=False)
    return made, event.model_copy(update={"standing": standing_of(made, registry)})


def take_over(registry: Registry, issue: Issue, told: QuestionAnswered) -> tuple[Issue, IssueAnswered] | None:
    """Return the issue with the team's later answer, and the fact; None if somebody has it in hand already."""
    if issue.state != IssueState.RAISED:
        return None
    leader = registry.bureau(Level.CITY, CITY_DIVISION, "drc") or host_of(registry, issue.session)
    event = IssueAnswered(
        session=issue.session,
        issue=issue.issue,
        unit=leader.code,
        answer=told.answer,
        answered_by=told.answered_by,
        answered_at=told.answered_at,
    )
    after = issue.with_(
        **settled(issue, registry, IssueState.ANSWERED, told.answered_at),
        answer=told.answer,
        answered_by=leader.code,
        answerer=told.answered_by,
        on_the_spot=shanghai_date(told.answered_at) == shanghai_date(issue.raised_at),
        responded_at=issue.responded_at or told.answered_at,
    )
    return after, event.model_copy(update={"standing": standing_of(after, registry)})
