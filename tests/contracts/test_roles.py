"""Roles × actions over all services: what each may post, asked of the rules, and what each may open (row 88)."""

import json
from typing import Final

import pytest

from deploy.contracts.examples import goldens
from deploy.contracts.roles import CITY, DEPENDS, NO, YES, document, matrix
from shared.vocabulary import Role
from tests.builders import BANNER_SESSION, ROOT, approval_signed, owner
from tests.operating import token
from tests.posting import cloudevent
from tests.systems import System

pytestmark = pytest.mark.row(88)
Rows = dict[str, dict[Role, str]]
# The notice's own words for who does what; hand-written, so that a rule that grows lax is seen.
PROMISED: Final[dict[str, set[Role]]] = {
    "CampaignPlanned": {Role.DRC},
    "SessionScheduled": {Role.DRC},
    "SessionOpened": {Role.BANNER},
    "SessionClosed": {Role.BANNER},
    "ApplicationDocketed": {Role.DRC},
    "ApplicationPrereviewed": {Role.DEPARTMENT},
    "ApprovalSigned": {Role.DEPARTMENT},
    "LicenceIssued": {Role.DEPARTMENT},
    "DeferralRevoked": {Role.DEPARTMENT},
    "SeatsArranged": {Role.DRC, Role.BANNER, Role.PARK},
    "ForumHeld": {Role.BANNER},
    "DepartmentsInvited": {Role.DRC, Role.OFFICE},
    "NeedCollected": {Role.DRC, Role.BANNER, Role.PARK, Role.LIAISON},
    "TeamAssigned": {Role.DRC},
    "BulletinSignedOff": {Role.DRC},
    "DeliveryResent": {Role.DRC, Role.OPERATOR},
}
PROMISED_IN_THE_CITY: Final[dict[str, set[Role]]] = {
    "SessionOpened": {Role.OFFICE},
    "SessionClosed": {Role.OFFICE},
    "SeatsArranged": {Role.OFFICE, Role.DEPARTMENT, Role.LIAISON},
    "EnterpriseCalled": {Role.OFFICE, Role.DEPARTMENT, Role.LIAISON},
}
"""There a city leader declares the start, and 市行政审批和政务服务局, or a key for its liaison, keeps the flow."""
OF_THEIR_OWN: Final[dict[str, set[Role]]] = {
    "DutyFulfilled": set(Role) - {Role.VIEWER, Role.OPERATOR, Role.PARK},
    "DutyReopened": set(Role) - {Role.VIEWER, Role.OPERATOR, Role.PARK, Role.DRC},
    "OfficialNominated": {Role.OFFICE, Role.DEPARTMENT, Role.LIAISON, Role.PUBLICITY},
}
"""A unit does what it owes and names its own staff, whatever its role is; the city DRC may more."""
EVERYBODY, OPERATORS = set(Role), {Role.DRC, Role.OPERATOR}
PAGES: Final = {
    "/": EVERYBODY,
    "/bulletins": EVERYBODY,
    "/way": EVERYBODY,
    "/contacts": EVERYBODY,
    "/audit": OPERATORS,
    "/quarantine": OPERATORS,
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Rows]:
    return matrix(goldens())


@pytest.mark.parametrize("event", PROMISED)
def test_a_role_may_do_its_own_and_no_more(answers: dict[str, Rows], event: str) -> None:
    (row,) = (rows[event] for rows in answers.values() if event in rows)
    assert {role for role, answer in row.items() if answer == YES} == PROMISED[event]
    there = PROMISED_IN_THE_CITY.get(event, set())
    assert all(row[role] == NO for role in set(Role) - PROMISED[event] - there)


@pytest.mark.parametrize("event", PROMISED_IN_THE_CITY)
def test_in_the_city_session_others_act(answers: dict[str, Rows], event: str) -> None:
    row = answers["approvals"][event]
    assert {role for role, answer in row.items() if answer == CITY} == PROMISED_IN_THE_CITY[event]


@pytest.mark.parametrize("event", OF_THEIR_OWN)
def test_what_is_a_units_own_depends_on_whose_it_is(answers: dict[str, Rows], event: str) -> None:
    (row,) = (rows[event] for rows in answers.values() if event in rows)
    assert {role for role, answer in row.items() if answer == DEPENDS} == OF_THEIR_OWN[event]


def test_who_only_looks_posts_nothing_and_every_event_has_somebody(answers: dict[str, Rows]) -> None:
    rows = {event: row for rows in answers.values() for event, row in rows.items()}
    assert len(rows) > 50
    assert {event for event, row in rows.items() if row[Role.VIEWER] != NO} == set()
    assert {event for event, row in rows.items() if row[Role.OPERATOR] != NO} == {"DeliveryResent"}
    assert {event for event, row in rows.items() if row[Role.PUBLICITY] == YES} == set()
    assert {event for event, row in rows.items() if set(row.values()) == {NO}} == set()


def test_the_published_matrix_is_todays() -> None:
    assert (ROOT / "docs/contracts/roles.md").read_text("utf-8") == document(goldens())


async def test_every_role_opens_its_pages_and_only_those_and_a_viewers_post_is_refused(system: System) -> None:
    async with system.serving("bulletin") as client:
        database = await system.database("bulletin")
        division = BANNER_SESSION.rpartition("-")[2]
        tokens = {role: await token(database, role) for role in Role}
        tokens_of_banner = await token(database, Role.DRC, division)
        for path, allowed in PAGES.items():
            for role, key in tokens.items():
                answer = await client.get(path, headers={"Accept": "text/html", "Cookie": f"chunfeng_key={key}"})
                assert answer.status_code == (200 if role in allowed else 403), (path, role)
            nobody = await client.get(path, headers={"Accept": "text/html"})
            assert (nobody.status_code, nobody.headers["location"].split("?")[0]) == (303, "/login")
        banner = {"Accept": "text/html", "Cookie": f"chunfeng_key={tokens_of_banner}"}
        assert (await client.get("/audit", headers=banner)).status_code == 403
    async with system.serving("approvals") as client:
        key = await token(await system.database("approvals"), Role.VIEWER)
        event = cloudevent(approval_signed(), owner())
        me = (await client.get("/v1/whoami", headers={"Authorization": f"Bearer {key}"})).json()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
        answer = await client.post("/v1/events", headers=headers, content=json.dumps(event | {"source": me["source"]}))
        assert (answer.status_code, answer.json()["row"]) == (403, 88)
