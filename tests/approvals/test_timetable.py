"""Sessions are announced, moved and cancelled within the notice's rules of order, place and last day."""

import pytest

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.actions import (
    BadTemplate,
    IsCancelled,
    NotThatDay,
    OpensTheSession,
    TooEarly,
    read_actions,
)
from services.approvals.domain.refusals import AlreadyClosed, AlreadyOpened
from services.approvals.domain.timetable import (
    AfterCitySession,
    AlreadyAnnounced,
    CityNotLast,
    NothingMoved,
    WrongVenue,
)
from shared.campaign import NotAllowed, NotInCitySession
from shared.events import ActionScheduled, ActionTemplate, PlannedAction, SessionRescheduled, SessionScheduled
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import Action, SessionKind
from tests.approvals.worlds import CLOSED, OPENED, SCHEDULED, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OTHER_SESSION,
    PLAN,
    at,
    plan,
    session_opened,
    session_scheduled,
    venue,
)
from tests.deciding import decide, given, refused
from tests.preparing import action_scheduled, session_cancelled, session_rescheduled

PARK, OFFICE_SITE, CENTRE = venue(BANNER_SESSION), venue(OTHER_SESSION), venue(CITY_SESSION)


def times(actions: tuple[PlannedAction, ...] | None) -> dict[str, tuple[str, int | None]]:
    return {one.action.value: (f"{one.starts_at:%H:%M}", one.minutes) for one in actions or ()}


@pytest.mark.row(3)
def test_announcing_a_banner_session_prefills_20_120_90_minutes_and_all_day() -> None:
    fact = decide(planned(), *SCHEDULED)
    assert isinstance(fact, SessionScheduled)
    assert times(fact.actions) == {
        "approval": ("09:00", 20),
        "forum": ("09:20", 120),
        "survey": ("11:20", 90),
        "policy": ("11:20", None),
    }
    city = decide(planned(), session_scheduled(session=CITY_SESSION), DRC)
    assert isinstance(city, SessionScheduled)
    assert times(city.actions) == {"approval": ("09:00", 20)}


@pytest.mark.row(3)
@pytest.mark.parametrize(
    ("action", "early", "after"),
    [
        (Action.FORUM, at(9, 10), "集中审批"),
        (Action.FORUM, at(8, 0), "集中审批"),
        (Action.SURVEY, at(11, 19), "政企座谈"),
        (Action.POLICY, at(9, 30), "政企座谈"),
    ],
)
def test_an_action_before_the_one_it_follows_is_refused_with_the_reason(
    action: Action, early: object, after: str
) -> None:
    refusal = refused(TooEarly, planned(SCHEDULED), action_scheduled(action=action, starts_at=early), DRC)
    assert (refusal.status, refusal.path, refusal.row) == (422, "data.starts_at", 3)
    assert f"应在{after}之后" in refusal.problem()["title"]


@pytest.mark.row(3)
def test_a_later_forum_pushes_survey_and_visits_back_and_leaves_them_when_they_are_late_enough() -> None:
    world = planned(SCHEDULED)
    later = decide(world, action_scheduled(starts_at=at(9, 40)), BANNER_DRC)
    assert isinstance(later, ActionScheduled)
    assert times(later.actions)["survey"] == ("11:40", 90)
    decide(world, action_scheduled(action=Action.SURVEY, starts_at=at(14)), DRC)
    shorter = decide(world, action_scheduled(starts_at=at(9, 30), minutes=60, place="园区二楼"), DRC)
    assert isinstance(shorter, ActionScheduled)
    assert times(shorter.actions) | {"policy": ("11:40", None)} == times(shorter.actions)
    assert times(shorter.actions)["survey"] == ("14:00", 90)
    assert read_actions(world.sessions[BANNER_SESSION].actions)[1].place == "园区二楼"


@pytest.mark.row(3)
def test_the_approval_begins_with_the_session_and_all_ends_on_its_day() -> None:
    world = planned(SCHEDULED)
    assert "09:00" in refused(OpensTheSession, world, action_scheduled(action="approval"), DRC).problem()["title"]
    decide(world, action_scheduled(action="approval", starts_at=at(9), minutes=30), DRC)
    assert times(read_actions(world.sessions[BANNER_SESSION].actions))["forum"][0] == "09:30"
    for late in (at(9, 30, days=1), at(22, 30)):
        assert refused(NotThatDay, world, action_scheduled(starts_at=late), DRC).row == 3
    refused(NotThatDay, planned(), session_scheduled(starts_at=at(22)), DRC)


@pytest.mark.row(2)
def test_the_city_session_refuses_a_forum() -> None:
    world = planned((session_scheduled(session=CITY_SESSION), DRC))
    refusal = refused(NotInCitySession, world, action_scheduled(session=CITY_SESSION), DRC)
    assert (refusal.status, "政企座谈" in refusal.problem()["title"]) == (422, True)


@pytest.mark.row(3)
def test_a_template_whose_order_no_plan_could_keep_is_refused() -> None:
    survey_first = (ActionTemplate(action=Action.SURVEY, minutes=90, after=(Action.FORUM,)),)
    after_all_day = (ActionTemplate(action=Action.POLICY), ActionTemplate(action=Action.FORUM, after=(Action.POLICY,)))
    for wrong in (survey_first, after_all_day):
        refused(BadTemplate, ApprovalsWorld(), plan(actions=PLAN.actions | {SessionKind.BANNER: wrong}), DRC)


