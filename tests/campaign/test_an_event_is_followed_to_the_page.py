"""From a posted event's id one command and one page show its whole way; the audit trail tells who changed what."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page

from shared.vocabulary import Role
from tests.approvals.worlds import DOCKETED
from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER, approval_corrected, approval_signed, owner, session_closed
from tests.deploy.commanding import command, folder_of
from tests.operating import token
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, until

EVENT, TRACE = "ecology-2022-000123", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@asynccontextmanager
async def one_day(system: System, tmp_path: Path) -> AsyncIterator[tuple[Office, str]]:
    """Run a session to its bulletin; yield the office and the bulletin service's address."""
    async with (
        reachable(system, "bulletin", outbox_folder=str(tmp_path / "deliveries")) as address,
        approvals(system, *OPENED, DOCKETED) as office,
    ):
        signed = cloudevent(approval_signed(document_number="鄂环审字〔2022〕76号"), owner(), EVENT, traceparent=TRACE)
        assert (await office.send(signed, owner())).status_code == 202
        corrected = approval_corrected(document_number="鄂环审字〔2022〕77号")
        await office.accepted((corrected, owner()), (session_closed(), BANNER))

        async def delivered() -> bool:
            return await system.count("bulletin", "delivery WHERE state = 'delivered'") > 0

        await until(delivered, within=40)
        yield office, address


async def the_command_shows_it(system: System, tmp_path: Path) -> None:
    by = await folder_of(system, tmp_path)
    told = await command("trace", EVENT, "--json", folder=by)
    steps = json.loads(told.stdout)["steps"]
    assert [step["en"] for step in steps][:4] == [
        "received and answered",
        "recorded as a fact",
        "arrived",
        "in a bulletin",
    ]
    assert {step["en"] for step in steps[4:]} == {"delivery"}
    assert steps[1]["details"]["traceparent"] == TRACE
    assert steps[1]["details"]["actor"].startswith(owner().source)
    assert (await command("trace", "no-such-event", folder=by)).exit_code == 1


async def what_has_not_arrived_is_found_in_the_outbox(system: System, tmp_path: Path) -> None:
    """Of a fact that the bulletin misses, and of the newest, which it has not heard yet."""
    newest = await system.rows("bulletin", "SELECT source, max(sequence) AS last FROM fact GROUP BY source")
    last = next(row["last"] for row in newest if row["source"] == "/chunfeng/approvals")
    forget = "DELETE FROM fact WHERE source = '/chunfeng/approvals' AND (correlation_id = $1 OR sequence = $2)"
    await system.rows("bulletin", forget, EVENT, last)
    (row,) = await system.rows("approvals", "SELECT correlation_id FROM outbox WHERE sequence = $1", last)
    for wanted in (EVENT, row["correlation_id"]):
        told = await command("trace", wanted, "--json", folder=tmp_path)
        steps = [step["en"] for step in json.loads(told.stdout)["steps"]]
        assert "recorded as a fact" in steps, wanted
        assert "arrived" not in steps, wanted


async def the_trail_shows_old_and_new(page: Page, address: str, key: str) -> None:
    await page.goto(f"{address}/audit?who={owner().unit_name}")
    assert await page.locator("section.entry").count() == 2
    entry = page.locator("section.entry", has_text="签批已更正")
    line = entry.locator("tr", has_text="document_number")
    assert await line.locator("td").all_inner_texts() == [
        "文号\ndocument_number",
        "鄂环审字〔2022〕76号",
        "鄂环审字〔2022〕77号",
    ]
    assert key in await entry.inner_text()
    if path := picture("audit-desk"):
        await page.screenshot(path=path, full_page=True)
    await page.goto(f"{address}/audit?q=77号&since=2022-03-16")
    assert await page.locator("section.entry").count() >= 1
    await page.goto(f"{address}/audit?since=2099-01-01")
    assert await page.get_by_text("没有符合的记录").is_visible()


@pytest.mark.row(83, 84, 87)
async def test_one_event_from_post_to_recipient(system: System, tmp_path: Path) -> None:
    async with one_day(system, tmp_path) as (office, address), chromium() as browser:
        await the_command_shows_it(system, tmp_path)
        operator = await token(await system.database("bulletin"), Role.OPERATOR)
        async with visit(browser, address, token=operator, size=PHONE) as page:
            await page.goto(address)
            await page.get_by_label("追踪一条事件").fill(EVENT)
            await page.keyboard.press("Enter")
            await page.get_by_text("事项已签批").wait_for()
            for stage in ("报送", "登记", "简报收到", "载入简报", "已送达"):
                assert await page.get_by_text(stage, exact=True).first.is_visible(), stage
            assert owner().unit_name in await page.inner_text("ol.timeline")
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            if path := picture("way-phone"):
                await page.screenshot(path=path, full_page=True)

            await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
            await the_trail_shows_old_and_new(page, address, office.tokens[owner().unit][3:11])
        await what_has_not_arrived_is_found_in_the_outbox(system, tmp_path)
