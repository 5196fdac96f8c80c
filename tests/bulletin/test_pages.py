"""What people see of the bulletin: leaders read, editors draft and sign, everybody sees what was delivered to whom."""

import base64
import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.async_api import Page

from shared.vocabulary import SessionKind
from tests.browsing import DESK, PHONE, chromium, picture, visit
from tests.builders import BANNER, BANNER_SESSION, DRC, PLAN, approval_corrected, owner, plan, project_code
from tests.bulletin.house import House, house, just_now
from tests.bulletin.post import recipient
from tests.bulletin.stories import around, decided, held
from tests.systems import System, until

LATE = (approval_corrected(project_code=project_code(2), outcome="approved"), owner())
FORMS = ("pdf", "html", "docx", "xlsx", "csv", "json", "zip")


async def learn_a_session(one: House, **planned: object) -> list[object]:
    """Let a whole session be heard; return what comes late."""
    *events, late = decided((plan(**planned), DRC), *held(closed_at=just_now()), LATE)
    await one.room.learn(*events, *around())
    return [late]


async def editions(one: House, count: int) -> None:
    async def there() -> bool:
        return len(await one.room.editions()) >= count

    await until(there, within=30)


_FOCUSED = """() => {
    const one = document.activeElement, outline = getComputedStyle(one);
    if (one === document.body || one.dataset.reached) return null;
    one.dataset.reached = "yes";
    return outline.outlineStyle !== "none" && parseFloat(outline.outlineWidth) >= 2 ? "" : one.outerHTML;
}"""
_UNREACHED = """() => [...document.querySelectorAll("main a[href], main button, main input, main select, main summary")]
    .filter(one => one.type !== "hidden" && one.checkVisibility() && !one.dataset.reached).map(one => one.outerHTML)"""


async def by_keyboard(page: Page) -> None:
    """Check that the Tab key leads to everything one can use on a page, and that one sees where one is."""
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Tab")
    while (unseen := await page.evaluate(_FOCUSED)) is not None:
        assert not unseen
        await page.keyboard.press("Tab")
    assert await page.evaluate(_UNREACHED) == []


async def fits(page: Page, name: str, width: int) -> None:
    """Check that a page does not scroll sideways; leave a picture of it for people to look at."""
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.row(63, 64, 69, 92)
async def test_a_leader_finds_a_bulletin_reads_it_and_its_corrections_and_takes_it_along(system: System) -> None:
    async with house(system, correction_quiet="PT0S") as one:
        late = await learn_a_session(one, recipients=[recipient("市直部门", "folder", "all")])
        await editions(one, 1)
        await one.room.learn(*late)  # type: ignore[arg-type]
        await editions(one, 2)
        async with (
            chromium() as browser,
            visit(browser, one.address, token=one.tokens[BANNER.unit]) as page,
            visit(browser, one.address, token=one.tokens[BANNER.unit], size=PHONE) as phone,
        ):
            await page.goto(f"{one.address}/bulletins")
            await page.get_by_role("searchbox").fill("没有这句话")
            await page.get_by_role("button", name="查找").click()
            assert await page.get_by_text("没有符合条件的简报").is_visible()
            await page.get_by_role("searchbox").fill("鄂环证150602 示例企业")
            await page.keyboard.press("Enter")
            await page.get_by_role("heading", name="东胜区专场集中审批活动情况").wait_for()
            await fits(page, "bulletins", DESK[0])
            await by_keyboard(page)
            await page.get_by_role("heading", name="东胜区专场集中审批活动情况").get_by_role("link").click()
            assert await page.get_by_text("一、基本情况").is_visible()
            assert await page.get_by_text("本场活动共办理审批事项3项").first.is_visible()
            await page.get_by_text("更正1项").click()
            await fits(page, "bulletin", DESK[0])
            await page.get_by_role("link", name="首次印发").click()
            assert await page.get_by_text("本版已被更正").is_visible()
            for name, path in (("bulletins-phone", "/bulletins"), ("bulletin-phone", f"/bulletins/{BANNER_SESSION}/1")):
                await phone.goto(one.address + path)
                await fits(phone, name, PHONE[0])
        await same_figures(one)


async def same_figures(one: House) -> None:
    """Every shape states the newest edition's figures; the feed leads to them with a feed reader's password."""
    files = {form: await one.get(f"/bulletins/{BANNER_SESSION}/1.{form}", BANNER) for form in FORMS}
    assert {form: file.status_code for form, file in files.items()} == dict.fromkeys(FORMS, 200)
    said = json.loads(files["json"].text)
    rows = list(csv.DictReader(io.StringIO(files["csv"].content.decode("utf-8-sig"))))
    assert [row["项目代码"] for row in rows] == [row["project_code"] for row in said["applications"]]
    assert sum(row["结论"] == "审批" for row in rows) == 2
    assert "共办理审批事项3项，其中审批2项、容缺审批0项、转报上报1项" in files["html"].text
    with zipfile.ZipFile(io.BytesIO(files["zip"].content)) as pack:
        assert pack.read(f"{pack.namelist()[0]}") == files["pdf"].content
    basic = base64.b64encode(f"reader:{one.tokens[BANNER.unit]}".encode()).decode()
    assert (await one.client.get("/feed.atom")).status_code == 401
    feed = await one.client.get("/feed.atom", headers={"Authorization": f"Basic {basic}"})
    entries = ET.fromstring(feed.text).findall("{http://www.w3.org/2005/Atom}entry")  # noqa: S314  (our own)
    assert len(entries) == 2


