"""A poisonous message: kept, shown, mended, replayed or dismissed, on a page and by command; every step on record."""

import json

import pytest
from playwright.async_api import Page
from pydantic import ValidationError

from shared import quarantine, replay
from shared.consumer import on_every
from shared.events import SessionClosed
from shared.problems import Invalid
from shared.spine import Spine
from shared.vocabulary import Role
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.builders import session_closed
from tests.operating import token
from tests.shared.test_consumer import EVENT, Effects, publish
from tests.systems import System, fact, until

pytestmark = pytest.mark.row(85)
HTML = {"Accept": "text/html"}


def poison(sequence: int = 1, event_id: str = "fact-poison") -> bytes:
    """Return a fact whose publisher wrote a date where a moment belongs."""
    return fact("approvals", sequence, session_closed(), event_id=event_id).replace(
        b"2022-03-16T17:00:00+08:00", b"the evening"
    )


async def held(system: System, service: str, count: int) -> None:
    async def all_there() -> bool:
        return await system.count(service, "quarantine WHERE state = 'waiting'") == count

    await until(all_there)


async def audit(system: System, service: str) -> list[tuple[str, str]]:
    """Return what was recorded of quarantine, and by whom."""
    query = "SELECT type, envelope FROM outbox WHERE type LIKE 'chunfeng.quarantine.%' ORDER BY sequence"
    rows = await system.rows(service, query)
    return [(row["type"].split(".")[2], json.loads(row["envelope"])["actor"]) for row in rows]


async def stays_readable(page: Page, dismissed: int) -> None:
    """See that what was dismissed can still be read, and why it was, and by whom."""
    gone = page.get_by_role("listitem").filter(has_text=f"#{dismissed} 专场已结束")
    for told in ("已注销", "重复的一条", "市发展和改革委员会"):
        assert told in await gone.inner_text()
    await gone.get_by_text("查看全文").click()
    assert await gone.get_by_text("the evening").last.is_visible()


async def test_an_operator_mends_and_replays_with_a_browser_and_every_step_is_recorded(system: System) -> None:
    for number in (1, 2):
        await system.publish("approvals", poison(number, f"fact-poison-{number}"), SessionClosed.type)
    async with reachable(system, "bulletin") as address, chromium() as browser:
        await held(system, "bulletin", 2)
        mended, dismissed = (
            row["id"] for row in await system.rows("bulletin", "SELECT id FROM quarantine ORDER BY id")
        )
        operator = await token(await system.database("bulletin"), Role.OPERATOR)
        async with visit(browser, address, token=operator, size=PHONE) as page:
            await page.goto(f"{address}/quarantine")
            first = page.locator(f"#m{mended}")
            assert await first.get_by_text("应为带时区的时间").is_visible()
            await first.get_by_role("button", name="重放").click()
            assert await page.get_by_text("第1次重放仍失败").is_visible()
            await first.get_by_text("查看全文、修复、注销").click()
            text = first.get_by_label("内容（只可修改 data）")
            broken = await text.input_value()
            await text.fill(broken.replace("the evening", "2022-03-16T17:00:00+08:00"))
            await first.get_by_label("修复原因").fill("发布程序写错，已与市发改委核对")
            await first.get_by_role("button", name="保存修复").click()
            if path := picture("quarantine-phone"):
                await page.screenshot(path=path, full_page=True)
            await page.wait_for_load_state()
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            await page.locator("section.card", has_text="已修复，待重放").get_by_role("button", name="重放").click()
            await page.get_by_text(f"已重放：{mended}").wait_for()
            other = page.locator(f"#m{dismissed}")
            await other.get_by_text("查看全文、修复、注销").click()
            await other.get_by_label("注销原因").fill("重复的一条，不应再次结束该专场")
            page.once("dialog", lambda dialog: dialog.accept())
            await other.get_by_role("button", name="注销").click()
            await page.get_by_text("没有待处理的消息").wait_for()
            await stays_readable(page, dismissed)
        assert await system.count("bulletin", "closing") == 1
        kept = await system.rows("bulletin", "SELECT payload, mended FROM quarantine ORDER BY id")
        assert kept[0]["payload"].encode() == poison(1, "fact-poison-1")
        assert "the evening" not in kept[0]["mended"]
    assert [what for what, _ in await audit(system, "bulletin")] == ["mended", "replayed", "dismissed"]
    assert all(by.startswith("/units/") for _, by in await audit(system, "bulletin"))


