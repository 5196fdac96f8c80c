"""The feed as it is read: pages of any size, the types asked for, and what is whose; one service for all."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from deploy.embedded import Nats, Postgres
from shared.envelope import read_published
from shared.events import IssueRaised, QuarantineMended, SessionScheduled
from shared.feeding import may_see
from shared.posted import Caller
from shared.vocabulary import Role
from tests.builders import BANNER, DRC, OTHER_BANNER, caller, owner
from tests.posting import Office, approvals
from tests.shared.test_feed import PLANNED, SCHEDULED, feed, read_all, sequences
from tests.systems import Databases, System, fact, until

pytestmark = pytest.mark.row(78)


@pytest.fixture(scope="module")
async def told(postgres: Postgres, nats: Nats, databases: Databases) -> AsyncIterator[tuple[System, Office]]:
    """Run the one service of the tests that only read what it told."""
    async with System(postgres, nats, databases).running() as system, approvals(system, PLANNED, *SCHEDULED) as office:
        yield system, office


async def test_the_feed_counts_what_the_ledger_counts_whatever_the_size_of_its_pages(
    told: tuple[System, Office],
) -> None:
    system, office = told
    recorded = await system.count("approvals", "outbox")
    for limit in (1, 3, 500):
        assert sequences(await read_all(office, DRC, limit=limit)) == list(range(1, recorded + 1))


async def test_a_fact_of_the_feed_is_the_fact_of_the_stream(told: tuple[System, Office]) -> None:
    system, office = told
    facts = await read_all(office, DRC)

    async def published() -> bool:
        return len(await system.stream()) == len(facts)

    await until(published)
    streamed = await system.stream()
    assert [json.loads(fact.payload) for fact in streamed] == facts


@pytest.mark.row(75)
async def test_a_banner_sees_its_own_session_and_nobody_but_the_city_drc_sees_keys(
    told: tuple[System, Office],
) -> None:
    seen = {by.unit: await read_all(told[1], by) for by in (DRC, owner(), BANNER, OTHER_BANNER)}

    def sessions(by: Caller) -> set[str]:
        return {fact["data"]["session"] for fact in seen[by.unit] if fact["type"] == SessionScheduled.type}

    assert sessions(DRC) == sessions(owner()) == {event.session for event, _ in SCHEDULED}
    assert sessions(BANNER) == {f"spring-2022-{BANNER.division}"}
    assert sessions(OTHER_BANNER) == {f"spring-2022-{OTHER_BANNER.division}"}
    with_keys = {unit for unit, facts in seen.items() if any(fact["type"].startswith("chunfeng.key") for fact in facts)}
    assert with_keys == {DRC.unit}


async def test_only_the_types_asked_for_come_and_the_cursor_passes_over_the_others(told: tuple[System, Office]) -> None:
    page = await feed(told[1], DRC, type=SessionScheduled.type)
    none = await feed(told[1], DRC, type=IssueRaised.type)
    assert {fact["type"] for fact in page["facts"]} == {SessionScheduled.type}
    assert (none["facts"], none["next"]) == ([], page["last"])


@pytest.mark.row(81)
async def test_a_wrong_cursor_is_told(told: tuple[System, Office]) -> None:
    client, key = told[1].client, told[1].key(DRC)
    for query in ("after=-1", "after=x", "limit=0", "limit=501", "wait=31", "type=chunfeng.session.scheduled.v9"):
        answer = await client.get(f"/v1/feed?{query}", headers=key)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), query
        assert (await client.get("/v1/feed")).status_code == 401


@pytest.mark.row(75, 85)
def test_what_lay_in_quarantine_quotes_others_and_is_the_city_drcs_and_its_operators() -> None:
    mended = QuarantineMended(
        service="forums", message=7, reason="误填", old='{"session": "x"}', new='{"session": "y"}'
    )
    told = read_published(fact("forums", 1, mended))
    seeing = {
        "city DRC": DRC,
        "its operator": replace(DRC, role=Role.OPERATOR),
        "a bureau": owner(),
        "a banner": BANNER,
        "a banner's DRC": caller("drc", BANNER.division),
    }
    assert {name for name, by in seeing.items() if may_see(by, told)} == {"city DRC", "its operator"}
