"""A seat for each unit that decides something, and one only, in the registry's order (row 24)."""

import pytest

from services.approvals.domain.seats import SeatNotHere, UnknownUnit, derive
from shared.campaign import NotAllowed, StatedByService
from shared.events import SeatsArranged
from shared.vocabulary import Formality, Level
from tests.approvals.worlds import SCHEDULED, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DONGSHENG,
    DRC,
    KANGBASHI,
    PLAN,
    application_docketed,
    application_withdrawn,
    caller,
    owner,
    seats_arranged,
    unit,
)
from tests.deciding import Post, decide, refused

# In the order of the notice's (五)6(2), the energy bureau twice as it stands there.
AS_PRINTED = ("natural-resources", "ecology", "energy", "forestry-grassland", "water", "housing", "energy")


def docketed(formality: Formality, level: Level = Level.CITY) -> Post:
    return (application_docketed(formality=formality, level=level), DRC if level is Level.CITY else BANNER_DRC)


@pytest.mark.row(24)
def test_a_unit_named_twice_gets_one_seat_and_a_warning_says_so() -> None:
    named = seats_arranged(units=[unit(bureau).code for bureau in AS_PRINTED], session=CITY_SESSION)
    world = planned()
    fact = decide(world, named, DRC)
    assert isinstance(fact, SeatsArranged)
    assert fact.warnings == ("市能源局重复列出2次，只设一席",)
    seats = derive(world.registries[PLAN.campaign], world.sessions[CITY_SESSION], (), world.changes.seats[CITY_SESSION])
    assert [seat.unit.name for seat in seats].count("市能源局") == 1
    assert len(seats) == 6
    decide(world, seats_arranged(units=[], session=CITY_SESSION), DRC)  # and taken away again
    assert world.changes.seats[CITY_SESSION] == ()
    assert [seat.unit.precedence for seat in seats] == sorted(seat.unit.precedence for seat in seats)


@pytest.mark.row(24)
def test_the_docket_decides_who_sits_and_the_registry_in_which_order() -> None:
    posts = [docketed(one) for one in (Formality.ENERGY_REVIEW, Formality.FOREST_LAND, Formality.GRASSLAND)]
    posts += [docketed(Formality.WATER_ABSTRACTION, Level.BANNER), docketed(Formality.LAND_AND_SITE)]
    gone: Post = (application_withdrawn(formality=Formality.LAND_AND_SITE), DRC)
    world = planned(SCHEDULED, *posts, gone)
    seats = derive(
        world.registries[PLAN.campaign], world.sessions[BANNER_SESSION], world.of_session(BANNER_SESSION), ()
    )
    assert [(seat.unit.name, seat.formalities) for seat in seats] == [
        ("市能源局", ("能评",)),
        ("市林业和草原局", ("林地手续", "草地手续")),
        (unit("water", DONGSHENG).name, ("取水许可证",)),
    ]


@pytest.mark.row(24)
def test_only_units_of_the_city_and_of_this_banner_are_seated_and_only_by_who_leads_the_day() -> None:
    decide(planned(), seats_arranged(), BANNER)
    refused(NotAllowed, planned(), seats_arranged(), owner())
    foreign = seats_arranged(units=[unit("water", KANGBASHI).code])
    assert "不在本场设席" in refused(SeatNotHere, planned(), foreign, BANNER).problem()["title"]
    city = seats_arranged(units=[unit("water", DONGSHENG).code], session=CITY_SESSION)
    assert "市直" in refused(SeatNotHere, planned(), city, caller("government-services")).problem()["title"]
    assert refused(UnknownUnit, planned(), seats_arranged(units=["91150602MA0XX01113"]), BANNER).path == "data.units.0"
    refused(StatedByService, planned(), seats_arranged(warnings=[]), BANNER)
