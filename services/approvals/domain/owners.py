"""Who decides which formality: configured per campaign and level (row 15)."""

from services.approvals.domain.refusals import NoOwner, NotTheOwner
from shared.campaign import Registry
from shared.events import ApplicationEvent, PlannedSession, Unit
from shared.posted import Posted
from shared.vocabulary import CITY_DIVISION, Level


def owner_of(registry: Registry, session: PlannedSession, application: ApplicationEvent) -> Unit:
    """Return the unit that decides an application (row 15)."""
    level, formality = application.level, application.formality
    division = CITY_DIVISION if level is Level.CITY else session.division
    bureau = registry.plan.owners.get(level, {}).get(formality)
    unit = registry.bureau(level, division, bureau) if bureau else None
    if unit is None:
        raise NoOwner(path="data.formality", level=level, formality=formality)
    return unit


def deciding(registry: Registry, session: PlannedSession, posted: Posted, application: ApplicationEvent) -> Unit:
    """Return the unit that decides an application, which must be the caller (row 15)."""
    owner = owner_of(registry, session, application)
    if owner.code != posted.caller.unit:
        raise NotTheOwner(
            path="data.formality",
            formality=application.formality,
            level=application.level,
            owner=owner.name,
            unit=posted.caller.unit_name,
        )
    return owner
