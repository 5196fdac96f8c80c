"""The twenty minutes: deciding and correcting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import documents, followup, prereview, refusals
from services.approvals.domain.leaving import already_decided, standing
from services.approvals.domain.owners import deciding_unit
from services.approvals.domain.state import Application, First
from shared.clock import shanghai_date
from shared.events import (
    ApplicationEvent,
    ApprovalCorrected,
    ApprovalSigned,
    DocketLocked,
    Event,
    SessionOpened,
)
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import Outcome

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


def _check_due(event: ApprovalSigned | ApprovalCorrected) -> None:
    """Refuse deferred materials due before the day of signing (row 19)."""
    if event.deferral is not None and event.deferral.due < (signed := shanghai_date(event.signed_at)):
        raise refusals.DueBeforeSigning(path="data.deferral.due", due=event.deferral.due, signed=signed)


def sign(world: ApprovalsWorld, posted: Posted, event: ApprovalSigned) -> Sequence[Event]:
    """Record a department's decision, once per application (rows 15 to 18, 22, 25, 29, 30)."""
    owner = deciding_unit(world, posted, event)
    _check_due(event)
    application = standing(world, event)
    session = world.sessions[event.session]
    if session.opened_at is None:
        raise NotYet(SessionOpened.type, event.session)
    if application.outcome is not None:
        raise already_decided(world, application, owner)
    if session.docket_locked_at is None and world.registries[event.campaign].plan.switches.locked_docket:
        raise NotYet(DocketLocked.type, event.session)
    prereview.check(world, event)
    documents.keep(world, event, owner)
    world.firsts[event.type, event.subject] = First(posted.id, posted.caller.unit)
    world.put_application(application._replace(outcome=event.outcome, decision=posted.payload))
    followup.begin(world, event, owner.name)
    return [event]


def decided(world: ApprovalsWorld, event: ApplicationEvent) -> Application:
    """Return an application that has its decision, for what can only follow one."""
    application = standing(world, event)
    if application.outcome is None:
        raise NotYet(ApprovalSigned.type, event.subject)
    return application


def correct(world: ApprovalsWorld, posted: Posted, event: ApprovalCorrected) -> Sequence[Event]:
    """Replace a decision by a corrected one; both stay in the history (row 25)."""
    owner = deciding_unit(world, posted, event)
    _check_due(event)
    application = decided(world, event)
    if event.outcome is Outcome.FORWARDED and application.licences:
        raise refusals.NoLicenceWhenForwarded(path="data.outcome")
    prereview.check(world, event)
    documents.keep(world, event, owner)
    world.put_application(application._replace(outcome=event.outcome, decision=posted.payload, amended=True))
    followup.begin(world, event, owner.name)
    return [event]
