"""The forums service's world: finds the rule for a posted event and applies the facts that follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.forums.domain import closing, dispatching, forum, issues
from services.forums.domain.issue import Issue
from services.forums.domain.state import Changes, Forum, State
from shared.campaign import Registry
from shared.events import (
    Event,
    ForumHeld,
    IssueAnswered,
    IssueClosedOut,
    IssueCorrected,
    IssueDispatched,
    IssueExtended,
    IssueExtensionAsked,
    IssueExtensionRefused,
    IssueFeedbackGiven,
    IssueObjected,
    IssueObjectionDismissed,
    IssueRaised,
    IssueReassigned,
    IssueReopened,
    IssueResolved,
    IssueWithdrawn,
)
from shared.posted import Posted


@dataclass
class ForumsWorld:
    """What bears on a group of posted events; deciding one changes it, so that the next one sees it."""

    registries: Mapping[str, Registry] = field(default_factory=dict)
    forums: dict[str, Forum] = field(default_factory=dict)
    issues: dict[tuple[str, str], Issue] = field(default_factory=dict)
    """By session and id; complete only for a session whose forum the group holds."""
    changes: Changes = field(default_factory=Changes)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow, or raise the refusal of the rule that forbids it."""
        return RULES[type(posted.event)](self, posted, posted.event)

    def put(self, state: State) -> None:
        self.changes.states.append(state)

    def put_forum(self, one: Forum) -> None:
        self.forums[one.session] = one
        self.put(one)

    def put_issue(self, issue: Issue) -> None:
        self.issues[issue.session, issue.issue] = issue
        self.put(issue)


Rule = Callable[[ForumsWorld, Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {
    IssueRaised: issues.raise_issue,
    IssueAnswered: issues.answer,
    IssueCorrected: issues.correct,
    IssueWithdrawn: issues.withdraw,
    IssueDispatched: dispatching.dispatch,
    IssueObjected: dispatching.object_,
    IssueObjectionDismissed: dispatching.dismiss,
    IssueReassigned: dispatching.reassign,
    IssueExtensionAsked: dispatching.ask,
    IssueExtended: dispatching.extend,
    IssueExtensionRefused: dispatching.refuse_extension,
    IssueResolved: closing.resolve,
    IssueFeedbackGiven: closing.give_feedback,
    IssueClosedOut: closing.close_out,
    IssueReopened: closing.reopen,
    ForumHeld: forum.hold,
}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
