"""Who owes what is the campaign's data; a session is ready when nobody owes anything it waits for."""

import pytest

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.duties import (
    AlreadyFulfilled,
    AlreadyOpen,
    AlreadyReady,
    DutyNotHere,
    NotYourDuty,
    UnknownDuty,
)
from services.approvals.domain.evidence import Shown, reviewed_shares, shown_done
from services.approvals.domain.matrix import DutiesOpen, DutyTwice, all_owed, of_unit, owed_to, undone
from services.approvals.domain.state import Session
from shared.campaign import NotAllowed, Registry
from shared.events import DutyFulfilled, Event, SessionReady, VehiclesArranged
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import CITY_DIVISION, SeatPeriod
from tests.approvals.worlds import DOCKETED, OPENED, SCHEDULED, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_BANNER,
    OTHER_SESSION,
    PLAN,
    at,
    caller,
    docket_locked,
    gated,
    owner,
    plan,
    prereviewed,
    returned,
    seats_arranged,
    unit,
)
from tests.deciding import Post, decide, given, refused
from tests.forums.gatherings import staffed
from tests.forums.surveying import filed
from tests.preparing import duty_fulfilled, duty_reopened, session_ready, session_rescheduled

REGISTRY = Registry(PLAN)


def owing(session: str) -> list[Post]:
    """Return what it takes until a session may be ready: each unit says that it has done its part."""
    where = next(one for one in PLAN.sessions if one.session == session)
    return [
        (duty_fulfilled(session=one.session or None, duty=one.duty.duty), caller(one.unit.bureau, one.unit.division))
        for one in owed_to(REGISTRY, where)
        if one.duty.gate
    ]


@pytest.mark.row(9)
def test_the_drcs_duties_are_a11_to_a13_and_p3_and_its_brochure() -> None:
    listed = of_unit(all_owed(REGISTRY), "DRC")
    assert {one.duty.ref for one in listed} == {"A11", "A12", "A13", "P3", "P4"}
    assert {one.duty.ref for one in listed if not one.duty.once} == {"A11", "A12", "A13", "P3"}
    assert of_unit(all_owed(REGISTRY), unit("drc").code) == listed


@pytest.mark.row(9)
def test_the_matrix_is_the_notices() -> None:
    """Six bureaus pre-review though (五)6(2) names one twice; seventeen make brochures, the office not (I3, I7)."""
    banner, city = (session for session in PLAN.sessions if session.session in (BANNER_SESSION, CITY_SESSION))
    assert sum(one.duty.ref == "A14" for one in owed_to(REGISTRY, city)) == 6
    brochures = [one.unit.bureau for one in owed_to(REGISTRY, banner) if one.duty.ref == "P4"]
    assert len(brochures) == 17
    assert "office" not in brochures
    assert {one.duty.ref for one in of_unit(all_owed(REGISTRY), "office")} == {"F7"}
    assert {one.duty.ref for one in of_unit(all_owed(REGISTRY), "publicity")} == {"S9"}
    assert {one.duty.ref for one in of_unit(owed_to(REGISTRY, banner), unit("government", "150602").code)} == {
        *("A15", "A5", "F6", "V3", "P3")
    }


@pytest.mark.row(8)
def test_one_undone_item_refuses_ready_and_names_who_owes_it() -> None:
    done = owing(BANNER_SESSION)
    vehicles = next(post for post in done if isinstance(post[0], DutyFulfilled) and post[0].duty == "f7-vehicles")
    world = planned(SCHEDULED, *(post for post in done if post is not vehicles))
    refusal = refused(DutiesOpen, world, session_ready(), DRC)
    assert (refusal.status, refusal.row) == (409, 8)
    assert "市人民政府办公室未落实安排车辆" in refusal.problem()["title"]
    assert [error["zh"] for error in refusal.problem()["errors"]] == ["市人民政府办公室：安排车辆（F7，§二(二)6(2)）"]
    assert refusal.problem()["title_en"] == "东胜区专场 is not ready: 市人民政府办公室: arrange the vehicles"
    assert "A13" not in refusal.problem()["title"], "the bulletin comes after the session"
    given(world, vehicles)
    ready = decide(world, session_ready(), DRC)
    assert isinstance(ready, SessionReady)
    assert ready.duties == len(done)
    assert refused(AlreadyReady, world, session_ready(), DRC).status == 409


@pytest.mark.row(7, 8)
def test_with_the_switch_on_opening_waits_until_the_session_is_ready() -> None:
    world = given(ApprovalsWorld(), (gated("readiness"), DRC), SCHEDULED)
    assert refused(NotYet, world, *OPENED).needs == f"chunfeng.session.ready.v1 {BANNER_SESSION}"
    given(world, *owing(BANNER_SESSION), (session_ready(), DRC), OPENED)


