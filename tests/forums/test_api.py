"""The forums service over HTTP and the stream: what it was told is what it lists and counts."""

from collections.abc import AsyncIterator

import pytest

from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, forum_held, issue_raised, plan
from tests.listening import listening
from tests.posting import Office, approvals
from tests.systems import System

SESSION = f"/v1/sessions/{BANNER_SESSION}"


@pytest.fixture
async def forums(system: System) -> AsyncIterator[Office]:
    """Yield the forums service, which has heard of the campaign and its keys."""
    async with (
        approvals(system, (plan(), DRC)) as office,
        listening(system, "forums", office, f"{SESSION}/issues") as there,
    ):
        yield there


@pytest.mark.row(64)
async def test_issues_are_listed_as_they_were_raised_and_counted_by_the_end_of_the_forum(forums: Office) -> None:
    second = (issue_raised(issue="issue-2", raised_at="2022-03-16T09:50:00+08:00"), DRC)
    late = (issue_raised(issue="issue-3", raised_at="2022-03-16T10:30:00+08:00"), BANNER)
    await forums.accepted((issue_raised(), BANNER), second, (forum_held(), BANNER), late)
    listed = (await forums.client.get(f"{SESSION}/issues", headers=forums.key(BANNER))).json()
    assert [(issue["issue"], issue["late"]) for issue in listed] == [
        ("issue-2", False),
        ("issue-1", False),
        ("issue-3", True),
    ]
    assert listed[1]["text"] == issue_raised().text
    totals = (await forums.client.get(f"{SESSION}/totals", headers=forums.key(BANNER))).json()
    assert totals == {
        "session": BANNER_SESSION,
        "issues": 3,
        "late": 1,
        "held_at": "2022-03-16T03:30:00Z",
        "stated": 2,
    }


@pytest.mark.row(35)
async def test_an_issue_id_is_taken_also_across_requests_and_in_one_batch(forums: Office) -> None:
    await forums.accepted((issue_raised(), BANNER))
    again = await forums.post(issue_raised(text="另一问题。"), BANNER)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/issue-number-taken")
    assert "示例企业" in again.json()["title"]


@pytest.mark.row(2)
async def test_the_city_session_has_no_forum_to_list(forums: Office) -> None:
    answer = await forums.client.get(f"/v1/sessions/{CITY_SESSION}/issues", headers=forums.key(DRC))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-session")
    refused = await forums.post(forum_held(session=CITY_SESSION), BANNER)
    assert (refused.status_code, refused.json()["row"]) == (422, 2)


@pytest.mark.row(75)
@pytest.mark.parametrize("path", ["issues", "totals"])
async def test_whoever_has_no_key_reads_nothing(forums: Office, path: str) -> None:
    answer = await forums.client.get(f"{SESSION}/{path}")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
