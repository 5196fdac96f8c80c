"""The approvals service's world: finds the rule for a posted event and applies the facts that follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.approvals.domain import (
    actions,
    docket,
    duties,
    followup,
    licences,
    owners,
    prereview,
    queue,
    seats,
    sessions,
    signing,
    timetable,
)
from services.approvals.domain.followed import FollowUp
from services.approvals.domain.prereview import Prereview
from services.approvals.domain.projects import Project, ProjectKey
from services.approvals.domain.queue import Place
from services.approvals.domain.state import Application, Changes, Departure, DutyKey, First, Fulfilment, Session
from shared.campaign import Registry
from shared.events import (
    ActionScheduled,
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationPrereviewed,
    ApplicationReturned,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    DeferralMadeGood,
    DeferralRevoked,
    DocketLocked,
    DutyFulfilled,
    DutyReopened,
    EnterpriseCalled,
    EnterpriseFinished,
    EnterpriseRecalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    Event,
    FormalityAssigned,
    ForwardReceived,
    ForwardResolved,
    LicenceCorrected,
    LicenceIssued,
    SeatsArranged,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionReady,
    SessionRescheduled,
    SessionScheduled,
)
from shared.posted import Posted


@dataclass
class ApprovalsWorld:
    """What bears on a group of posted events; deciding one changes it, so that the next one sees it."""

    registries: dict[str, Registry] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    docketed: frozenset[str] = frozenset()
    """The applications that stood on a docket when the group came."""
    licences: dict[tuple[str, str], str] = field(default_factory=dict)
    """Licence numbers in use: (issuing unit, number) → application."""
    licensed: frozenset[tuple[str, str]] = frozenset()
    """The numbers that were in use when the group came."""
    followups: dict[str, FollowUp] = field(default_factory=dict)
    documents: dict[tuple[str, str], str] = field(default_factory=dict)
    """Document numbers in use: (issuing unit, number) → project."""
    prereviews: dict[str, Prereview] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    """The queues: (session, enterprise) → place."""
    departures: list[Departure] = field(default_factory=list)
    projects: dict[ProjectKey, Project] = field(default_factory=dict)
    """The registry of projects, as far as they are docketed now."""
    registered: frozenset[ProjectKey] = frozenset()
    """The projects that were in the registry when the group came."""
    firsts: dict[tuple[str, str], First] = field(default_factory=dict)
    """(event type, application) → the post it came from; loaded for those posted a second time."""
    duties: dict[DutyKey, Fulfilment] = field(default_factory=dict)
    """How duties stand; loaded for events of duties and of readiness."""
    changes: Changes = field(default_factory=Changes)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow, or raise the refusal of the rule that forbids it."""
        return RULES[type(posted.event)](self, posted, posted.event)

    def put_session(self, session: Session) -> None:
        self.sessions[session.session] = session
        self.changes.sessions.add(session.session)

    def put_application(self, application: Application) -> None:
        self.applications[application.subject] = application
        self.changes.applications.add(application.subject)

    def put_followup(self, follow: FollowUp) -> None:
        self.followups[follow.subject] = follow
        self.changes.followups.add(follow.subject)

    def put_prereview(self, review: Prereview) -> None:
        self.prereviews[review.subject] = review
        self.changes.prereviews.add(review.subject)

    def put_project(self, project: Project) -> None:
        self.projects[project.campaign, project.project_code] = project
        self.changes.projects.add((project.campaign, project.project_code))

    def put_place(self, place: Place) -> None:
        self.places[place.session, place.owner_code] = place
        self.changes.places.add((place.session, place.owner_code))

    def put_duty(self, fulfilment: Fulfilment) -> None:
        self.duties[fulfilment.key] = fulfilment
        self.changes.duties.add(fulfilment.key)

    def leave(self, application: Application, session: str) -> None:
        """Let an application's docketing be replaced; a session it leaves for another keeps it in its ledger."""
        self.changes.moved.add(application.subject)
        if application.session != session:
            reason = application.postponed or application.withdrawn or ""
            gone = application.withdrawn is not None
            departure = Departure(application.session, application.subject, reason, withdrawn=gone)
            self.departures.append(departure)
            self.changes.departures.append(departure)

    def queue_of(self, session: str) -> list[Place]:
        """Return a session's places; complete for a group that moves its queue."""
        return [place for place in self.places.values() if place.session == session]

    def left(self, session: str) -> list[Departure]:
        """Return what left a session for another; complete only when a group closes it."""
        return [one for one in self.departures if one.session == session]

    def of_session(self, session: str) -> list[Application]:
        """Return the applications of a session; complete only when a group closes it."""
        return [one for one in self.applications.values() if one.session == session]


Rule = Callable[["ApprovalsWorld", Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {
    CampaignPlanned: sessions.plan,
    SessionScheduled: timetable.schedule,
    SessionRescheduled: timetable.reschedule,
    SessionCancelled: timetable.cancel,
    ActionScheduled: actions.schedule_action,
    DutyFulfilled: duties.fulfil,
    DutyReopened: duties.reopen,
    SessionReady: duties.declare_ready,
    SessionOpened: sessions.open_session,
    SessionClosed: sessions.close,
    ApplicationDocketed: docket.add,
    ApplicationWithdrawn: docket.withdraw,
    ApplicationPostponed: docket.postpone,
    DocketLocked: docket.lock,
    FormalityAssigned: owners.assign,
    ApplicationPrereviewed: prereview.pass_,
    ApplicationReturned: prereview.return_,
    SeatsArranged: seats.arrange,
    EnterpriseCalled: queue.call,
    EnterpriseSeated: queue.seat,
    EnterpriseSkipped: queue.skip,
    EnterpriseRecalled: queue.recall,
    EnterpriseFinished: queue.finish,
    ApprovalSigned: signing.sign,
    ApprovalCorrected: signing.correct,
    LicenceIssued: licences.issue_licence,
    LicenceCorrected: licences.correct_licence,
    DeferralMadeGood: followup.make_good,
    DeferralRevoked: followup.revoke,
    ForwardReceived: followup.receive,
    ForwardResolved: followup.resolve,
}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
