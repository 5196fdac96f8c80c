"""Who decides which formality: configured per campaign and level (row 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.approvals.domain.refusals import LevelNotHere, NoOwner, NotTheOwner
from services.approvals.domain.state import legal_levels
from shared.campaign import Registry, planned
from shared.events import ApplicationEvent, PlannedSession, Unit
from shared.posted import Posted
from shared.vocabulary import CITY_DIVISION, Level

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


def check_level(session: PlannedSession, event: ApplicationEvent) -> None:
    """Refuse a level that this kind of session does not decide at (row 18)."""
    if event.level not in legal_levels(session.kind):
        raise LevelNotHere(path="data.level", level=event.level)


def owner_of(registry: Registry, session: PlannedSession, application: ApplicationEvent) -> Unit:
    """Return the unit that decides an application (row 15)."""
    level, formality = application.level, application.formality
    division = CITY_DIVISION if level is Level.CITY else session.division
    bureau = registry.plan.owners.get(level, {}).get(formality)
    unit = registry.bureau(level, division, bureau) if bureau else None
    if unit is None:
        raise NoOwner(path="data.formality", level=level, formality=formality)
    return unit


def deciding_unit(world: ApprovalsWorld, posted: Posted, event: ApplicationEvent) -> Unit:
    """Return the unit that decides the application, which must be the caller (row 15)."""
    registry, session = planned(world.registries, event)
    check_level(session, event)
    owner = owner_of(registry, session, event)
    if owner.code != posted.caller.unit:
        raise NotTheOwner(
            path="data.formality",
            formality=event.formality,
            level=event.level,
            owner=owner.name,
            unit=posted.caller.unit_name,
        )
    return owner
