"""The policy service's world: finds the rule for a posted event and applies the facts that follow."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.policy.domain import brochures, library, needs, questions, teams, visits
from services.policy.domain.slots import Slot
from services.policy.domain.state import Brochure, Edition, Need, Policy, Question, State, Team, Visit, Visits
from shared.campaign import Registry
from shared.events import (
    BrochurePublished,
    EnterpriseVisited,
    Event,
    NeedCollected,
    NeedWithdrawn,
    OfficialNominated,
    PolicyAmended,
    PolicyListed,
    PolicyRepealed,
    QuestionAnswered,
    TeamAssigned,
    TeamChanged,
    VisitCancelled,
    VisitCorrected,
    VisitPlanned,
    VisitsConcluded,
)
from shared.posted import Posted


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    states: list[State] = field(default_factory=list)
    """In the order in which they changed; the last word of each counts."""
    slots: dict[str, list[Slot]] = field(default_factory=dict)
    """By what they belong to: replaces all that belonged to it."""


@dataclass
class PolicyWorld:
    """What bears on a group of posted events; deciding one changes it, so that the next one sees it."""

    registries: Mapping[str, Registry] = field(default_factory=dict)
    visits: dict[str, Visits] = field(default_factory=dict)
    teams: dict[tuple[str, str], Team] = field(default_factory=dict)
    """By session and id; complete only for a session whose visits the group concludes."""
    visit_log: dict[tuple[str, str], Visit] = field(default_factory=dict)
    """By session and id; complete for every session in which the group plans, makes or concludes visits."""
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    needs: dict[tuple[str, str], Need] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    brochures: dict[str, Brochure] = field(default_factory=dict)
    """By subject."""
    editions: dict[str, Edition] = field(default_factory=dict)
    """The newest edition of each of these brochures, by code."""
    codes: set[str] = field(default_factory=set)
    """Codes in use, of those the group may give."""
    files: Container[str] = ()
    """Hashes of the files handed in, of those the group names."""
    starts: Mapping[str, Sequence[date]] = field(default_factory=dict)
    """The announced days of each campaign's sessions."""
    slots: list[Slot] = field(default_factory=list)
    """What the people of the group's teams are booked for."""
    changes: Changes = field(default_factory=Changes)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow, or raise the refusal of the rule that forbids it."""
        return RULES[type(posted.event)](self, posted, posted.event)

    def put(self, state: State) -> None:
        self.changes.states.append(state)

    def put_day(self, day: Visits) -> None:
        self.visits[day.session] = day
        self.put(day)

    def put_team(self, team: Team, slots: list[Slot]) -> None:
        """Keep a team; its slots replace those it had."""
        ref = teams.team_ref(team.session, team.team)
        self.teams[team.session, team.team] = team
        self.slots = [slot for slot in self.slots if slot.ref != ref] + slots
        self.changes.slots[ref] = slots
        self.put(team)

    def put_visit(self, visit: Visit) -> None:
        self.visit_log[visit.session, visit.visit] = visit
        self.put(visit)

    def put_question(self, question: Question) -> None:
        self.questions[question.session, question.question] = question
        self.put(question)

    def put_policy(self, policy: Policy) -> None:
        self.policies[policy.policy] = policy
        self.put(policy)

    def put_brochure(self, subject: str, brochure: Brochure, edition: Edition) -> None:
        """Keep a brochure with its newest edition."""
        self.brochures[subject] = brochure
        self.editions[brochure.code] = edition
        self.codes.add(brochure.code)
        self.put(brochure)
        self.put(edition)


Rule = Callable[[PolicyWorld, Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {
    NeedCollected: needs.collect,
    NeedWithdrawn: needs.withdraw,
    OfficialNominated: needs.nominate,
    PolicyListed: library.list_policy,
    PolicyAmended: library.amend,
    PolicyRepealed: library.repeal,
    BrochurePublished: brochures.publish,
    TeamAssigned: teams.assign,
    TeamChanged: teams.change,
    VisitPlanned: visits.plan_visit,
    EnterpriseVisited: visits.visit,
    VisitCorrected: visits.correct,
    VisitCancelled: visits.cancel,
    QuestionAnswered: questions.answer,
    VisitsConcluded: visits.conclude,
}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
