"""Reads a session's facts in whatever order they come; for each aggregate the highest version counts."""

from collections.abc import Iterable
from typing import Final

from services.bulletin.domain.facts import approvals, earlier, forums, policy, sessions
from services.bulletin.domain.facts.known import SessionFacts
from shared.envelope import Fact
from shared.events import CampaignPlanned, SessionClosed

_READERS: Final = {**sessions.READERS, **approvals.READERS, **forums.READERS, **policy.READERS}
READS: Final = tuple(_READERS)
"""The types of its own facts that a bulletin is made of."""
EARLIER: Final = tuple(earlier.READERS)
"""The types of other sessions' facts that a bulletin follows up."""


def read(plan: CampaignPlanned, session: str, facts: Iterable[Fact]) -> SessionFacts:
    """Read facts in whatever order they come; those of the campaign's other sessions only to follow them up."""
    told = tuple(facts)
    mine = tuple(fact for fact in told if fact.session == session and fact.type in _READERS)
    known = SessionFacts(plan, session, mine)
    for fact in mine:
        _READERS[fact.type](known, fact)
    planned = {one.session for one in plan.sessions if one.session != session}
    for fact in told:
        if fact.session in planned and fact.type in earlier.READERS:
            earlier.READERS[fact.type](known.earlier, fact)
    return known


def at(known: SessionFacts, source_type: str, sequence: int) -> SessionFacts:
    """Return what the service that published a fact had said before it, where it stated its control totals."""
    source = next((fact.source for fact in known.facts if fact.type == source_type), None)
    before = [one for one in known.facts if one.source == source and one.sequence < sequence]
    return read(known.plan, known.session, before)


def at_closing(known: SessionFacts) -> SessionFacts:
    """Return what the approvals service had said when it closed the session and stated its control totals."""
    return at(known, SessionClosed.type, known.closed_sequence)
