"""Reads when and where a session was held."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.facts.known import Reader, SessionFacts
from shared.envelope import Fact
from shared.events import FormalityAssigned, SessionClosed, SessionOpened, SessionRescheduled, SessionScheduled


def _scheduled(known: SessionFacts, fact: Fact) -> None:
    if fact.version > known.scheduled_version:
        known.scheduled = SessionScheduled.model_validate(fact.data)
        known.scheduled_version = fact.version


def _opened(known: SessionFacts, fact: Fact) -> None:
    known.opened = SessionOpened.model_validate(fact.data)


def _closed(known: SessionFacts, fact: Fact) -> None:
    known.closed = SessionClosed.model_validate(fact.data)
    known.closed_sequence = fact.sequence


def _assigned(known: SessionFacts, fact: Fact) -> None:
    assigned = FormalityAssigned.model_validate(fact.data)
    key = (assigned.level, assigned.formality)
    if fact.version > known.assigned.get(key, (-1, ""))[0]:
        known.assigned[key] = (fact.version, assigned.bureau)


READERS: Final[Mapping[str, Reader]] = {
    FormalityAssigned.type: _assigned,
    SessionScheduled.type: _scheduled,
    SessionRescheduled.type: _scheduled,
    SessionOpened.type: _opened,
    SessionClosed.type: _closed,
}