async def review(page: Page) -> None:
    """Review a draft with the keyboard alone."""
    await page.get_by_label("审核人姓名").focus()
    await page.keyboard.type("李某（虚构）")
    await page.keyboard.press("Tab")
    await page.keyboard.type("市发改委副主任")
    for _ in range(3):  # over verdict and remarks to the button
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="签发", exact=True).wait_for()


@pytest.mark.row(58, 62)
async def test_a_bulletin_goes_over_the_desk_from_draft_to_sign_off(system: System) -> None:
    switches = PLAN.switches.model_copy(update={"sign_off": (SessionKind.BANNER,)})
    async with house(system) as one:
        await learn_a_session(one, switches=switches, recipients=[recipient("市直部门", "folder", "all")])
        path = f"/desk/{BANNER_SESSION}"

        async def drafted() -> bool:
            return "送审稿第1稿" in (await one.get(path, DRC)).text

        await until(drafted, within=20)
        assert (await one.get(path, BANNER)).status_code == 403
        assert (await one.get(f"{path}.pdf", BANNER)).status_code == 403
        assert (await one.get(f"/bulletins/{BANNER_SESSION}/0.pdf", DRC)).status_code == 404
        assert (await one.get(f"{path}.pdf", DRC)).content.startswith(b"%PDF-")
        async with (
            chromium() as browser,
            visit(browser, one.address, token=one.tokens[DRC.unit]) as page,
            visit(browser, one.address, token=one.tokens[DRC.unit], size=PHONE) as phone,
        ):
            await page.goto(one.address + "/desk")
            await fits(page, "desk", DESK[0])
            await page.get_by_role("link", name="东胜区专场").click()
            await fits(page, "draft", DESK[0])
            await by_keyboard(page)
            await phone.goto(one.address + path)
            await fits(phone, "draft-phone", PHONE[0])
            await review(page)
            same = {"draft": "1", "name": "李某（虚构）", "post": "市发改委副主任", "event_id": "form-1"}
            refused = await one.post(f"{path}/sign", DRC, **same)
            assert refused.status_code == 422
            assert all(words in refused.text for words in ("审核人与签发人不能是同一人", 'value="李某（虚构）"'))
            page.on("dialog", lambda dialog: dialog.accept())
            await page.get_by_label("签发人姓名").fill("王某（虚构）")
            await page.get_by_label("签发人职务").fill("市发改委主任")
            await page.get_by_role("button", name="签发并印发").click()
            await editions(one, 1)
            await page.goto(f"{one.address}/bulletins/{BANNER_SESSION}")
            assert await page.get_by_text("市发改委主任王某（虚构）").first.is_visible()
            assert "更正说明" not in (await one.get(path, DRC)).text
            assert "没有新的情况" in (await one.get(f"{path}.pdf", DRC)).text


@pytest.mark.row(65, 66)
async def test_what_failed_is_seen_with_its_attempts_and_sent_again_by_a_button(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bulletin.pages.deliveries._LINES", 1)
    outbox = tmp_path / "outbox"
    outbox.write_text("no folder yet")
    settings = {"outbox_folder": outbox, "delivery_attempts": 3, "delivery_first_wait": "PT0.05S"}
    async with house(system, **settings) as one:
        await learn_a_session(one, recipients=[recipient(name, "folder", "all") for name in ("市直部门", "各旗区")])

        async def is_now(state: str) -> bool:
            return {row.state for row in await one.room.deliveries()} == {state}

        await until(lambda: is_now("failed"), within=30)
        async with (
            chromium() as browser,
            visit(browser, one.address, token=one.tokens[DRC.unit]) as page,
            visit(browser, one.address, token=one.tokens[BANNER.unit], size=PHONE) as phone,
        ):
            await phone.goto(one.address + "/deliveries")
            await fits(phone, "deliveries-phone", PHONE[0])
            assert await phone.get_by_role("button", name="重发").count() == 0
            await page.goto(one.address + "/deliveries")
            await fits(page, "deliveries", DESK[0])
            assert await page.get_by_text("送达记录3次").is_visible()
            outbox.unlink()
            page.on("dialog", lambda dialog: dialog.accept())
            for name in ("各旗区", "市直部门"):  # a page each
                await page.goto(f"{one.address}/deliveries?state=failed")
                assert await page.get_by_role("heading", name=name).is_visible()
                await page.get_by_role("button", name="重发").click()
                await page.get_by_text(f"已安排重发：{name}").wait_for()
            await until(lambda: is_now("delivered"), within=10)
            await page.goto(one.address + "/deliveries")
            await page.get_by_role("link", name="下一页").click()
            await page.get_by_text("2 / 2").wait_for()
            assert await page.get_by_text("送达记录4次").is_visible()
    (file,) = (outbox / "all").iterdir()
    assert file.read_bytes() == (await one.room.editions())[0].pdf