@pytest.mark.row(4)
@pytest.mark.parametrize(
    ("session", "wrong", "expected"),
    [
        (OTHER_SESSION, PARK, "区人民政府办公地点"),
        (OTHER_SESSION, CENTRE, "区人民政府办公地点"),
        (BANNER_SESSION, OFFICE_SITE, "本旗区的园区"),
        (BANNER_SESSION, CENTRE, "本旗区的园区"),
        (CITY_SESSION, PARK, "市政务服务中心"),
    ],
)
def test_kangbashi_with_a_park_and_others_with_an_office_are_refused(
    session: str, wrong: dict[str, str], expected: str
) -> None:
    refusal = refused(WrongVenue, planned(), session_scheduled(session=session, venue=wrong), DRC)
    assert (refusal.status, refusal.path, refusal.row) == (422, "data.venue.kind", 4)
    assert f"应在{expected}举行" in refusal.problem()["title"]
    world = planned((session_scheduled(session=session), DRC))
    refused(WrongVenue, world, session_rescheduled(session=session, starts_at=at(9, days=13), venue=wrong), DRC)


@pytest.mark.row(5)
def test_no_banner_session_is_announced_or_moved_after_the_city_session() -> None:
    world = planned((session_scheduled(session=CITY_SESSION), DRC), SCHEDULED)
    for late in (at(9, days=14), at(9, days=13)):
        refusal = refused(AfterCitySession, world, session_rescheduled(starts_at=late), DRC)
        assert (refusal.status, refusal.row) == (409, 5)
        assert "2022-03-29 09:00" in refusal.problem()["title"]
        refused(AfterCitySession, world, session_scheduled(session=OTHER_SESSION, starts_at=late), DRC)
    decide(world, session_rescheduled(starts_at=at(9, days=12)), DRC)


@pytest.mark.row(5)
def test_the_city_session_is_not_announced_or_moved_before_a_banner_session() -> None:
    world = planned(SCHEDULED, (session_scheduled(session=CITY_SESSION), DRC))
    refusal = refused(CityNotLast, world, session_rescheduled(session=CITY_SESSION, starts_at=at(8)), DRC)
    assert (refusal.status, "东胜区专场定于2022-03-16 09:00" in refusal.problem()["title"]) == (409, True)
    given(world, (session_cancelled(), DRC), (session_rescheduled(session=CITY_SESSION, starts_at=at(8)), DRC))


@pytest.mark.row(6)
def test_a_session_is_announced_once_then_moved_with_a_reason_and_its_plan_goes_along() -> None:
    world = planned(SCHEDULED, (action_scheduled(place="二楼"), DRC))
    refusal = refused(AlreadyAnnounced, world, session_scheduled(starts_at=at(9, days=1)), DRC)
    assert "2022-03-16 09:00" in refusal.problem()["title"]
    fact = decide(world, session_rescheduled(starts_at=at(14, days=1)), DRC)
    assert isinstance(fact, SessionRescheduled)
    assert (fact.was_at, fact.was_in and fact.was_in.name) == (at(9), PARK["name"])
    assert times(fact.actions)["forum"] == ("14:30", 120)
    assert world.sessions[BANNER_SESSION].scheduled_at == at(14, days=1)
    refused(NothingMoved, world, session_rescheduled(starts_at=at(14, days=1)), DRC)
    elsewhere = decide(world, session_rescheduled(venue=PARK | {"name": "装备制造基地"}), DRC)
    assert isinstance(elsewhere, SessionRescheduled)
    assert elsewhere.actions is not None
    assert elsewhere.actions[1].place is None, "a room of the old venue is none of the new one"


@pytest.mark.row(6, 82)
def test_moving_waits_for_the_announcement() -> None:
    for event in (session_rescheduled(), session_cancelled(), action_scheduled()):
        assert refused(NotYet, planned(), event, DRC).needs == f"chunfeng.session.scheduled.v1 {BANNER_SESSION}"


@pytest.mark.row(6)
def test_a_cancelled_session_is_neither_moved_nor_opened_until_it_is_announced_anew() -> None:
    world = planned(SCHEDULED, (session_cancelled(), DRC))
    for event, by in ((session_rescheduled(), DRC), (session_cancelled(), DRC), (session_opened(), BANNER)):
        assert refused(IsCancelled, world, event, by).status == 409
    given(world, (session_scheduled(starts_at=at(9, days=3)), DRC), OPENED)


@pytest.mark.row(6, 7)
def test_a_session_under_way_or_over_is_not_moved_or_cancelled() -> None:
    for event in (session_rescheduled(), session_cancelled()):
        refused(AlreadyOpened, planned(SCHEDULED, OPENED), event, DRC)
        refused(AlreadyClosed, planned(SCHEDULED, OPENED, CLOSED), event, DRC)
    decide(planned(SCHEDULED, OPENED), action_scheduled(starts_at=at(9, 25)), DRC)


@pytest.mark.row(6, 88)
@pytest.mark.parametrize("by", [BANNER, BANNER_DRC])
def test_only_the_city_drc_moves_and_cancels_sessions(by: Caller) -> None:
    for event in (session_rescheduled(), session_cancelled()):
        assert "市发展和改革委员会" in refused(NotAllowed, planned(SCHEDULED), event, by).problem()["title"]
