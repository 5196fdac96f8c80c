"""Reads the campaign's other sessions: what they left open, and what has become of it."""

from collections.abc import Callable, Mapping
from typing import Final

from services.bulletin.domain.facts.forums import ISSUES, issue
from services.bulletin.domain.facts.known import Earlier, FollowedCase, IssueFacts
from shared.envelope import Fact
from shared.events import (
    EVENTS,
    ApplicationDocketed,
    ApprovalCorrected,
    ApprovalSigned,
    DeferralReminded,
    FollowUpEvent,
    ForumHeld,
    SessionCancelled,
    SessionClosed,
    SessionRescheduled,
    SessionScheduled,
)


def _closed(known: Earlier, fact: Fact) -> None:
    known.closings[str(fact.session)] = fact.sequence


def _announced(known: Earlier, fact: Fact) -> None:
    if fact.version > known.announced.get(str(fact.session), (-1, None))[0]:
        gone = SessionCancelled.model_validate(fact.data) if fact.type == SessionCancelled.type else None
        known.announced[str(fact.session)] = (fact.version, gone)


def _forum(known: Earlier, fact: Fact) -> None:
    known.forums[str(fact.session)] = fact.sequence


def _case(known: Earlier, fact: Fact) -> FollowedCase:
    case = known.cases.setdefault(fact.subject, FollowedCase())
    case.session = str(fact.session)
    return case


def _docketed(known: Earlier, fact: Fact) -> None:
    _case(known, fact).docketed = ApplicationDocketed.model_validate(fact.data)


def _signed(known: Earlier, fact: Fact) -> None:
    _case(known, fact).decisions[fact.version] = (fact.sequence, ApprovalSigned.model_validate(fact.data))


def _corrected(known: Earlier, fact: Fact) -> None:
    _case(known, fact).decisions[fact.version] = (fact.sequence, ApprovalCorrected.model_validate(fact.data))


def _followed(known: Earlier, fact: Fact) -> None:
    event = EVENTS[fact.type].model_validate(fact.data)
    if isinstance(event, FollowUpEvent) and not isinstance(event, DeferralReminded):  # a reminder is no progress
        _case(known, fact).followups[fact.version] = (fact.sequence, event)


def _issue(known: Earlier, fact: Fact) -> None:
    issue(known.issues.setdefault((str(fact.session), str(fact.data["issue"])), IssueFacts()), fact)


_FOLLOWUPS: Final = tuple(name for name, kind in EVENTS.items() if issubclass(kind, FollowUpEvent))
READERS: Final[Mapping[str, Callable[[Earlier, Fact], None]]] = {
    SessionScheduled.type: _announced,
    SessionRescheduled.type: _announced,
    SessionCancelled.type: _announced,
    SessionClosed.type: _closed,
    ForumHeld.type: _forum,
    ApplicationDocketed.type: _docketed,
    ApprovalSigned.type: _signed,
    ApprovalCorrected.type: _corrected,
    **dict.fromkeys(_FOLLOWUPS, _followed),
    **dict.fromkeys(ISSUES, _issue),
}
