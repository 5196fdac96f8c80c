"""Seats at the table: one for each unit that decides something of the docket (notice §二(一)5: 联合审批坐席; row 24).

A unit is its credit code: named twice, as 市能源局 is in the notice's (五)6(2), it has one seat, and a warning says so.
Seats stand in the registry's precedence, never in the order of input (I3, I4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from services.approvals.domain.owners import unit_at
from services.approvals.domain.queue import leads
from services.approvals.domain.state import Application, Session
from shared.campaign import Registry, StatedByService, planned
from shared.events import Event, PlannedSession, SeatsArranged, Unit
from shared.posted import Posted
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Level, SessionKind

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class UnknownUnit(Refused):
    """The registry has no such unit."""

    row = 24
    zh = "单位名录中没有 {code}"
    en = "The registry has no unit {code}"


class SeatNotHere(Refused):
    """The unit has no seat at this session."""

    row = 24
    zh = "{unit}不在本场设席：{session}只设{where}部门坐席"
    en = "{unit} has no seat here: {session} seats units of {where_en} only"


class Seat(NamedTuple):
    """A unit's seat and why it is there."""

    unit: Unit
    formalities: tuple[str, ...]
    """What it decides here, as people read it; nothing for a unit the host added."""


def arrange(world: ApprovalsWorld, posted: Posted, event: SeatsArranged) -> Sequence[Event]:
    """Set seats for units beside those the docket needs; a unit named twice gets one, and a warning (row 24, I3)."""
    registry, session = planned(world.registries, event)
    leads(registry, posted, session)
    if event.warnings is not None:
        raise StatedByService(path="data.warnings")
    units = dict.fromkeys(event.units)
    for index, code in enumerate(event.units):
        unit = registry.unit(code)
        if unit is None:
            raise UnknownUnit(path=f"data.units.{index}", code=code)
        divisions = {CITY_DIVISION, session.division}
        if unit.division not in divisions:
            raise not_here(session, unit.name, f"data.units.{index}")
    world.changes.seats[event.session] = tuple(units)
    return [event.model_copy(update={"warnings": twice(registry, event.units)})]


def not_here(session: PlannedSession, unit: str, path: str) -> SeatNotHere:
    """Return the refusal of a unit that has no seat at this session."""
    both = session.kind is SessionKind.BANNER
    where, where_en = ("市、本旗区", "the city and this banner") if both else ("市直", "the city")
    return SeatNotHere(path=path, unit=unit, session=session.name, where=where, where_en=where_en)


def twice(registry: Registry, codes: Sequence[str]) -> tuple[str, ...]:
    """Return a warning for each unit named more than once."""
    named = {code: sum(one == code for one in codes) for code in dict.fromkeys(codes)}
    units = [(registry.unit(code), count) for code, count in named.items() if count > 1]
    return tuple(f"{unit.name}重复列出{count}次，只设一席" for unit, count in units if unit is not None)


def derive(registry: Registry, state: Session, applications: Iterable[Application], added: Sequence[str]) -> list[Seat]:
    """Return a session's seats: the owners of its docket's formalities and the added units, by precedence."""
    duties: dict[str, dict[str, None]] = {code: {} for code in added}
    planned = registry.session(state.session)
    division = planned.division if planned else CITY_DIVISION
    for one in applications:
        unit = unit_at(registry, division, state, one.level, one.formality)
        if unit is not None and one.standing:
            duties.setdefault(unit.code, {})[one.formality.zh] = None
    seats = [Seat(unit, tuple(words)) for code, words in duties.items() if (unit := registry.unit(code)) is not None]
    return sorted(seats, key=lambda seat: (list(Level).index(seat.unit.level), seat.unit.precedence, seat.unit.code))
