"""What is known of one session; each topic's file fills its part."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.envelope import Fact
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    EnterpriseVisited,
    FollowUpEvent,
    ForumHeld,
    IssueRaised,
    IssueStanding,
    LicenceCorrected,
    LicenceIssued,
    QuestionLeftOpen,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
    SurveyCalledOff,
    SurveyFindingRecorded,
    SurveyReport,
    SurveySiteChosen,
    SurveySiteFiled,
    TeamComposition,
    VisitCorrected,
    VisitRecord,
    VisitsConcluded,
)
from shared.identifiers import licence_number
from shared.vocabulary import Formality, Level, SessionKind


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
    licences: dict[int, LicenceIssued] = field(default_factory=dict)
    """By version of the fact."""
    licence_corrections: dict[int, LicenceCorrected] = field(default_factory=dict)

    def licences_now(self) -> list[tuple[str, str]]:
        """Return kind and number of each licence as they were put right last, in the order of their numbers."""
        on_record: list[tuple[str, str]] = []
        facts: dict[int, LicenceIssued | LicenceCorrected] = {**self.licences, **self.licence_corrections}
        for _, fact in sorted(facts.items()):
            if isinstance(fact, LicenceIssued):
                on_record.append((fact.licence_type, fact.number))
                continue
            wrong = licence_number(fact.number)
            on_record = [
                (fact.licence_type or kind, fact.right_number) if licence_number(number) == wrong else (kind, number)
                for kind, number in on_record
            ]
        return sorted(on_record, key=lambda one: one[1])


@dataclass
class IssueFacts:
    """What is known of one issue: how it was raised, and what the forums service says of it fact by fact."""

    raised: IssueRaised | None = None
    raised_sequence: int = 0
    standings: dict[int, tuple[int, datetime, IssueStanding]] = field(default_factory=dict)
    """By version: sequence and time of a fact, and how the issue stands after it."""

    def standing_at(self, sequence: int) -> IssueStanding | None:
        """Return how it stands after the last fact up to a sequence."""
        upto = [version for version, (place, _, _) in self.standings.items() if place <= sequence]
        return self.standings[max(upto)][2] if upto else None

    @property
    def newest(self) -> IssueStanding | None:
        return self.standings[max(self.standings)][2] if self.standings else None

    def told_until(self, moment: datetime) -> list[int]:
        """Return the sequences of what was said of it until a moment."""
        return [place for place, time, _ in self.standings.values() if time <= moment]


@dataclass
class Site:
    """A project that was chosen for the survey, or dropped again."""

    chosen: SurveySiteChosen | None = None
    chosen_version: int = -1
    dropped_version: int = -1


@dataclass
class Visit:
    """A visit as it was logged, and as it was corrected."""

    visited: EnterpriseVisited | None = None
    corrected: VisitCorrected | None = None
    corrected_version: int = -1

    @property
    def log(self) -> VisitRecord | None:
        """What counts of it: the newest correction, else the log."""
        return self.corrected or self.visited


@dataclass
class FollowedCase:
    """An application that another session decided, and what followed."""

    session: str = ""
    decisions: dict[int, tuple[int, ApprovalSigned | ApprovalCorrected]] = field(default_factory=dict)
    """By version, with the fact's sequence."""
    followups: dict[int, tuple[int, FollowUpEvent]] = field(default_factory=dict)
    """By version, with the fact's sequence."""
    docketed: ApplicationDocketed | None = None


@dataclass
class Earlier:
    """What is known of the campaign's other sessions."""

    closings: dict[str, int] = field(default_factory=dict)
    """Each session's SessionClosed by its sequence at the approvals service."""
    forums: dict[str, int] = field(default_factory=dict)
    """Each session's ForumHeld by its sequence at the forums service."""
    announced: dict[str, tuple[int, SessionCancelled | None]] = field(default_factory=dict)
    """Each session's newest announcement by its version; its cancellation, if that is the last word."""
    cases: dict[str, FollowedCase] = field(default_factory=dict)
    issues: dict[tuple[str, str], IssueFacts] = field(default_factory=dict)


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
    issues: dict[str, IssueFacts] = field(default_factory=dict)
    forum: ForumHeld | None = None
    forum_sequence: int = 0
    sites: dict[str, Site] = field(default_factory=dict)
    """By project code: what was chosen on the day."""
    filed: dict[str, tuple[int, SurveySiteFiled]] = field(default_factory=dict)
    findings: dict[str, SurveyFindingRecorded] = field(default_factory=dict)
    survey: SurveyReport | None = None
    """As it was told at its end, or put right last."""
    survey_sequence: int = 0
    called_off: SurveyCalledOff | None = None
    called_off_sequence: int = 0
    teams: dict[str, tuple[int, TeamComposition]] = field(default_factory=dict)
    """The newest composition of each team, with its version."""
    made: dict[str, Visit] = field(default_factory=dict)
    left_open: dict[str, QuestionLeftOpen] = field(default_factory=dict)
    visits: VisitsConcluded | None = None
    visits_sequence: int = 0
    earlier: Earlier = field(default_factory=Earlier)
    """The campaign's other sessions, as far as this one's bulletin follows them up."""

    @property
    def is_session(self) -> bool:
        """Tell a session of the plan from the campaign's wrap-up."""
        return any(one.session == self.session for one in self.plan.sessions)

    @property
    def has_forum(self) -> bool:
        """Tell whether its plan has a forum: the city session's has none."""
        return any(one.session == self.session and one.kind is SessionKind.BANNER for one in self.plan.sessions)

    @property
    def no_survey(self) -> SurveyCalledOff | None:
        """Why the survey was not held, where the last word of its end is that it was called off."""
        return self.called_off if self.called_off_sequence > self.survey_sequence else None

    @property
    def within(self) -> timedelta:
        """The time from closing to the limit."""
        return self.plan.switches.bulletin_within


Reader = Callable[[SessionFacts, Fact], None]
"""Takes one fact into what is known; facts come in any order."""
