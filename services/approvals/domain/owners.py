"""Who decides which formality: configured per campaign and level (row 15)."""

from services.approvals.domain.refusals import NoOwner
from shared.campaign import Registry
from shared.events import ApplicationEvent, PlannedSession, Unit
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
