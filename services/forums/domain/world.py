"""The forums service's world: finds the rule for a posted event and applies the facts that follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.forums.domain import (
    acknowledging,
    agenda,
    attendance,
    closing,
    dispatching,
    forum,
    invitation,
    issues,
    minutes,
    roster,
    seats,
    survey_ends,
    surveys,
    vehicles,
)
from services.forums.domain.gathering import Arrangement, Consultation, Minutes, Need, Participant, Speech
from services.forums.domain.issue import Issue
from services.forums.domain.notices import Notice
from services.forums.domain.state import Changes, Forum, State, SurveyState
from services.forums.domain.surveying import Choice, Finding, Site, Surveyed
from shared.campaign import Registry
from shared.events import (
    AgendaSet,
    AttendanceTaken,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    Event,
    ForumHeld,
    ForumNeedReported,
    ForumNeedWithdrawn,
    IssueAcknowledged,
    IssueAnswered,
    IssueClosedOut,
    IssueCorrected,
    IssueDispatched,
    IssueExtended,
    IssueExtensionAsked,
    IssueExtensionRefused,
    IssueFeedbackGiven,
    IssueObjected,
    IssueObjectionDismissed,
    IssueRaised,
    IssueReassigned,
    IssueReopened,
    IssueResolved,
    IssueWithdrawn,
    MinutesRevised,
    ParticipantReplaced,
    ParticipantsConfirmed,
    ParticipantWithdrawn,
    RosterLocked,
    SpeakersListed,
    SpeechStarted,
    SurveyCalledOff,
    SurveyCorrected,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveySiteChosen,
    SurveySiteDropped,
    SurveySiteFiled,
    SurveySiteProposed,
    VehiclesArranged,
)
from shared.posted import Posted

E = TypeVar("E", bound=Event)


@dataclass
class ForumsWorld:
    """What bears on a group of posted events; deciding one changes it, so that the next one sees it."""

    registries: Mapping[str, Registry] = field(default_factory=dict)
    forums: dict[str, Forum] = field(default_factory=dict)
    issues: dict[tuple[str, str], Issue] = field(default_factory=dict)
    """By session and id; complete only for a session whose forum the group holds."""
    notices: dict[tuple[str, str, int, str], Notice] = field(default_factory=dict)
    """By session, issue, number and unit; those of the issues that the group acknowledges, and new ones."""
    rosters: dict[str, dict[str, Participant]] = field(default_factory=dict)
    """By session, whole, for each whose roster the group touches or whose forum it holds."""
    needs: dict[tuple[str, str], Need] = field(default_factory=dict)
    arrangements: dict[tuple[str, str], Arrangement] = field(default_factory=dict)
    """The newest fact of each kind, by session and wire type."""
    speeches: dict[str, list[Speech]] = field(default_factory=dict)
    consultations: dict[tuple[str, str], Consultation] = field(default_factory=dict)
    """Those the group names, and every one of a session whose forum it holds."""
    minutes: dict[str, Minutes] = field(default_factory=dict)
    """Each session's newest revision."""
    teams: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    """The policy teams heard of: (session, team) → their people as (unit, name)."""
    survey: Surveyed = field(default_factory=Surveyed)
    changes: Changes = field(default_factory=Changes)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow, or raise the refusal of the rule that forbids it."""
        return RULES[type(posted.event)](self, posted, posted.event)

    def put(self, state: State) -> None:
        self.changes.states.append(state)

    def put_forum(self, one: Forum) -> None:
        self.forums[one.session] = one
        self.put(one)

    def roster_of(self, session: str) -> dict[str, Participant]:
        """Return a session's roster by ids, the waitlist and who has withdrawn included."""
        return self.rosters.setdefault(session, {})

    def put_participant(self, one: Participant) -> None:
        self.roster_of(one.session)[one.participant] = one
        self.put(one)

    def put_need(self, need: Need) -> None:
        self.needs[need.session, need.need] = need
        self.put(need)

    def arranged(self, session: str, kind: type[E]) -> E | None:
        """Return what was arranged last for a session, by the type of its fact."""
        kept = self.arrangements.get((session, kind.type))
        return kind.model_validate(kept.data) if kept is not None else None

    def arrange(self, session: str, fact: Event) -> None:
        """Keep a fact as what is arranged now."""
        kept = Arrangement(session, fact.type, fact.model_dump(mode="json", exclude_none=True))
        self.arrangements[session, fact.type] = kept
        self.put(kept)

    def speeches_of(self, session: str) -> list[Speech]:
        """Return who has spoken for enterprises, in order."""
        return sorted(self.speeches.get(session, []), key=lambda one: one.number)

    def put_speech(self, speech: Speech) -> None:
        self.speeches.setdefault(speech.session, []).append(speech)
        self.put(speech)

    def put_consultation(self, one: Consultation) -> None:
        self.consultations[one.session, one.consultation] = one
        self.put(one)

    def put_minutes(self, revision: Minutes) -> None:
        self.minutes[revision.session] = revision
        self.put(revision)

    def put_issue(self, issue: Issue) -> None:
        self.issues[issue.session, issue.issue] = issue
        self.put(issue)

    def put_notice(self, notice: Notice) -> None:
        self.notices[notice.session, notice.issue, notice.number, notice.unit] = notice
        self.put(notice)

    def notices_of(self, session: str, issue: str) -> list[Notice]:
        """Return what units were told of an issue."""
        return [one for one in self.notices.values() if (one.session, one.issue) == (session, issue)]

    def put_survey(self, state: SurveyState) -> None:
        """Keep what became of a survey."""
        match state:
            case Site():
                self.survey.sites[state.session, state.site] = state
            case Choice():
                self.survey.choices[state.session, state.project_code] = state
            case Finding():
                self.survey.findings[state.session, state.finding] = state
            case _:
                self.survey.ended[state.session] = state
        self.put(state)


