"""The docket: which applications are to be decided at a session; locked before the day, changed late with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import projects, queue, refusals
from services.approvals.domain.leaving import already_decided, replaceable, standing
from services.approvals.domain.owners import check_level, owner_of
from services.approvals.domain.state import Application, First, Session, legal_scopes
from shared.campaign import StatedByService, UnknownSession, allow, allow_division, planned
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationWithdrawn,
    DocketLocked,
    Event,
    PlannedSession,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Level, Role

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class LateNeedsReason(Refused):
    """The docket is locked; what comes late says why."""

    row = 16
    zh = "本场审批清单已于{at}锁定，增列事项须填写理由（late_reason）"
    en = "The docket was locked at {at}; a late addition needs its reason (late_reason)"


class AlreadyLocked(Refused):
    """The docket was locked before."""

    status = 409
    row = 16
    zh = "本场审批清单已于{at}锁定"
    en = "The docket was locked at {at}"


class EmptyDocket(Refused):
    """There is nothing on the docket to lock."""

    row = 16
    zh = "审批清单上没有事项，不能锁定"
    en = "The docket is empty; there is nothing to lock"


class NoSuchTarget(Refused):
    """An application can be put off to a later session of the campaign only."""

    row = 28
    zh = "只能延期至本次行动中排在后面的场次，{session}不是"
    en = "It can be put off to a later session of the campaign only, which {session} is not"


def keeps_the_docket(posted: Posted, session: PlannedSession) -> None:
    """Let the city DRC keep every docket, a banner's DRC its own session's (notice §二(一)6(1))."""
    allow(posted, Role.DRC)
    if posted.caller.level is Level.BANNER:
        allow_division(posted, session)


def late(state: Session) -> bool | None:
    """Tell whether a change of the docket comes after its locking; None, which no fact carries, before."""
    return True if state.docket_locked_at is not None else None


def add(world: ApprovalsWorld, posted: Posted, event: ApplicationDocketed) -> Sequence[Event]:
    """Put an application on the docket, once per campaign (rows 13 to 16, 30)."""
    _, session = planned(world.registries, event)
    keeps_the_docket(posted, session)
    check_level(session, event)
    if event.project.scope not in legal_scopes(session.kind):
        scope = event.project.scope
        raise refusals.ScopeNotHere(path="data.project.scope", kind=session.kind, scope=scope)
    owner_of(world, event)
    existing, state = world.applications.get(event.subject), world.sessions[event.session]
    if existing is not None:
        replaceable(world, existing, event)
    elif event.supersedes is not None:
        raise NotYet(ApplicationDocketed.type, event.subject)
    fact = _marked(state, event)
    projects.register(world, event)
    if existing is not None:
        world.leave(existing, event.session)
    world.firsts[event.type, event.subject] = First(posted.id, posted.caller.unit)
    world.put_application(_application(event))
    if fact is not event:
        queue.append(world, event.session, event.project.owner_code, event.project.owner_name)
    return [fact]


def _marked(state: Session, event: ApplicationDocketed) -> ApplicationDocketed:
    """Return the event itself, or marked as late once the docket is locked; that needs a reason (row 16)."""
    if event.late is not None:
        raise StatedByService(path="data.late")
    if state.docket_locked_at is None:
        return event
    if event.late_reason is None:
        raise LateNeedsReason(path="data.late_reason", at=state.docket_locked_at)
    return event.model_copy(update={"late": True})


def _application(event: ApplicationDocketed) -> Application:
    return Application(
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


def withdraw(world: ApprovalsWorld, posted: Posted, event: ApplicationWithdrawn) -> Sequence[Event]:
    """Take an undecided application off the docket; it stays in the ledger with the reason (row 28)."""
    application = _leaving(world, posted, event)
    world.put_application(application._replace(withdrawn=event.reason))
    return [_late(world, event)]


def postpone(world: ApprovalsWorld, posted: Posted, event: ApplicationPostponed) -> Sequence[Event]:
    """Put an undecided application off: it leaves this docket and queue, and may be docketed later (row 28)."""
    application = _leaving(world, posted, event)
    registry, session = planned(world.registries, event)
    if event.to_session is not None:
        target = registry.session(event.to_session)
        if target is None:
            raise UnknownSession(path="data.to_session", session=event.to_session)
        if target.position <= session.position:
            raise NoSuchTarget(path="data.to_session", session=target.name)
    world.put_application(application._replace(postponed=event.reason))
    world.changes.moved.add(event.subject)
    return [_late(world, event)]


def _leaving(world: ApprovalsWorld, posted: Posted, event: ApplicationWithdrawn | ApplicationPostponed) -> Application:
    """Return the application that is to leave the docket: standing, undecided, asked for by who keeps the docket."""
    _, session = planned(world.registries, event)
    keeps_the_docket(posted, session)
    if event.late is not None:
        raise StatedByService(path="data.late")
    application = standing(world, event)
    if application.outcome is not None:
        raise already_decided(world, application, owner_of(world, event))
    return application


def _late(world: ApprovalsWorld, event: ApplicationWithdrawn | ApplicationPostponed) -> Event:
    lateness = late(world.sessions[event.session])
    return event.model_copy(update={"late": lateness}) if lateness else event


def lock(world: ApprovalsWorld, posted: Posted, event: DocketLocked) -> Sequence[Event]:
    """Lock the docket and give every enterprise its number; from now on a change is late (rows 16, 23)."""
    _, session = planned(world.registries, event)
    keeps_the_docket(posted, session)
    for name in ("applications", "queue"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    state = world.sessions[event.session]
    if state.docket_locked_at is not None:
        raise AlreadyLocked(path="data.session", at=state.docket_locked_at)
    if state.closed_at is not None:
        raise refusals.AlreadyClosed(path="data.session", session=session.name, at=state.closed_at)
    applications = [one for one in world.of_session(event.session) if one.standing]
    if not applications:
        raise EmptyDocket(path="data.session")
    places = queue.arrange(world, event, applications)
    world.put_session(state._replace(docket_locked_at=event.locked_at))
    return [event.model_copy(update={"applications": len(applications), "queue": places})]
