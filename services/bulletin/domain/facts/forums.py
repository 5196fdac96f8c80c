"""Reads the forum and the issues raised there."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.facts.known import Reader, SessionFacts
from shared.envelope import Fact
from shared.events import ForumHeld, IssueRaised


def _issue(known: SessionFacts, fact: Fact) -> None:
    issue = IssueRaised.model_validate(fact.data)
    known.issues[issue.issue] = issue


def _forum(known: SessionFacts, fact: Fact) -> None:
    known.forum = ForumHeld.model_validate(fact.data)


READERS: Final[Mapping[str, Reader]] = {
    IssueRaised.type: _issue,
    ForumHeld.type: _forum,
}
