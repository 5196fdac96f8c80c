"""The approvals service's world: finds the rule for a posted event and applies the facts that follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.approvals.domain import docket, followup, sessions, signing
from services.approvals.domain.followed import FollowUp
from services.approvals.domain.state import Application, Changes, Session
from shared.campaign import Registry
from shared.events import (
    ApplicationDocketed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    DeferralMadeGood,
    DeferralRevoked,
    Event,
    ForwardReceived,
    ForwardResolved,
    LicenceIssued,
    SessionClosed,
    SessionOpened,
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
    followups: dict[str, FollowUp] = field(default_factory=dict)
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

    def of_session(self, session: str) -> list[Application]:
        """Return the applications of a session; complete only when a group closes it."""
        return [one for one in self.applications.values() if one.session == session]


Rule = Callable[["ApprovalsWorld", Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {
    CampaignPlanned: sessions.plan,
    SessionScheduled: sessions.schedule,
    SessionOpened: sessions.open_session,
    SessionClosed: sessions.close,
    ApplicationDocketed: docket.add,
    ApplicationWithdrawn: docket.withdraw,
    ApprovalSigned: signing.sign,
    ApprovalCorrected: signing.correct,
    LicenceIssued: signing.issue_licence,
    DeferralMadeGood: followup.make_good,
    DeferralRevoked: followup.revoke,
    ForwardReceived: followup.receive,
    ForwardResolved: followup.resolve,
}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
