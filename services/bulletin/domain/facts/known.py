"""What is known of one session; each topic's file fills its part."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.envelope import Fact
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
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
from shared.vocabulary import Formality, Level


@dataclass
class Case:
    """What is known of one application."""

    docketed: ApplicationDocketed | None = None
    docketed_version: int = -1
    withdrawn: ApplicationWithdrawn | None = None
    postponed: ApplicationPostponed | None = None
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
    assigned: dict[tuple[Level, Formality], tuple[int, str]] = field(default_factory=dict)
    """Formalities given to another bureau at this session: version of the fact, and the bureau."""
    cases: dict[str, Case] = field(default_factory=dict)
    issues: dict[str, IssueRaised] = field(default_factory=dict)
    forum: ForumHeld | None = None
    teams: dict[str, TeamAssigned] = field(default_factory=dict)
    visits: VisitsConcluded | None = None

    @property
    def within(self) -> timedelta:
        """The time from closing to the limit."""
        return self.plan.switches.bulletin_within


Reader = Callable[[SessionFacts, Fact], None]
"""Takes one fact into what is known; facts come in any order."""
