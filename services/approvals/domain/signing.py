"""The twenty minutes: deciding, correcting, issuing licences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import followup, refusals
from services.approvals.domain.docket import check_level, standing
from services.approvals.domain.owners import deciding
from services.approvals.domain.state import Application
from shared.campaign import planned
from shared.clock import shanghai_date
from shared.events import (
    ApplicationEvent,
    ApprovalCorrected,
    ApprovalSigned,
    Event,
    LicenceIssued,
    SessionOpened,
    Unit,
)
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import Outcome

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


def _owner(world: ApprovalsWorld, posted: Posted, event: ApplicationEvent) -> Unit:
    """Return the unit that decides the application, which must be the caller (row 15)."""
    registry, session = planned(world.registries, event)
    check_level(session, event)
    return deciding(registry, session, posted, event)


def _check_due(event: ApprovalSigned | ApprovalCorrected) -> None:
    """Refuse deferred materials due before the day of signing (row 19)."""
    if event.deferral is not None and event.deferral.due < (signed := shanghai_date(event.signed_at)):
        raise refusals.DueBeforeSigning(path="data.deferral.due", due=event.deferral.due, signed=signed)


def sign(world: ApprovalsWorld, posted: Posted, event: ApprovalSigned) -> Sequence[Event]:
    """Record a department's decision, once per application (rows 15, 18, 25, 30)."""
    owner = _owner(world, posted, event)
    _check_due(event)
    application = standing(world, event)
    if world.sessions[event.session].opened_at is None:
        raise NotYet(SessionOpened.type, event.session)
    if application.outcome is not None:
        raise refusals.AlreadyDecided(path="data.project_code", unit=owner.name, outcome=application.outcome)
    world.put_application(application._replace(outcome=event.outcome, decision=posted.payload))
    followup.begin(world, event, owner.name)
    return [event]


def _decided(world: ApprovalsWorld, event: ApplicationEvent) -> Application:
    application = standing(world, event)
    if application.outcome is None:
        raise NotYet(ApprovalSigned.type, event.subject)
    return application


def correct(world: ApprovalsWorld, posted: Posted, event: ApprovalCorrected) -> Sequence[Event]:
    """Replace a decision by a corrected one; both stay in the history (row 25)."""
    owner = _owner(world, posted, event)
    _check_due(event)
    application = _decided(world, event)
    if event.outcome is Outcome.FORWARDED and application.licences:
        raise refusals.NoLicenceWhenForwarded(path="data.outcome")
    world.put_application(application._replace(outcome=event.outcome, decision=posted.payload, amended=True))
    followup.begin(world, event, owner.name)
    return [event]


def issue_licence(world: ApprovalsWorld, posted: Posted, event: LicenceIssued) -> Sequence[Event]:
    """Record a licence made on the spot; its number is unique per issuer (row 21)."""
    owner = _owner(world, posted, event)
    application = _decided(world, event)
    if application.outcome is Outcome.FORWARDED:
        raise refusals.NoLicenceWhenForwarded(path="data.project_code")
    if (owner.code, event.number) in world.licences:
        raise refusals.LicenceNumberTaken(path="data.number", unit=owner.name, number=event.number)
    world.licences[owner.code, event.number] = event.subject
    world.changes.licences.append((owner.code, event.number, event.subject))
    world.put_application(application._replace(licences=application.licences + 1))
    return [event]
