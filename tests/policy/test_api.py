"""The policy service over HTTP and the stream: what it was told is what it lists and counts."""

from collections.abc import AsyncIterator

import pytest

from tests.builders import BANNER_SESSION, CITY_SESSION, DRC, person, plan, team_assigned, unit, visits_concluded
from tests.listening import listening
from tests.posting import Office, approvals
from tests.systems import System

SESSION = f"/v1/sessions/{BANNER_SESSION}"


@pytest.fixture
async def policy(system: System) -> AsyncIterator[Office]:
    """Yield the policy service, which has heard of the campaign and its keys."""
    async with (
        approvals(system, (plan(), DRC)) as office,
        listening(system, "policy", office, f"{SESSION}/teams") as there,
    ):
        yield there


@pytest.mark.row(47, 64)
async def test_teams_are_listed_with_their_people_and_counted_by_the_end_of_the_visits(policy: Office) -> None:
    late = (team_assigned(team="team-2"), DRC)
    await policy.accepted((team_assigned(), DRC), (visits_concluded(), DRC), late)
    first, second = (await policy.client.get(f"{SESSION}/teams", headers=policy.key(DRC))).json()
    assert first["leader"] == person("drc")
    assert [member["unit"] for member in first["members"]] == [unit("finance").code, unit("tax").code]
    assert (first["topics"], first["late"], second["late"]) == (["财税金融支持"], False, True)
    totals = (await policy.client.get(f"{SESSION}/totals", headers=policy.key(DRC))).json()
    assert totals == {
        "session": BANNER_SESSION,
        "teams": 2,
        "late": 1,
        "visits": 0,
        "questions": 0,
        "left_open": 0,
        "open_now": 0,
        "concluded_at": "2022-03-16T09:00:00Z",
        "stated": 1,
    }


@pytest.mark.row(47)
async def test_a_refused_team_leaves_nothing_and_harms_no_neighbour(policy: Office, system: System) -> None:
    refused = await policy.post(team_assigned(leader=person("finance")), DRC)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "data.leader.unit")
    await policy.accepted((team_assigned(), DRC))
    assert await system.count("policy", "team") == 1


@pytest.mark.row(2)
async def test_the_city_session_has_no_teams_to_list(policy: Office) -> None:
    answer = await policy.client.get(f"/v1/sessions/{CITY_SESSION}/totals", headers=policy.key(DRC))
    assert answer.status_code == 404
    refused = await policy.post(visits_concluded(session=CITY_SESSION), DRC)
    assert (refused.status_code, refused.json()["row"]) == (422, 2)
