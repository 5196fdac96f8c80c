"""Who gets an issue and by when: dispatch, objection, reassignment and more time (rows 35 and 36)."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from services.forums.domain.issue_refusals import (
    AskedBefore,
    CityDispatches,
    DueOutOfRange,
    LeadAssists,
    MoreThanAsked,
    NamesItself,
    NotLater,
    NotTheLead,
    ObjectedBefore,
    SameUnit,
    TooLateToAsk,
    TooLateToObject,
    UnitUnknown,
)
from shared.campaign import NotAllowed, WrongDivision
from shared.events import IssueObjected, IssueReassigned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    DRC,
    KANGBASHI,
    OFFICE,
    OTHER_BANNER,
    at,
    caller,
)
from tests.deciding import refused
from tests.forums.issuing import (
    HOUSING,
    LAND,
    PARK,
    WATER,
    asked,
    dismissed,
    dispatched,
    extended,
    extension_refused,
    in_hand,
    issue_in,
    objected,
    reassigned,
    resolved,
    standing,
    with_issue,
)


@pytest.mark.row(35, 88)
def test_a_banner_dispatches_to_its_own_units_and_the_city_to_all() -> None:
    assert standing(with_issue(), dispatched(lead=HOUSING.unit), BANNER).lead_name == "东胜区住房和城乡建设局"
    assert standing(with_issue(), dispatched(), OFFICE).lead_name == "市自然资源局"
    refusal = refused(CityDispatches, with_issue(), dispatched(), BANNER)
    assert (refusal.status, refusal.path) == (403, "data.lead")
    assert "市自然资源局" in refusal.problem()["title"]
    for by in (BANNER_DRC, LAND, PARK):
        refused(NotAllowed, with_issue(), dispatched(), by)
    refused(WrongDivision, with_issue(), dispatched(lead=HOUSING.unit), OTHER_BANNER)


@pytest.mark.row(35, 36)
@pytest.mark.parametrize("code", ["91150602MA0XX01113", caller("housing", KANGBASHI).unit])
def test_only_a_city_unit_or_one_of_the_banner_can_have_the_lead(code: str) -> None:
    assert refused(UnitUnknown, with_issue(), dispatched(lead=code), DRC).path == "data.lead"
    assert refused(UnitUnknown, with_issue(), dispatched(assisting=[code]), DRC).path == "data.assisting.0"


@pytest.mark.row(35)
@pytest.mark.parametrize("assisting", [[LAND.unit], [WATER.unit, WATER.unit]])
def test_assisting_units_differ_from_each_other_and_from_the_lead(assisting: list[str]) -> None:
    refused(LeadAssists, with_issue(), dispatched(assisting=assisting), DRC)


@pytest.mark.row(35)
@pytest.mark.parametrize(("due", "fits"), [((3, 16), False), ((3, 17), True), ((4, 28), True), ((4, 29), False)])
def test_a_due_day_lies_within_thirty_working_days_of_the_dispatch(due: tuple[int, int], *, fits: bool) -> None:
    event = dispatched(due=date(2022, *due))
    if fits:
        assert standing(with_issue(), event, DRC).due == date(2022, *due)
    else:
        assert "2022-04-28" in refused(DueOutOfRange, with_issue(), event, DRC).problem()["title"]


@pytest.mark.row(36)
def test_a_reassignment_without_its_target_or_an_objection_without_the_right_unit_breaks_the_schema() -> None:
    with pytest.raises(ValidationError, match="lead"):
        IssueReassigned.model_validate(reassigned().model_dump(exclude={"lead"}))
    with pytest.raises(ValidationError, match="right_unit"):
        IssueObjected.model_validate(objected().model_dump(exclude={"right_unit"}))


@pytest.mark.row(36)
def test_an_objection_names_the_right_unit_which_then_gets_the_issue_with_its_time_anew() -> None:
    world = in_hand((objected(), LAND))
    assert issue_in(world).objects_for == WATER.unit
    stands = standing(world, reassigned(), DRC)
    assert (stands.owner_name, stands.due, stands.reassigned) == ("市水利局", date(2022, 4, 11), 1)
    assert issue_in(world).objects_for is None
    # The unit that got it now may object in its turn, the one that had it before has nothing to say any more.
    refused(NotTheLead, world, resolved(), LAND)
    standing(world, objected(right_unit=LAND.unit, objected_at=at(9, days=5)), WATER)


@pytest.mark.row(36)
def test_an_objection_comes_within_a_working_day_once_and_names_another_unit() -> None:
    friday = in_hand()  # dispatched on Thursday 17 March: Friday is the last day
    assert refused(TooLateToObject, friday, objected(objected_at=at(9, days=3)), LAND).fields["last"] == date(
        2022, 3, 18
    )
    refused(NamesItself, in_hand(), objected(right_unit=LAND.unit), LAND)
    refused(NotTheLead, in_hand(), objected(), WATER)
    refused(ObjectedBefore, in_hand((objected(), LAND)), objected(), LAND)
    refused(ObjectedBefore, in_hand((objected(), LAND), (dismissed(), DRC)), objected(), LAND)


@pytest.mark.row(36)
def test_a_dismissed_objection_leaves_unit_and_due_day_as_they_were() -> None:
    world = in_hand((objected(), LAND))
    before = issue_in(world).due
    stands = standing(world, dismissed(), DRC)
    assert (stands.owner_name, stands.due) == ("市自然资源局", before)
    refused(SameUnit, world, reassigned(lead=LAND.unit), DRC)
    refused(CityDispatches, in_hand((objected(), LAND)), dismissed(), BANNER)


@pytest.mark.row(35)
def test_more_time_is_asked_for_a_day_before_and_within_the_limit() -> None:
    eve = at(23, days=22)  # due on 8 April
    standing(in_hand(), asked(asked_at=eve, until=date(2022, 4, 28)), LAND)
    assert refused(TooLateToAsk, in_hand(), asked(asked_at=eve + timedelta(hours=2)), LAND).status == 422
    for until in (date(2022, 4, 8), date(2022, 4, 29)):
        refused(NotLater, in_hand(), asked(until=until), LAND)
    refused(NotTheLead, in_hand(), asked(), WATER)
    refused(AskedBefore, in_hand((asked(), LAND)), asked(), LAND)


@pytest.mark.row(35)
def test_more_time_is_granted_as_asked_or_less_or_not_at_all() -> None:
    until = date(2022, 4, 12)
    assert standing(in_hand((asked(), LAND)), extended(until=until), DRC).due == until
    for wrong in (date(2022, 4, 8), date(2022, 4, 21)):
        refused(MoreThanAsked, in_hand((asked(), LAND)), extended(until=wrong), DRC)
    world = in_hand((asked(), LAND), (extension_refused(), OFFICE))
    assert (issue_in(world).due, issue_in(world).asked_until) == (date(2022, 4, 8), None)
    refused(CityDispatches, in_hand((asked(), LAND)), extended(), BANNER)


@pytest.mark.row(35)
def test_an_objection_survives_more_time() -> None:
    world = in_hand((objected(), LAND), (asked(), LAND), (extended(), DRC))
    assert issue_in(world).objects_for == WATER.unit
