"""The campaign is planned once and its ten sessions are opened and closed by those who may."""

from typing import Any

import pytest

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.refusals import (
    AlreadyClosed,
    AlreadyOpened,
    AlreadyPlanned,
    NotTenSessions,
    WrongOrder,
)
from shared.campaign import NotAllowed, StatedByService, UnknownSession, WrongDivision
from shared.events import ApprovalTotals, SessionClosed
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import BANNERS, CITY_DIVISION, SessionKind
from tests.approvals.worlds import CLOSED, OPENED, SCHEDULED, SIGNED, opened, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_BANNER,
    PLAN,
    at,
    caller,
    plan,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.deciding import decide, refused


def with_sessions(*changes: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    """Return the plan's sessions, some of them changed, by position from 0."""
    sessions = [session.model_dump() for session in PLAN.sessions]
    for place, change in changes:
        sessions[place] |= change
    return {"sessions": sessions}


@pytest.mark.row(1)
def test_one_call_plans_nine_banner_sessions_and_the_city_session() -> None:
    world = ApprovalsWorld()
    assert decide(world, plan(), DRC) == plan()
    assert set(world.sessions) == {f"{PLAN.campaign}-{division}" for division in (*BANNERS, CITY_DIVISION)}


@pytest.mark.row(1)
def test_a_campaign_is_planned_only_once() -> None:
    refusal = refused(AlreadyPlanned, planned(), plan(title="另一行动"), DRC)
    assert refusal.status == 409
    assert PLAN.campaign in refusal.problem()["title"]


@pytest.mark.row(1, 88)
@pytest.mark.parametrize("by", [BANNER_DRC, OFFICE, BANNER, caller("ecology")])
def test_only_the_city_drc_plans_and_schedules(by: Caller) -> None:
    assert refused(NotAllowed, ApprovalsWorld(), plan(), by).status == 403
    assert "市发展和改革委员会" in refused(NotAllowed, planned(), session_scheduled(), by).problem()["title"]


@pytest.mark.row(1)
@pytest.mark.parametrize(
    "changes",
    [
        [(1, {"division": "150602", "session": "spring-2022-150602"})],
        [(0, {"session": "spring-2022-dongsheng"})],
        [(0, {"kind": SessionKind.CITY})],
        [(9, {"kind": SessionKind.BANNER})],
        [(9, {"position": 1}), (0, {"position": 10})],
    ],
    ids=["a banner twice", "another name", "a city session of a banner", "a banner session of the city", "city first"],
)
def test_a_plan_of_another_shape_is_refused(changes: list[tuple[int, dict[str, Any]]]) -> None:
    refusal = refused(NotTenSessions, ApprovalsWorld(), plan(**with_sessions(*changes)), DRC)
    assert (refusal.status, refusal.path) == (422, "data.sessions")


@pytest.mark.row(1)
def test_a_session_the_campaign_does_not_have_is_not_found() -> None:
    refusal = refused(UnknownSession, planned(), session_scheduled(session="spring-2022-150699"), DRC)
    assert (refusal.status, refusal.path) == (404, "data.session")


@pytest.mark.row(82)
def test_a_session_of_an_unknown_campaign_waits_for_its_plan() -> None:
    refusal = refused(NotYet, ApprovalsWorld(), session_scheduled(), DRC)
    assert refusal.needs == "chunfeng.campaign.planned.v1 spring-2022"


@pytest.mark.row(7)
def test_a_scheduled_session_is_opened_by_its_banner_and_the_record_says_who() -> None:
    world = planned(SCHEDULED)
    decide(world, *OPENED)
    state = world.sessions[session_opened().session]
    assert (state.opened_at, state.opened_by) == (at(9), "示例（虚构）")


@pytest.mark.row(7, 88)
@pytest.mark.parametrize("by", [DRC, OFFICE, caller("ecology"), caller("park", "150602")])
def test_nobody_but_a_banner_opens_or_closes_its_session(by: Caller) -> None:
    refused(NotAllowed, planned(SCHEDULED), session_opened(), by)
    refused(NotAllowed, planned(SCHEDULED, OPENED), session_closed(), by)


@pytest.mark.row(7, 75)
def test_a_banner_cannot_open_or_close_the_session_of_another() -> None:
    assert refused(WrongDivision, planned(SCHEDULED), session_opened(), OTHER_BANNER).status == 403
    refused(WrongDivision, planned(SCHEDULED, OPENED), session_closed(), OTHER_BANNER)


@pytest.mark.row(7)
def test_the_city_session_is_opened_for_a_city_leader_by_the_general_office() -> None:
    world = planned((session_scheduled(session=CITY_SESSION), DRC))
    refused(NotAllowed, world, session_opened(session=CITY_SESSION), BANNER)
    decide(world, session_opened(session=CITY_SESSION), OFFICE)


@pytest.mark.row(7, 82)
def test_opening_waits_for_the_date_and_closing_for_the_opening() -> None:
    assert "session.scheduled" in refused(NotYet, planned(), *OPENED).needs
    assert "session.opened" in refused(NotYet, planned(SCHEDULED), *CLOSED).needs


@pytest.mark.row(7)
def test_a_session_opens_once_and_closes_once() -> None:
    assert refused(AlreadyOpened, planned(SCHEDULED, OPENED), *OPENED).status == 409
    assert refused(AlreadyClosed, planned(SCHEDULED, OPENED, CLOSED), *CLOSED).status == 409


@pytest.mark.row(7)
def test_a_session_cannot_close_before_it_opened() -> None:
    refusal = refused(WrongOrder, planned(SCHEDULED, OPENED), session_closed(closed_at=at(8, 59)), BANNER)
    assert refusal.path == "data.closed_at"


@pytest.mark.row(59)
def test_closing_states_the_totals_and_nobody_else_may() -> None:
    closed = decide(opened(SIGNED), *CLOSED)
    assert isinstance(closed, SessionClosed)
    assert closed.totals is not None
    assert (closed.totals.docketed, [count.applications for count in closed.totals.counts]) == (1, [1])
    invented = session_closed(totals=ApprovalTotals(docketed=9, withdrawn=0, licences=0, counts=()))
    assert refused(StatedByService, opened(), invented, BANNER).path == "data.totals"
