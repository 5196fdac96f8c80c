"""One session's facts, read into what the fold needs: the plan, and each aggregate's newest word."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.envelope import Fact
from shared.events import (
    ApplicationDocketed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    ForumHeld,
    IssueRaised,
    LicenceIssued,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
    TeamAssigned,
    VisitsConcluded,
)


@dataclass
class Case:
    """What is known of one application."""

    docketed: ApplicationDocketed | None = None
    withdrawn: ApplicationWithdrawn | None = None
    decision: ApprovalSigned | ApprovalCorrected | None = None
    decision_version: int = -1
    amended: bool = False
    licences: dict[str, LicenceIssued] = field(default_factory=dict)


@dataclass
class SessionFacts:
    """What is known of one session, whatever order it was learnt in."""

    plan: CampaignPlanned
    session: str
    facts: tuple[Fact, ...] = ()
    scheduled: SessionScheduled | None = None
    scheduled_version: int = -1
    opened: SessionOpened | None = None
    closed: SessionClosed | None = None
    closed_sequence: int = 0
    cases: dict[str, Case] = field(default_factory=dict)
    issues: dict[str, IssueRaised] = field(default_factory=dict)
    forum: ForumHeld | None = None
    teams: dict[str, TeamAssigned] = field(default_factory=dict)
    visits: VisitsConcluded | None = None

    def at_closing(self) -> "SessionFacts":
        """Return what the approvals service had said when it closed the session and stated its control totals."""
        source = next((fact.source for fact in self.facts if fact.type == SessionClosed.type), None)
        earlier = [one for one in self.facts if one.source == source and one.sequence < self.closed_sequence]
        return read(self.plan, self.session, earlier)

    @property
    def within(self) -> timedelta:
        """The time from closing to the limit."""
        return self.plan.switches.bulletin_within


def read(plan: CampaignPlanned, session: str, facts: Iterable[Fact]) -> SessionFacts:
    """Read facts in whatever order they come; for each aggregate the highest version counts."""
    mine = tuple(fact for fact in facts if fact.session == session and fact.type in _READERS)
    known = SessionFacts(plan, session, mine)
    for fact in mine:
        _READERS[fact.type](known, fact)
    return known


def _case(known: SessionFacts, fact: Fact) -> Case:
    return known.cases.setdefault(fact.subject, Case())


def _scheduled(known: SessionFacts, fact: Fact) -> None:
    if fact.version > known.scheduled_version:
        known.scheduled = SessionScheduled.model_validate(fact.data)
        known.scheduled_version = fact.version


def _opened(known: SessionFacts, fact: Fact) -> None:
    known.opened = SessionOpened.model_validate(fact.data)


def _closed(known: SessionFacts, fact: Fact) -> None:
    known.closed = SessionClosed.model_validate(fact.data)
    known.closed_sequence = fact.sequence


def _docketed(known: SessionFacts, fact: Fact) -> None:
    _case(known, fact).docketed = ApplicationDocketed.model_validate(fact.data)


def _withdrawn(known: SessionFacts, fact: Fact) -> None:
    _case(known, fact).withdrawn = ApplicationWithdrawn.model_validate(fact.data)


def _signed(known: SessionFacts, fact: Fact) -> None:
    case = _case(known, fact)
    if fact.version > case.decision_version:
        case.decision = ApprovalSigned.model_validate(fact.data)
        case.decision_version = fact.version


def _corrected(known: SessionFacts, fact: Fact) -> None:
    case = _case(known, fact)
    case.amended = True
    if fact.version > case.decision_version:
        case.decision = ApprovalCorrected.model_validate(fact.data)
        case.decision_version = fact.version


def _licence(known: SessionFacts, fact: Fact) -> None:
    licence = LicenceIssued.model_validate(fact.data)
    _case(known, fact).licences[licence.number] = licence


def _issue(known: SessionFacts, fact: Fact) -> None:
    issue = IssueRaised.model_validate(fact.data)
    known.issues[issue.issue] = issue


def _forum(known: SessionFacts, fact: Fact) -> None:
    known.forum = ForumHeld.model_validate(fact.data)


def _team(known: SessionFacts, fact: Fact) -> None:
    team = TeamAssigned.model_validate(fact.data)
    known.teams[team.team] = team


def _visits(known: SessionFacts, fact: Fact) -> None:
    known.visits = VisitsConcluded.model_validate(fact.data)


_READERS = {
    SessionScheduled.type: _scheduled,
    SessionOpened.type: _opened,
    SessionClosed.type: _closed,
    ApplicationDocketed.type: _docketed,
    ApplicationWithdrawn.type: _withdrawn,
    ApprovalSigned.type: _signed,
    ApprovalCorrected.type: _corrected,
    LicenceIssued.type: _licence,
    IssueRaised.type: _issue,
    ForumHeld.type: _forum,
    TeamAssigned.type: _team,
    VisitsConcluded.type: _visits,
}
