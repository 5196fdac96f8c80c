"""Vehicles for the city's persons: seats enough, nobody twice (row 40; notice §二(二)6(3))."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.forums.domain.gathering import Participant, of_class
from services.forums.domain.places import with_place
from services.forums.domain.scope import with_forum
from shared.campaign import StatedByService, allow
from shared.events import Event, Vehicle, VehiclesArranged
from shared.posted import Posted
from shared.problems import Refused
from shared.vocabulary import ForumClass, Role

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld

CARRIED = (ForumClass.LEADER, ForumClass.CITY)
"""Whom the general office brings to the forum; the banner's persons and the enterprises are there."""


class VehicleFull(Refused):
    """A vehicle carries no more than its seats."""

    status = 409
    row = 40
    zh = "{plate}有{seats}个座位，安排了{persons}人"
    en = "{plate} has {seats} seat(s), {persons} persons are put on it"


class TooFewSeats(Refused):
    """The plan has a seat for everybody who is to be carried."""

    status = 409
    row = 40
    zh = "车辆共{seats}个座位，需乘车{persons}人；请增加车辆或列出自行前往人员"
    en = "The vehicles have {seats} seat(s) for {persons} persons; add a vehicle, or list who goes on his own"


class PersonTwice(Refused):
    """Nobody sits in two vehicles."""

    status = 409
    row = 40
    zh = "{name}重复安排（{where}）"
    en = "{name} is put on board twice ({where})"


class VehicleTwice(Refused):
    """A vehicle is listed once."""

    status = 409
    row = 40
    zh = "车辆{plate}重复列出"
    en = "The vehicle {plate} is listed twice"


class NotCarried(Refused):
    """The vehicles are for the city's persons."""

    row = 40
    zh = "{name}不是市领导或市直部门参会人员，请填入随车其他人员"
    en = "{name} is no city leader and of no city department; list such persons under others"


def arrange(world: "ForumsWorld", posted: Posted, event: VehiclesArranged) -> Sequence[Event]:
    """Keep the general office's plan; the fact says how many seats, persons, and who has no seat yet."""
    _, session = with_forum(world, event)
    allow(posted, Role.OFFICE)
    for name in ("seats", "persons", "unplaced"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    roster = world.roster_of(session.session)
    aboard: dict[str, str] = {}
    for place, vehicle in enumerate(event.vehicles):
        _check_vehicle(event, place, vehicle)
        for number, participant in enumerate(vehicle.passengers):
            path = f"data.vehicles.{place}.passengers.{number}"
            _carry(roster, session.session, participant, path=path, where=vehicle.plate, aboard=aboard)
    for number, participant in enumerate(event.own_way):
        _carry(roster, session.session, participant, path=f"data.own_way.{number}", where="自行前往", aboard=aboard)
    seats = sum(vehicle.seats for vehicle in event.vehicles)
    others = sum(len(vehicle.others) for vehicle in event.vehicles)
    to_carry = [one for one in of_class(roster.values(), *CARRIED) if one.participant not in event.own_way]
    if seats < len(to_carry) + others:
        raise TooFewSeats(path="data.vehicles", seats=seats, persons=len(to_carry) + others)
    fact = event.model_copy(
        update={
            "seats": seats,
            "persons": sum(len(vehicle.passengers) + len(vehicle.others) for vehicle in event.vehicles),
            "unplaced": tuple(one.name for one in to_carry if one.participant not in aboard),
        }
    )
    world.arrange(session.session, fact)
    return [fact]


def _check_vehicle(event: VehiclesArranged, place: int, vehicle: Vehicle) -> None:
    before = event.vehicles[:place]
    if any(vehicle.vehicle == one.vehicle or vehicle.plate == one.plate for one in before):
        raise VehicleTwice(path=f"data.vehicles.{place}", plate=vehicle.plate)
    persons = len(vehicle.passengers) + len(vehicle.others)
    if persons > vehicle.seats:
        raise VehicleFull(path=f"data.vehicles.{place}", plate=vehicle.plate, seats=vehicle.seats, persons=persons)
    twice = [name for name, count in Counter(vehicle.others).items() if count > 1]
    elsewhere = [name for name in vehicle.others if any(name in one.others for one in before)]
    if twice or elsewhere:
        raise PersonTwice(path=f"data.vehicles.{place}.others", name=(twice + elsewhere)[0], where=vehicle.plate)


def _carry(  # noqa: PLR0913  (whom, where, and who is aboard already)
    roster: dict[str, Participant], session: str, participant: str, *, path: str, where: str, aboard: dict[str, str]
) -> None:
    one = with_place(roster, session, participant, path)
    if one.kind not in CARRIED:
        raise NotCarried(path=path, name=one.name)
    if participant in aboard:
        raise PersonTwice(path=path, name=one.name, where=f"{aboard[participant]}、{where}")
    aboard[participant] = where


def unplaced(plan: VehiclesArranged, roster: dict[str, Participant]) -> list[Participant]:
    """Return who of the roster as it stands now has no seat, and does not go on his own."""
    placed = {one for vehicle in plan.vehicles for one in vehicle.passengers} | set(plan.own_way)
    return [one for one in of_class(roster.values(), *CARRIED) if one.participant not in placed]