Rule = Callable[[ForumsWorld, Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {
    IssueRaised: issues.raise_issue,
    IssueAcknowledged: acknowledging.acknowledge,
    IssueAnswered: issues.answer,
    IssueCorrected: issues.correct,
    IssueWithdrawn: issues.withdraw,
    IssueDispatched: dispatching.dispatch,
    IssueObjected: dispatching.object_,
    IssueObjectionDismissed: dispatching.dismiss,
    IssueReassigned: dispatching.reassign,
    IssueExtensionAsked: dispatching.ask,
    IssueExtended: dispatching.extend,
    IssueExtensionRefused: dispatching.refuse_extension,
    IssueResolved: closing.resolve,
    IssueFeedbackGiven: closing.give_feedback,
    IssueClosedOut: closing.close_out,
    IssueReopened: closing.reopen,
    ForumHeld: forum.hold,
    ForumNeedReported: invitation.report,
    ForumNeedWithdrawn: invitation.withdraw_need,
    DepartmentsInvited: invitation.invite,
    ParticipantsConfirmed: roster.confirm,
    ParticipantWithdrawn: roster.withdraw,
    ParticipantReplaced: roster.replace_person,
    RosterLocked: roster.lock,
    AttendanceTaken: attendance.take,
    AgendaSet: agenda.set_agenda,
    SpeakersListed: agenda.list_speakers,
    SpeechStarted: agenda.speak,
    ConsultationSeatsStaffed: seats.staff,
    ConsultationGiven: seats.consult,
    VehiclesArranged: vehicles.arrange,
    MinutesRevised: minutes.revise,
    SurveySiteFiled: surveys.file_site,
    SurveySiteProposed: surveys.propose,
    SurveySiteChosen: surveys.choose,
    SurveySiteDropped: surveys.drop,
    SurveyFindingRecorded: surveys.record_finding,
    SurveyHeld: survey_ends.hold,
    SurveyCorrected: survey_ends.correct,
    SurveyCalledOff: survey_ends.call_off,
}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
