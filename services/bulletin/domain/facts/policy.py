"""Reads the policy teams, their visits, and what was asked there."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.facts.known import Reader, SessionFacts, Visit
from shared.envelope import Fact
from shared.events import (
    EnterpriseVisited,
    QuestionLeftOpen,
    TeamAssigned,
    TeamChanged,
    VisitCorrected,
    VisitsConcluded,
)


def _team(known: SessionFacts, fact: Fact) -> None:
    kind = TeamChanged if fact.type == TeamChanged.type else TeamAssigned
    team = kind.model_validate(fact.data)
    if fact.version > known.teams.get(team.team, (-1, team))[0]:
        known.teams[team.team] = (fact.version, team)


def _visited(known: SessionFacts, fact: Fact) -> None:
    visited = EnterpriseVisited.model_validate(fact.data)
    known.made.setdefault(visited.visit, Visit()).visited = visited


def _corrected(known: SessionFacts, fact: Fact) -> None:
    corrected = VisitCorrected.model_validate(fact.data)
    visit = known.made.setdefault(corrected.visit, Visit())
    if fact.version > visit.corrected_version:
        visit.corrected, visit.corrected_version = corrected, fact.version


def _left_open(known: SessionFacts, fact: Fact) -> None:
    question = QuestionLeftOpen.model_validate(fact.data)
    known.left_open[question.question] = question


def _visits(known: SessionFacts, fact: Fact) -> None:
    known.visits, known.visits_sequence = VisitsConcluded.model_validate(fact.data), fact.sequence


READERS: Final[Mapping[str, Reader]] = {
    TeamAssigned.type: _team,
    TeamChanged.type: _team,
    EnterpriseVisited.type: _visited,
    VisitCorrected.type: _corrected,
    QuestionLeftOpen.type: _left_open,
    VisitsConcluded.type: _visits,
}
