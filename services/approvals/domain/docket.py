"""The docket: which applications are to be decided at a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import refusals
from services.approvals.domain.owners import owner_of
from services.approvals.domain.state import Application, legal_levels, legal_scopes
from shared.campaign import allow, allow_division, planned
from shared.events import ApplicationDocketed, ApplicationEvent, ApplicationWithdrawn, Event, PlannedSession
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import Level, Role

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


def check_level(session: PlannedSession, event: ApplicationEvent) -> None:
    """Refuse a level that this kind of session does not decide at (row 18)."""
    if event.level not in legal_levels(session.kind):
        raise refusals.LevelNotHere(path="data.level", level=event.level)


def _keeps_the_docket(posted: Posted, session: PlannedSession) -> None:
    """Let the city DRC keep every docket, a banner's DRC its own session's (notice §二(一)6(1))."""
    allow(posted, Role.DRC)
    if posted.caller.level is Level.BANNER:
        allow_division(posted, session)


def add(world: ApprovalsWorld, posted: Posted, event: ApplicationDocketed) -> Sequence[Event]:
    """Put an application on the docket, once per campaign (rows 13 to 16, 30)."""
    registry, session = planned(world.registries, event)
    _keeps_the_docket(posted, session)
    check_level(session, event)
    if event.project.scope not in legal_scopes(session.kind):
        scope = event.project.scope
        raise refusals.ScopeNotHere(path="data.project.scope", kind=session.kind, scope=scope)
    owner_of(registry, session, event)
    if (first := world.applications.get(event.subject)) is not None:
        raise refusals.AlreadyDocketed(path="data.project_code", session=first.session)
    world.put_application(
        Application(
            subject=event.subject,
            session=event.session,
            project_code=event.project_code,
            formality=event.formality,
            level=event.level,
            project_name=event.project.name,
            scope=event.project.scope,
            owner_code=event.project.owner_code,
            owner_name=event.project.owner_name,
        )
    )
    return [event]


def withdraw(world: ApprovalsWorld, posted: Posted, event: ApplicationWithdrawn) -> Sequence[Event]:
    """Take an undecided application off the docket; it stays in the ledger with the reason (row 28)."""
    registry, session = planned(world.registries, event)
    _keeps_the_docket(posted, session)
    application = standing(world, event)
    if application.outcome is not None:
        owner = owner_of(registry, session, event)
        raise refusals.AlreadyDecided(path="data.project_code", unit=owner.name, outcome=application.outcome)
    world.put_application(application._replace(withdrawn=event.reason))
    return [event]


def standing(world: ApprovalsWorld, event: ApplicationEvent) -> Application:
    """Return the application an event is about, on this session's docket and not withdrawn."""
    application = world.applications.get(event.subject)
    if application is None:
        raise NotYet(ApplicationDocketed.type, event.subject)
    if application.session != event.session:
        raise refusals.OtherSession(path="data.session", session=application.session)
    if application.withdrawn is not None:
        raise refusals.Withdrawn(path="data.project_code", reason=application.withdrawn)
    return application