async def test_what_the_service_could_not_do_is_replayed_once_the_service_can(system: System) -> None:
    with pytest.raises(ValidationError) as defect:
        SessionClosed.model_validate({})
    clumsy = Effects(*[defect.value] * 20)
    spine = Spine("forums", await system.settings("forums"))
    spine.react([on_every(clumsy)])
    async with spine.running():
        await publish(system, *[fact("approvals", number, EVENT, event_id=f"fact-{number:03d}") for number in (1, 2)])
        await held(system, "forums", 2)
        kept = [row["id"] for row in await system.rows("forums", "SELECT id FROM quarantine ORDER BY id")]
        clumsy.stumbles.clear()  # the defect is mended
        assert await spine.ward.want(None, "/operators/li") == kept
        await held(system, "forums", 0)
    for table, name in (("inbox", "event_id"), ("campaign", "campaign")):
        assert await system.count("forums", f"{table} WHERE {name} LIKE 'fact-%'") == 2
    assert await audit(system, "forums") == [("replayed", "/operators/li")] * 2


async def test_only_data_are_mended_and_what_is_no_fact_can_only_be_dismissed(system: System) -> None:
    await system.publish("approvals", b"\xffnothing of ours")
    await system.publish("approvals", poison(), SessionClosed.type)
    spine = Spine("forums", await system.settings("forums"))
    spine.react([on_every(Effects())])
    async with spine.running():
        await held(system, "forums", 2)
        rubbish, sick = await system.rows("forums", "SELECT id, payload FROM quarantine ORDER BY id")
        healthy = sick["payload"].replace("the evening", "2022-03-16T17:00:00+08:00")
        ward = spine.ward
        with pytest.raises(quarantine.NotMended, match="only be dismissed"):
            await ward.mend(rubbish["id"], healthy, "换成别的", "/operators/li")
        with pytest.raises(quarantine.NotMended, match="only data may be changed"):
            await ward.mend(sick["id"], healthy.replace("fact-poison", "fact-other"), "冒充", "/operators/li")
        with pytest.raises(Invalid) as unchanged:
            await ward.mend(sick["id"], sick["payload"], "没有改好", "/operators/li")
        (error,) = unchanged.value.errors()
        assert (error["path"], error["en"]) == ("data.closed_at", "must be an RFC 3339 time with its zone")
        with pytest.raises(quarantine.NotMended, match="from line 2, column 1 on it is no JSON"):
            await ward.mend(sick["id"], '{"id":\n', "没有写完", "/operators/li")
        with pytest.raises(quarantine.WhyNot):
            await ward.mend(sick["id"], healthy, "  ", "/operators/li")
        assert spine.consumer is not None
        failed = await replay.replay(spine.consumer, ward, rubbish["id"], "/operators/li")
        assert failed.error is not None
        await ward.dismiss(rubbish["id"], "误发", "/operators/li")
        with pytest.raises(quarantine.NotInQuarantine):
            await replay.replay(spine.consumer, ward, rubbish["id"], "/operators/li")
    assert await system.count("forums", "campaign WHERE campaign LIKE 'fact-%'") == 0


@pytest.mark.row(88)
async def test_quarantine_is_for_operators(system: System) -> None:
    async with system.serving("policy") as client:
        database = await system.database("policy")
        allowed = {Role.OPERATOR: 200, Role.DRC: 200, Role.DEPARTMENT: 403, Role.VIEWER: 403}
        tokens = {role: await token(database, role) for role in allowed}
        for role, status in allowed.items():
            cookie = {**HTML, "Cookie": f"chunfeng_key={tokens[role]}"}
            assert (await client.get("/quarantine", headers=cookie)).status_code == status, role
            for action in ("replay", "7/replay", "7/mend", "7/dismiss"):
                answer = await client.post(f"/quarantine/{action}", headers=cookie, data={"reason": "x"})
                assert (answer.status_code == 403) is (status == 403), (role, action)
