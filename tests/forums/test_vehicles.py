"""Vehicles have a seat for everybody and nobody twice; minutes are never overwritten."""

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.forums.domain.minutes import MinutesConflict, NothingChanged
from services.forums.domain.vehicles import NotCarried, PersonTwice, TooFewSeats, VehicleFull, VehicleTwice
from shared.campaign import NotAllowed
from shared.events import (
    MinutesRevised,
    VehiclesArranged,
)
from shared.problems import Refused
from tests.builders import BANNER, DRC, OFFICE
from tests.deciding import decide, refused
from tests.forums.gatherings import (
    INVITED,
    bus,
    carried,
    heads,
    heard,
    noted,
    officials,
)

LISTED = (INVITED, officials(3), heads(3))


@pytest.mark.row(40)
def test_a_plan_has_a_seat_for_everybody_and_nobody_sits_twice() -> None:
    world = heard(*LISTED)
    fact = decide(world, carried(bus(1, 2, ("city-1",)), bus(2, 2, ("city-2",))), OFFICE)
    assert isinstance(fact, VehiclesArranged)
    assert (fact.seats, fact.persons, fact.unplaced) == (4, 2, ("市直3（虚构）",))
    refused(TooFewSeats, world, carried(bus(1, 2, ("city-1",))), OFFICE)
    decide(world, carried(bus(1, 2, ("city-1", "city-2")), own_way=["city-3"]), OFFICE)
    refused(VehicleFull, world, carried(bus(1, 2, ("city-1", "city-2", "city-3")), bus(2)), OFFICE)
    refused(PersonTwice, world, carried(bus(1, 9, ("city-1",)), bus(2, 9, ("city-1",))), OFFICE)
    refused(PersonTwice, world, carried(bus(1, 9, ("city-1",)), own_way=["city-1"]), OFFICE)
    refused(PersonTwice, world, carried(bus(1, 9, others=["记者"]), bus(2, 9, others=["记者"])), OFFICE)
    refused(VehicleTwice, world, carried(bus(1), bus(1)), OFFICE)
    refused(NotCarried, world, carried(bus(1, 9, ("enterprise-1",))), OFFICE)
    refused(NotAllowed, world, carried(), DRC)


@over(st.lists(st.lists(st.integers(1, 6), max_size=4), min_size=1, max_size=3), st.integers(1, 4))
@pytest.mark.row(40)
def test_no_plan_that_is_accepted_has_too_few_seats_or_somebody_twice(boards: list[list[int]], seats: int) -> None:
    plan = carried(
        *(bus(place + 1, seats, tuple(f"city-{one}" for one in board)) for place, board in enumerate(boards))
    )
    try:
        fact = decide(heard(INVITED, officials(6)), plan, OFFICE)
    except Refused:
        return
    assert isinstance(fact, VehiclesArranged)
    aboard = [one for vehicle in fact.vehicles for one in vehicle.passengers]
    assert len(aboard) == len(set(aboard)) == fact.persons
    assert (fact.seats or 0) >= 6
    assert len(fact.unplaced or ()) + len(aboard) == 6


@pytest.mark.row(41)
def test_the_second_of_two_editors_is_warned_and_nothing_is_lost() -> None:
    world = heard((noted("甲稿"), BANNER))
    first = decide(world, noted("乙稿", based_on=1, editor="乙（虚构）"), DRC)
    assert isinstance(first, MinutesRevised)
    assert first.revision == 2
    refusal = refused(MinutesConflict, world, noted("丙稿", based_on=1), BANNER)
    assert refusal.status == 409
    assert "乙（虚构）已于2022-03-16 14:00保存第2稿" in refusal.problem()["title"]
    merged = decide(world, noted("乙稿丙稿", based_on=2), BANNER)
    assert isinstance(merged, MinutesRevised)
    assert merged.revision == 3
    refused(NothingChanged, world, noted("乙稿丙稿", based_on=3), BANNER)
