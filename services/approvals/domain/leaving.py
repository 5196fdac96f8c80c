"""What stands on a docket, what has left it, and what may take its place (rows 28, 30)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from services.approvals.domain import refusals
from services.approvals.domain.state import Application
from shared.events import ApplicationDocketed, ApplicationEvent, ApprovalSigned, Unit
from shared.problems import NotYet

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


def _where(world: ApprovalsWorld, application: Application) -> dict[str, str]:
    """Return on whose docket an application is, for systems and for people."""
    registry = world.registries.get(application.session.rpartition("-")[0])
    session = registry.session(application.session) if registry else None
    return {"session": application.session, "where": session.name if session else application.session}


def standing(world: ApprovalsWorld, event: ApplicationEvent) -> Application:
    """Return the application an event is about, on this session's docket and still to be decided there, or decided."""
    application = world.applications.get(event.subject)
    if application is None:
        raise NotYet(ApplicationDocketed.type, event.subject)
    if application.session != event.session:
        if application.standing:
            raise refusals.OtherSession(path="data.session", **_where(world, application))
        raise NotYet(ApplicationDocketed.type, event.subject)  # it may be docketed here yet
    if application.withdrawn is not None:
        raise refusals.Withdrawn(path="data.project_code", reason=application.withdrawn)
    if application.postponed is not None:
        raise refusals.Postponed(path="data.project_code", reason=application.postponed)
    return application


def replaceable(world: ApprovalsWorld, existing: Application, event: ApplicationDocketed) -> None:
    """Refuse a second docketing that neither supersedes the first nor takes up what another session put off (row 30).

    What was postponed is docketed in a later session as it is. What stands may be replaced in its own session, to
    mend the project's data, and what was withdrawn applied for anew in another, each by naming the docketing in force.
    """
    first = world.firsts.get((event.type, event.subject))
    known = _where(world, existing) | {"first_id": first.event_id if first else refusals.UNKNOWN}
    elsewhere = existing.session != event.session
    if existing.postponed is not None and elsewhere:
        _check_later(world, existing, event)
        return
    if event.supersedes is None:
        raise refusals.AlreadyDocketed(path="data.project_code", **known)
    if first is None or event.supersedes != first.event_id:
        raise refusals.SupersedesAnother(path="data.supersedes", **known)
    if existing.outcome is not None:
        raise refusals.AlreadyDocketed(path="data.project_code", **known)
    if existing.withdrawn is not None and not elsewhere:
        raise refusals.Withdrawn(path="data.session", reason=existing.withdrawn)
    if existing.postponed is not None:
        raise refusals.Postponed(path="data.session", reason=existing.postponed)
    if existing.withdrawn is None and elsewhere:
        raise refusals.OtherSession(path="data.session", **_where(world, existing))


def _check_later(world: ApprovalsWorld, existing: Application, event: ApplicationDocketed) -> None:
    registry = world.registries[event.campaign]
    before, after = registry.session(existing.session), registry.session(event.session)
    if before is not None and after is not None and after.position < before.position:
        raise refusals.Postponed(path="data.session", reason=existing.postponed)


def already_decided(world: ApprovalsWorld, application: Application, owner: Unit) -> refusals.AlreadyDecided:
    """Return the refusal that tells a second clerk whose decision stands, and since when (rows 25, 30)."""
    first = world.firsts.get((ApprovalSigned.type, application.subject))
    decision = json.loads(application.decision or "{}")
    signed_at = decision.get("signed_at")
    return refusals.AlreadyDecided(
        path="data.project_code",
        unit=owner.name,
        outcome=application.outcome,
        signed_by=decision.get("department_signatory", refusals.UNKNOWN),
        signed_at=datetime.fromisoformat(signed_at) if signed_at else refusals.UNKNOWN,
        first_id=first.event_id if first else refusals.UNKNOWN,
    )