@pytest.mark.row(8)
def test_a_duty_taken_back_or_a_move_takes_readiness_along() -> None:
    world = planned(SCHEDULED, *owing(BANNER_SESSION), (session_ready(), DRC))
    decide(world, duty_reopened(duty="f7-vehicles"), OFFICE)
    assert world.sessions[BANNER_SESSION].ready_at is None
    refused(DutiesOpen, world, session_ready(), DRC)
    assert refused(AlreadyOpen, world, duty_reopened(duty="f7-vehicles"), OFFICE).status == 409
    given(world, (duty_fulfilled(duty="f7-vehicles"), OFFICE), (session_ready(), DRC), (session_rescheduled(), DRC))
    assert world.sessions[BANNER_SESSION].ready_at is None
    decide(world, session_ready(), DRC)
    decide(world, duty_reopened(session=None, duty="s9-press", unit=unit("publicity").code), DRC)
    assert world.sessions[BANNER_SESSION].ready_at is None, "what is owed once is owed to every session"


@pytest.mark.row(8, 9)
@pytest.mark.parametrize("by", [DRC, BANNER, caller("water"), caller("drc", "150602")])
def test_only_the_unit_that_owes_it_records_a_duty(by: Caller) -> None:
    for event in (duty_fulfilled(duty="f7-vehicles"), duty_fulfilled(duty="f7-vehicles", unit=OFFICE.unit)):
        refusal = refused(NotYourDuty, planned(), event, by)
        assert (refusal.status, "由市人民政府办公室负责" in refusal.problem()["title"]) == (403, True)
    world = planned((duty_fulfilled(duty="f7-vehicles"), OFFICE))
    assert refused(AlreadyFulfilled, world, duty_fulfilled(duty="f7-vehicles"), OFFICE).status == 409
    if by is not DRC:
        refused(NotAllowed, world, duty_reopened(duty="f7-vehicles", unit=OFFICE.unit), by)


@pytest.mark.row(9)
def test_a_duty_belongs_to_its_sessions_and_its_banner() -> None:
    world = planned()
    refused(DutyNotHere, world, duty_fulfilled(session=CITY_SESSION, duty="f7-vehicles"), OFFICE)
    refused(DutyNotHere, world, duty_fulfilled(session=None, duty="f7-vehicles"), OFFICE)
    refused(DutyNotHere, world, duty_fulfilled(duty="s9-press"), caller("publicity"))
    refused(UnknownDuty, world, duty_fulfilled(duty="tea"), OFFICE)
    others = refused(NotYourDuty, world, duty_fulfilled(duty="f6-hall"), OTHER_BANNER).problem()
    assert "f6-hall" not in others["title_en"], "people know a duty by its title"
    decide(world, duty_fulfilled(session=OTHER_SESSION, duty="f6-hall"), OTHER_BANNER)
    assert refused(NotYet, ApprovalsWorld(), duty_fulfilled(duty="f6-hall"), BANNER).needs.startswith(
        "chunfeng.campaign.planned.v1"
    )
    needs = refused(NotYet, world, duty_reopened(duty="f6-hall"), BANNER).needs
    assert needs == f"chunfeng.duty.fulfilled.v1 spring-2022/duties/{BANNER_SESSION}/f6-hall"


@pytest.mark.row(9)
def test_a_list_with_a_duty_twice_or_owed_by_nobody_is_refused() -> None:
    first = PLAN.duties[0]
    for wrong in ((first, first), (first.model_copy(update={"bureaus": ("fire-brigade",)}),)):
        assert refused(DutyTwice, ApprovalsWorld(), plan(duties=wrong), DRC).row == 9


def shows(event: Event, reviewed: dict[str, bool] | None = None, world: ApprovalsWorld | None = None) -> set[str]:
    known = world.duties if world else {}
    changed = shown_done(REGISTRY, Shown(event, "fact-1", at(9)), known, reviewed or {})
    return {f"{'' if one.fulfilled_at else 'not '}{one.duty} {one.session}".strip() for one in changed}


@pytest.mark.row(8)
def test_a_fact_shows_the_duties_done_that_name_it_at_its_own_session() -> None:
    assert shows(seats_arranged()) == {f"a5-signs {BANNER_SESSION}"}
    assert shows(seats_arranged(session=CITY_SESSION)) == {f"a5-city-signs {CITY_SESSION}"}
    assert shows(docket_locked()) == {f"a11-docket {BANNER_SESSION}", f"a15-data {BANNER_SESSION}"}
    assert shows(seats_arranged(), world=planned((duty_fulfilled(duty="a5-signs"), BANNER))) == set()


def shown_by(event: Event) -> ApprovalsWorld:
    """Return a world in which a fact has shown its duties done."""
    world = planned()
    for one in shown_done(REGISTRY, Shown(event, "fact-0", at(8)), {}, {}):
        world.put_duty(one)
    return world


