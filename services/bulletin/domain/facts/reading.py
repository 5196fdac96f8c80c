"""Reads a session's facts in whatever order they come; for each aggregate the highest version counts."""

from collections.abc import Iterable
from typing import Final

from services.bulletin.domain.facts import approvals, forums, policy, sessions
from services.bulletin.domain.facts.known import SessionFacts
from shared.envelope import Fact
from shared.events import CampaignPlanned, SessionClosed

_READERS: Final = {**sessions.READERS, **approvals.READERS, **forums.READERS, **policy.READERS}


def read(plan: CampaignPlanned, session: str, facts: Iterable[Fact]) -> SessionFacts:
    """Read facts in whatever order they come; for each aggregate the highest version counts."""
    mine = tuple(fact for fact in facts if fact.session == session and fact.type in _READERS)
    known = SessionFacts(plan, session, mine)
    for fact in mine:
        _READERS[fact.type](known, fact)
    return known


def at_closing(known: SessionFacts) -> SessionFacts:
    """Return what the approvals service had said when it closed the session and stated its control totals."""
    source = next((fact.source for fact in known.facts if fact.type == SessionClosed.type), None)
    earlier = [one for one in known.facts if one.source == source and one.sequence < known.closed_sequence]
    return read(known.plan, known.session, earlier)
