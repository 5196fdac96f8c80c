"""When a team may be on its way, and who may be in it then: nobody is in two places at once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.policy.domain.slots import PersonTaken, Slot, clash, clashes
from services.policy.domain.teams import DepartsTooEarly, MemberNotChief, ParticularsMissing
from shared.campaign import StatedByService
from shared.events import TeamAssigned, TeamChanged
from tests.builders import BANNER_SESSION, DONGSHENG, DRC, KANGBASHI, OTHER_SESSION, at, person, team_assigned, unit
from tests.deciding import decide, refused
from tests.policy.visiting import chief, team_on_its_way
from tests.policy.worlds import heard

ASSIGNED = (team_on_its_way(), DRC)
ELSEWHERE = {"session": OTHER_SESSION, "liaison": person("government", KANGBASHI)}


def booked(bureau: str, label: str, start: Any, end: Any, division: str = "150600") -> Slot:  # noqa: ANN401
    who = person(bureau, division)
    return Slot(f"seat/{label}", who["unit"], who["name"], BANNER_SESSION, "seat", label, start, end)


@pytest.mark.row(47)
@pytest.mark.parametrize("standing", ["head", "staff"])
def test_a_member_heads_a_business_section(standing: str) -> None:
    team = team_on_its_way(members=[chief("tax"), person("finance") | {"standing": standing}])
    refusal = refused(MemberNotChief, heard(), team, DRC)
    assert (refusal.status, refusal.path) == (422, "data.members.1.standing")


@pytest.mark.row(47)
def test_a_campaign_may_ask_for_every_members_standing_and_the_teams_window() -> None:
    world = heard(team_particulars=True)
    refused(ParticularsMissing, world, team_on_its_way(members=[person("tax")]), DRC)
    refusal = refused(ParticularsMissing, world, team_assigned(members=[chief("tax")]), DRC)
    assert refusal.path == "data.starts_at"
    decide(world, *ASSIGNED)


@pytest.mark.row(47)
def test_topics_nobody_in_the_team_covers_are_listed_in_the_fact() -> None:
    fact = decide(heard(), team_on_its_way(topics=["减税降费", "water", "用工与人才", "政务服务与营商环境"]), DRC)
    assert isinstance(fact, TeamAssigned)
    assert fact.uncovered == ("用水与取水", "用工与人才"), "the leader of the DRC covers government services"
    refused(StatedByService, heard(), team_on_its_way(uncovered=["tax"]), DRC)


@pytest.mark.row(48)
def test_a_window_is_whole_and_ends_after_it_starts() -> None:
    for times in ({"ends_at": None}, {"ends_at": at(13)}):
        with pytest.raises(ValidationError):
            team_on_its_way(**times)


@pytest.mark.row(48)
def test_a_team_departs_after_the_forum_and_after_the_consultation_that_follows_it() -> None:
    world = heard(starts_at=at(9))
    refusal = refused(DepartsTooEarly, world, team_on_its_way(starts_at=at(11)), DRC)
    assert refusal.status == 409
    assert "集中审批和政企座谈（11:20结束）" in refusal.problem()["title"]
    decide(world, team_on_its_way(starts_at=at(11, 20)), DRC)
    staffed = heard(starts_at=at(9), seats_until=at(12))
    assert (
        "座谈会后政策咨询（12:00结束）"
        in refused(DepartsTooEarly, staffed, team_on_its_way(starts_at=at(11, 30)), DRC).problem()["title"]
    )


@pytest.mark.row(48)
@pytest.mark.parametrize("role", ["leader", "liaison", "members"])
def test_somebody_booked_elsewhere_is_refused_with_the_other_slot(role: str) -> None:
    world = heard()
    taken = {"leader": ("drc", "150600"), "liaison": ("government", DONGSHENG), "members": ("tax", "150600")}[role]
    world.slots = [booked(taken[0], "东胜区专场政策咨询席（座谈会后）", at(13), at(14), taken[1])]
    refusal = refused(PersonTaken, world, *ASSIGNED)
    assert (refusal.status, refusal.row) == (409, 48)
    assert refusal.path == ("data.members.0" if role == "members" else f"data.{role}")
    assert "03-16 13:00—14:00已安排：东胜区专场政策咨询席（座谈会后）" in refusal.problem()["title"]
    decide(world, team_on_its_way(starts_at=at(14), ends_at=at(17)), DRC)


@pytest.mark.row(48)
def test_two_teams_of_one_day_share_nobody_and_a_changed_team_frees_whom_it_lets_go() -> None:
    world = heard(ASSIGNED)
    other = team_on_its_way(**ELSEWHERE, leader={"name": "别人（虚构）", "unit": unit("drc").code})
    assert "东胜区专场政策宣讲小分队 team-1" in refused(PersonTaken, world, other, DRC).problem()["title"]
    without = TeamChanged.model_validate(
        team_on_its_way(members=[chief("water")]).model_dump() | {"reason": "两名成员另有安排"}
    )
    decide(world, without, DRC)
    decide(world, other, DRC)
    assert world.teams[BANNER_SESSION, "team-1"].reason == "两名成员另有安排"


@pytest.mark.row(48)
def test_one_person_is_in_a_team_once() -> None:
    refusal = refused(PersonTaken, heard(), team_on_its_way(members=[chief("tax"), chief("tax")]), DRC)
    assert refusal.path == "data.members.0"


@pytest.mark.row(48)
@given(times=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), min_size=1, max_size=6))
@settings(max_examples=100)
def test_clashes_are_found_exactly_where_one_person_has_two_slots_at_a_time(times: list[tuple[int, int]]) -> None:
    slots = [
        booked("tax", f"{number}", at(9 + start), at(9 + start + length))
        for number, (start, length) in enumerate(times)
    ]
    pairs = {frozenset((one.ref, other.ref)) for one, other in clashes(slots)}
    expected = {
        frozenset((one.ref, other.ref))
        for place, one in enumerate(slots)
        for other in slots[place + 1 :]
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    }
    assert pairs == expected
    stranger = [booked("water", "x", at(9), at(21))]
    assert clash(stranger, person("tax"), at(9), at(21)) is None
    assert all(clash(slots, person("tax"), one.starts_at, one.ends_at) is not None for one in slots)