STAFFED = staffed(empty=())
VENUE = filed()


@pytest.mark.row(8, 39, 40, 42)
@pytest.mark.parametrize(
    ("good", "worse", "duty", "why"),
    [
        (STAFFED, {"empty": (SeatPeriod.AFTER,)}, "f6-seats", "无人值守：会后"),
        (STAFFED, {"empty": None}, "f6-seats", "值守时段未核对"),
        (VENUE, {"lacking": ("音响设备",)}, "v3-survey", "尚缺：音响设备"),
    ],
)
def test_a_duty_a_fact_showed_done_is_open_again_when_it_is_told_anew_and_worse(
    good: Event, worse: dict[str, object], duty: str, why: str
) -> None:
    bad = good.model_copy(update=worse)
    assert shows(bad) == set()
    assert shows(good) == {f"{duty} {BANNER_SESSION}"}
    assert shows(bad, world=shown_by(good)) == {f"not {duty} {BANNER_SESSION}"}
    (undone,) = shown_done(REGISTRY, Shown(bad, "fact-2", at(9)), shown_by(good).duties, {})
    assert why in (undone.note or "")
    said_itself = planned((duty_fulfilled(duty=duty), BANNER))
    assert shows(bad, world=said_itself) == set()


@pytest.mark.row(8, 39, 40)
def test_vehicles_show_nothing_done_while_somebody_has_no_seat() -> None:
    bus = {"vehicle": "bus-1", "plate": "蒙K00001", "driver": "戊（虚构）", "seats": 20, "passengers": []}
    bus |= {"departs_at": at(8), "departs_from": "市党政大楼", "bound_for": "东胜经济开发区"}
    arranged = VehiclesArranged.model_validate({"session": BANNER_SESSION, "vehicles": [bus], "unplaced": []})
    assert shows(arranged) == {f"f7-vehicles {BANNER_SESSION}"}
    worse = arranged.model_copy(update={"unplaced": ("己（虚构）",)})
    assert shows(worse) == set()
    assert shows(worse, world=shown_by(arranged)) == {f"not f7-vehicles {BANNER_SESSION}"}


@pytest.mark.row(8, 17)
def test_materials_are_reviewed_when_the_docket_is_locked_and_a_units_share_has_passed() -> None:
    world = planned(SCHEDULED, DOCKETED)
    ecology, water = owner().unit, unit("water").code
    applications = list(world.applications.values())
    state = world.sessions[BANNER_SESSION]
    assert not any(reviewed_shares(REGISTRY, state, applications, {applications[0].subject}).values())
    locked: Session = state._replace(docket_locked_at=at(17, days=-1))
    waiting = reviewed_shares(REGISTRY, locked, applications, set())
    assert (waiting[ecology], waiting[water]) == (False, True)
    assert len(shown_done(REGISTRY, Shown(docket_locked(), "fact-1", at(9)), {}, waiting)) == 2 + 5
    passed = reviewed_shares(REGISTRY, locked, applications, {applications[0].subject})
    assert passed[ecology]
    for one in shown_done(REGISTRY, Shown(prereviewed(), "fact-0", at(8)), {}, passed):
        world.put_duty(one)
    undone = shown_done(REGISTRY, Shown(returned(), "fact-3", at(9)), world.duties, waiting)
    assert [(one.unit, one.fulfilled_at) for one in undone] == [(ecology, None)]
    assert len(shown_done(REGISTRY, Shown(prereviewed(), "fact-2", at(9)), {}, passed)) == 6


@pytest.mark.row(8)
def test_what_was_taken_back_stays_open_until_another_fact_shows_it() -> None:
    world = planned((duty_fulfilled(duty="a5-signs"), BANNER))
    (done,) = shown_done(REGISTRY, Shown(seats_arranged(), "fact-1", at(9)), {}, {})
    world.put_duty(done)
    decide(world, duty_reopened(duty="a5-signs"), BANNER)
    assert shown_done(REGISTRY, Shown(seats_arranged(), "fact-1", at(9)), world.duties, {}) == []
    assert len(shown_done(REGISTRY, Shown(seats_arranged(), "fact-2", at(10)), world.duties, {})) == 1


@pytest.mark.row(8, 88)
@pytest.mark.parametrize("by", [BANNER, BANNER_DRC, OFFICE])
def test_only_the_city_drc_declares_a_session_ready(by: Caller) -> None:
    refused(NotAllowed, planned(SCHEDULED), session_ready(), by)


def test_undone_lists_in_the_order_of_the_notice() -> None:
    city = next(one for one in PLAN.sessions if one.division == CITY_DIVISION)
    refs = [one.duty.ref for one in undone(owed_to(REGISTRY, city), {})]
    assert refs == ["A11", "A12", *["A14"] * 6, "A15", "A5", "S9"]
