"""Who decides which formality: set by the campaign per level, and set otherwise at one session if need be (row 15)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import refusals
from services.approvals.domain.refusals import LevelNotHere, NoOwner, NotTheOwner
from services.approvals.domain.state import Session, legal_levels
from shared.campaign import Registry, allow, allow_city_drc, planned
from shared.events import ApplicationEvent, Event, FormalityAssigned, PlannedSession, Unit
from shared.posted import Posted
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Formality, Level, Role

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class NoSuchBureau(Refused):
    """The registry has no such unit at this level here."""

    row = 15
    zh = "单位库中没有可以在{session}办理{level.zh}{formality.zh}的单位 {bureau}"
    en = "The registry has no unit {bureau} that could decide {formality.en} at {level.en} level there"


class DecidesAlready(Refused):
    """The bureau decides this formality as it is."""

    status = 409
    row = 15
    zh = "{level.zh}{formality.zh}在本场已由{unit}办理"
    en = "{unit} decides {formality.en} at {level.en} level at this session already"


class DecidedThere(Refused):
    """Somebody has decided an application of this formality; whoever did answers for it."""

    status = 409
    row = 15
    zh = "本场已有{count}项{level.zh}{formality.zh}由{unit}办结，不能再变更办理单位"
    en = "{unit} has decided {count} application(s) for {formality.en} at {level.en} level here; it stays theirs"


def check_level(session: PlannedSession, event: ApplicationEvent) -> None:
    """Refuse a level that this kind of session does not decide at (row 18)."""
    if event.level not in legal_levels(session.kind):
        raise LevelNotHere(path="data.level", level=event.level)


def bureaus_of(registry: Registry, state: Session | None) -> Mapping[Level, Mapping[Formality, str]]:
    """Return who decides what at a session: as planned, but for what was given to another bureau there."""
    if state is None or state.owners is None:
        return registry.plan.owners
    owners = {level: dict(bureaus) for level, bureaus in registry.plan.owners.items()}
    for key, bureau in json.loads(state.owners).items():
        level, _, formality = key.partition("/")
        owners.setdefault(Level(level), {})[Formality(formality)] = bureau
    return owners


def unit_at(
    registry: Registry, division: str, state: Session | None, level: Level, formality: Formality
) -> Unit | None:
    """Return the unit that decides a formality at a level, at the session of a division."""
    bureau = bureaus_of(registry, state).get(level, {}).get(formality)
    return registry.bureau(level, CITY_DIVISION if level is Level.CITY else division, bureau) if bureau else None


def owner_of(world: ApprovalsWorld, event: ApplicationEvent) -> Unit:
    """Return the unit that decides an application (row 15)."""
    registry, session = planned(world.registries, event)
    unit = unit_at(registry, session.division, world.sessions.get(event.session), event.level, event.formality)
    if unit is None:
        raise NoOwner(path="data.formality", level=event.level, formality=event.formality)
    return unit


def deciding_unit(world: ApprovalsWorld, posted: Posted, event: ApplicationEvent) -> Unit:
    """Return the unit that decides the application, which must be the caller (row 15)."""
    _, session = planned(world.registries, event)
    check_level(session, event)
    owner = owner_of(world, event)
    if owner.code != posted.caller.unit:
        raise NotTheOwner(
            path="data.formality",
            formality=event.formality,
            level=event.level,
            owner=owner.name,
            unit=posted.caller.unit_name,
        )
    allow(posted, Role.DEPARTMENT, Role.DRC)  # a key of the unit for something else decides nothing (row 88)
    return owner


def assign(world: ApprovalsWorld, posted: Posted, event: FormalityAssigned) -> Sequence[Event]:
    """Give a formality to another bureau at one session, as long as nobody has decided any of it there (row 15)."""
    allow_city_drc(posted)
    registry, session = planned(world.registries, event)
    words = {"level": event.level, "formality": event.formality}
    if event.level not in legal_levels(session.kind):
        raise LevelNotHere(path="data.level", level=event.level)
    division = CITY_DIVISION if event.level is Level.CITY else session.division
    unit = registry.bureau(event.level, division, event.bureau)
    if unit is None:
        raise NoSuchBureau(path="data.bureau", session=session.name, bureau=event.bureau, **words)
    state = world.sessions[event.session]
    before = unit_at(registry, session.division, state, event.level, event.formality)
    if before == unit:
        raise DecidesAlready(path="data.bureau", unit=unit.name, **words)
    here = [
        one for one in world.of_session(event.session) if (one.level, one.formality) == (event.level, event.formality)
    ]
    if decided := sum(one.outcome is not None for one in here):
        name = before.name if before else refusals.UNKNOWN
        raise DecidedThere(path="data.formality", unit=name, count=decided, **words)
    owners = json.loads(state.owners or "{}") | {f"{event.level.value}/{event.formality.value}": event.bureau}
    world.put_session(state._replace(owners=json.dumps(owners, sort_keys=True)))
    return [event]
