"""Reads the policy teams and their visits."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.facts.known import Reader, SessionFacts
from shared.envelope import Fact
from shared.events import TeamAssigned, VisitsConcluded


def _team(known: SessionFacts, fact: Fact) -> None:
    team = TeamAssigned.model_validate(fact.data)
    known.teams[team.team] = team


def _visits(known: SessionFacts, fact: Fact) -> None:
    known.visits = VisitsConcluded.model_validate(fact.data)


READERS: Final[Mapping[str, Reader]] = {
    TeamAssigned.type: _team,
    VisitsConcluded.type: _visits,
}
