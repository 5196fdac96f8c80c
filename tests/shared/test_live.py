"""Live pages: whoever looks costs the database nothing; everybody sees what is new at once."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from services.approvals import keyring
from shared.watch import Watch
from tests.browsing import chromium, reachable, visit
from tests.builders import DRC
from tests.posting import keys
from tests.systems import System, together, until

COUNT = "UPDATE outbox_counter SET last = last + 1 WHERE id = 1 RETURNING last"


@pytest.mark.row(26)
async def test_fifty_viewers_are_read_for_once_and_all_see_what_is_new(system: System) -> None:
    watch, read = Watch(await system.database("approvals"), every=0.05), list[int]()

    async def look() -> int:
        read.append(1)
        await asyncio.sleep(0.01)
        return len(read)

    async def viewer(seen: list[int]) -> None:
        async with watch.looking():
            seen.append(await watch.once("book", look))
            assert await watch.change(watch.newest, within=10)
            seen.append(await watch.once("book", look))

    viewers: list[list[int]] = [[] for _ in range(50)]
    work = asyncio.gather(*(viewer(seen) for seen in viewers))

    async def all_wait() -> bool:
        return all(viewers)

    await until(all_wait)
    await asyncio.sleep(0.2)  # some looks, at which there is nothing new
    assert len(read) == 1
    await system.rows("approvals", COUNT)
    await asyncio.wait_for(work, 10)
    assert (viewers, len(read)) == ([[1, 2]] * 50, 2)
    async with watch.looking():
        assert not await watch.change(watch.newest, within=0.2)


@pytest.mark.row(26)
async def test_what_could_not_be_read_is_read_again(system: System) -> None:
    watch, tries = Watch(await system.database("approvals")), list[int]()

    async def fail_first() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise TimeoutError
        return "read"

    with pytest.raises(TimeoutError):
        await watch.once("book", fail_first)
    assert await together(watch.once("book", fail_first), watch.once("book", fail_first)) == ["read", "read"]
    assert len(tries) == 2


@pytest.mark.row(26, 75)
async def test_a_page_that_finds_every_place_taken_is_live_once_there_is_room_until_its_key_is_revoked(
    system: System,
) -> None:
    token = (await keys(await system.database("approvals")))[DRC.unit]
    async with (
        reachable(system, "approvals", live_pages_of_a_key=1) as address,
        httpx.AsyncClient(base_url=address, cookies={"chunfeng_key": token}) as client,
        chromium() as browser,
        visit(browser, address, token=token) as page,
    ):
        other = await client.send(client.build_request("GET", "/live/stream"), stream=True)
        await page.clock.install()
        async with page.expect_response(lambda answer: answer.url.endswith("/live/stream")) as refused:
            await page.goto(f"{address}/live")
        assert ((await refused.value).status, other.status_code) == (429, 200)
        await other.aclose()

        async def lit() -> bool:
            await page.clock.run_for(10_000)
            return await page.locator("[data-live-light].on").count() == 1

        async def dark() -> bool:
            return not await lit()

        await until(lit)
        await keyring.revoke(await system.database("approvals"), token.split("_")[1], datetime.now(UTC))
        await until(dark)  # and who comes again is told why
        assert (await client.get("/live/stream")).status_code == 401
