"""The feed: every fact once, in order, from any cursor, across a restart; and to nobody whose business it is not."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from services.approvals import keyring
from shared.events import EVENTS
from shared.feeding import Feed, Page
from shared.keys import Keys
from shared.posted import Caller
from shared.web import problem
from shared.web.feed import feed_route
from shared.web.lasting import Lasting, TooManyOfAKey, TooManyOpen
from tests.browsing import reachable
from tests.builders import BANNER, DRC, plan, session_scheduled
from tests.posting import OPENED, Office, approvals, keys
from tests.systems import System, client_of, until

pytestmark = pytest.mark.row(78)

PLANNED: Final = (plan(), DRC)
SCHEDULED: Final = tuple((session_scheduled(session=f"spring-2022-1506{place}"), DRC) for place in ("02", "03", "21"))


async def feed(office: Office, by: Caller, **query: object) -> dict[str, Any]:
    params = {name: str(value) for name, value in query.items()}
    answer = await office.client.get("/v1/feed", params=params, headers=office.key(by))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def read_all(office: Office, by: Caller, after: int = 0, limit: int = 3) -> list[dict[str, Any]]:
    """Read pages until there is nothing left."""
    facts: list[dict[str, Any]] = []
    while True:
        page = await feed(office, by, after=after, limit=limit)
        facts += page["facts"]
        if page["next"] >= page["last"]:
            return facts
        after = page["next"]


def sequences(facts: Sequence[dict[str, Any]]) -> list[int]:
    return [int(fact["sequence"]) for fact in facts]


async def test_a_cursor_goes_on_after_a_restart_and_misses_nothing(system: System) -> None:
    async with approvals(system, (plan(), DRC)) as office:
        first = await feed(office, DRC)
    async with system.serving("approvals") as client:
        office = Office(client, office.tokens)
        await office.accepted(*SCHEDULED)
        following = await feed(office, DRC, after=first["next"])
    assert sequences(following["facts"]) == [first["next"] + number for number in (1, 2, 3)]


async def test_a_reader_that_waits_is_answered_as_soon_as_there_is_something(system: System) -> None:
    async with approvals(system, (plan(), DRC)) as office:
        newest = (await feed(office, DRC))["last"]
        waiting = asyncio.create_task(feed(office, DRC, after=newest, wait=20))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await office.accepted(*OPENED[1:2])
        page = await asyncio.wait_for(waiting, timeout=10)
    assert sequences(page["facts"]) == [newest + 1]


@pytest.mark.row(75)
async def test_a_reader_whose_key_is_revoked_while_it_waits_is_told_nothing_more(system: System) -> None:
    async with approvals(system, (plan(), DRC)) as office:
        newest = (await feed(office, DRC))["last"]
        path = f"/v1/feed?after={newest}&wait=20"
        waiting = asyncio.create_task(office.client.get(path, headers=office.key(BANNER)))
        await asyncio.sleep(0.3)
        await keyring.revoke(
            await system.database("approvals"), office.tokens[BANNER.unit].split("_")[1], datetime.now(UTC)
        )
        answer = await asyncio.wait_for(waiting, timeout=10)
    assert answer.status_code == 401


async def test_a_stream_that_broke_off_goes_on_behind_the_last_fact_it_sent(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    async with reachable(system, "approvals") as address, httpx.AsyncClient(base_url=address, timeout=10) as client:
        office = Office(client, tokens)
        await office.accepted((plan(), DRC), *SCHEDULED)
        last = await system.count("approvals", "outbox")
        first = await _streamed(office, 4)
        rest = await _streamed(office, last - 4, **{"Last-Event-ID": str(first[-1])})
    assert first + rest == list(range(1, last + 1))


async def opened(office: Office, by: Caller, path: str = "/v1/feed/stream") -> httpx.Response:
    """Begin to read a stream, and leave it open."""
    request = office.client.build_request("GET", path, headers=office.key(by))
    return await office.client.send(request, stream=True)


async def test_a_system_that_opens_more_streams_than_it_may_is_told_and_harms_nobody(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    async with (
        reachable(system, "approvals", readers_of_a_key=3) as address,
        httpx.AsyncClient(base_url=address, timeout=10) as client,
    ):
        office = Office(client, tokens)
        streams = [await opened(office, DRC) for _ in range(3)]
        assert {one.status_code for one in streams} == {200}
        for path in ("/v1/feed/stream", "/v1/feed?wait=20&after=9"):
            refused = await client.get(path, headers=office.key(DRC))
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
            assert refused.headers["Content-Type"] == "application/problem+json"
            problem = refused.json()
            assert problem["type"] == "/problems/too-many-of-a-key"
            assert problem["title"] == "同一密钥最多同时保持3个连接；请关闭不再使用的，稍后再试"
            assert "3 connections" in problem["title_en"]
        assert (await client.get("/v1/feed", headers=office.key(DRC))).status_code == 200  # it does not stay
        assert (await opened(office, BANNER)).status_code == 200
        await streams.pop().aclose()

        async def let_in() -> bool:
            return (await opened(office, DRC)).status_code == 200

        await until(let_in)


@pytest.mark.row(26)
def test_where_all_places_are_taken_a_key_that_has_none_is_refused_too_until_one_is_free() -> None:
    lasting = Lasting("test", "places", of_a_key=2, of_all=3)
    with lasting.held("a"), lasting.held("a"):
        with lasting.held("b"), pytest.raises(TooManyOpen), lasting.held("c"):
            pytest.fail("there is no room")
        with pytest.raises(TooManyOfAKey), lasting.held("a"):
            pytest.fail("this key has its share")
        with lasting.held("c"):
            pass
    with lasting.held("a"), lasting.held("b"), lasting.held("c"):
        pass


async def _streamed(office: Office, count: int, **headers: str) -> list[int]:
    """Read so many facts of the stream and break off."""
    ids: list[int] = []
    async with office.client.stream("GET", "/v1/feed/stream", headers=office.key(DRC) | headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                ids.append(int(line.removeprefix("id: ")))
            if len(ids) == count and not line:
                return ids
    return ids


class Nothing:
    """A feed without facts, and keys that open for everybody: what is asked of it is only read."""

    async def caller(self, _: object) -> Caller:
        return DRC

    async def waited(self, *asked: object, seconds: int) -> Page:
        return Page((), len(asked), seconds)


def feed_without_facts() -> FastAPI:
    """Return the feed's route as a service has it, over a feed without facts."""
    app, nothing = FastAPI(), Nothing()
    problem.install(app)
    app.include_router(
        feed_route(cast("Feed", nothing), cast("Keys", nothing), Lasting("test", "readers", of_a_key=1, of_all=1))
    )
    return app


FEED = feed_without_facts()
cursors = st.text(max_size=30) | st.integers(-(2**70), 2**70).map(str) | st.sampled_from(["1e3", "１２", " 7", "+7"])


@pytest.mark.row(81)
@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["after", "limit", "wait"]), cursors),
    st.lists(st.text(max_size=120) | st.sampled_from(sorted(EVENTS)), max_size=3),
)
def test_any_cursor_of_the_feed_is_read_or_told(asked: dict[str, str], types: list[str]) -> None:
    async def ask() -> httpx.Response:
        async with client_of(FEED) as client:
            return await client.get("/v1/feed", params={**asked, "type": types})

    answer = asyncio.run(ask())
    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        assert all(error["zh"] and error["en"].isascii() for error in answer.json()["errors"]), answer.text
    else:
        assert all(int(value) >= 0 for value in asked.values())
        assert set(types) <= set(EVENTS)
