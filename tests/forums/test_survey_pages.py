"""A banner files its venue and records findings with a phone; the choice is made on the day with one button."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, OFFICE, at
from tests.forums.desk import announce, at_desk, cookie
from tests.forums.issuing import LAND
from tests.forums.surveying import CHOSEN, FILED, PRESENT, PROJECT, filed, photograph, survey_held
from tests.systems import System

ADDRESS = f"/surveys/{BANNER_SESSION}"


async def _photograph(page: Page, name: str) -> None:
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def _file(page: Page) -> None:
    form = page.locator("form[action$='/filed']")
    await form.get_by_label("会场类别").select_option("main")
    await form.get_by_label("地点").fill("东胜经济开发区示例地块")
    await form.get_by_label("集中开工日期").fill("2022-04-08")
    await form.get_by_label("筹备情况").fill("主会场已平整，水电到位。")
    await form.get_by_label("尚未就绪的事项").fill("音响设备")
    row = form.locator("tbody tr").first
    for label, name in (
        ("项目代码", "project_code"),
        ("项目名称", "name"),
        ("企业代码", "owner_code"),
        ("业主单位", "owner_name"),
    ):
        await row.get_by_label(label, exact=True).fill(PROJECT[name])
    await form.get_by_role("button", name="报送").click()
    await page.get_by_text("已报送，尚未就绪").wait_for()


async def _find(page: Page, folder: Path) -> None:
    (folder / "site.jpg").write_bytes(photograph())
    await page.get_by_text("登记发现的问题").click()
    form = page.locator("#found form")
    await form.get_by_label("类别").fill("要素保障")
    await form.get_by_label("发现的问题").fill("临时用电容量不足。")
    await form.get_by_label("照片").set_input_files(folder / "site.jpg")
    await form.get_by_role("button", name="登记，转为问题").click()
    await page.get_by_role("link", name="办理情况").wait_for()
    assert await page.locator("img.thumb").evaluate("one => one.decode().then(() => one.naturalWidth)") == 640


@pytest.mark.row(42, 43, 44, 45, 92)
async def test_a_survey_is_filed_chosen_on_the_day_and_its_finding_becomes_an_issue(
    system: System, tmp_path: Path
) -> None:
    async with at_desk(system) as (office, _), reachable(system, "forums", rehearsal=True) as address:
        await announce(system, at(9))
        await office.accepted(*PRESENT)
        async with chromium() as browser:
            async with visit(browser, address, token=office.tokens[BANNER.unit], size=DESK) as page:
                await page.goto(address + ADDRESS)
                await _file(page)
                await _photograph(page, "survey-filed-desk")
            async with visit(browser, address, token=office.tokens[OFFICE.unit], size=PHONE) as page:
                await page.goto(address + ADDRESS)
                await page.get_by_text("选择", exact=True).click()
                await page.get_by_role("button", name="选定").click()
                await page.get_by_text("已选定 03-16").wait_for()
                await _photograph(page, "survey-chosen-phone")
                assert await page.get_by_text("代会人（虚构）").is_visible()
                assert not await page.get_by_text("市直2（虚构）", exact=True).count()
            async with visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as page:
                await page.goto(address + ADDRESS)
                await _find(page, tmp_path)
                await page.get_by_text("结束调研").first.click()
                assert not await page.locator("#called-off").count()
                await page.locator("#held").get_by_label("现场介绍人").fill("李堃（虚构）")
                await page.locator("#held").get_by_label("职务").fill("董事长")
                await _photograph(page, "survey-ending-phone")
                await page.get_by_role("button", name="结束调研").click()
                await page.get_by_text("调研已结束").wait_for()
                await page.get_by_text("更正调研情况").click()
                await page.locator("#corrected").get_by_label("职务").fill("总经理")
                await page.locator("#corrected").get_by_label("更正原因").fill("职务登记有误")
                await _photograph(page, "survey-correcting-phone")
                await page.get_by_role("button", name="更正，重新计数").click()
                await page.get_by_text("已更正1次").wait_for()
                await page.get_by_text("李堃（虚构）（总经理）").wait_for()
                await page.goto(f"{address}/surveys")
                await _photograph(page, "surveys-phone")
        assert await system.count("forums", "issue WHERE source = 'survey'") == 1


@pytest.mark.row(44, 63)
async def test_a_survey_that_is_not_held_says_why_until_it_is_held_after_all(system: System) -> None:
    async with at_desk(system) as (office, _):
        await announce(system, at(9))
        await office.accepted(*PRESENT, FILED, CHOSEN)
        form = {
            "event_id": "form-1",
            "form_at": "called-off",
            "reason": "沙尘天气",
            "called_off_at": "2022-03-16T12:00",
        }
        refused = await office.client.post(
            f"{ADDRESS}/called-off", data=form | {"reason": ""}, headers=cookie(office, BANNER)
        )
        assert (refused.status_code, refused.text.count('role="alert"')) == (422, 1)
        await office.client.post(f"{ADDRESS}/called-off", data=form, headers=cookie(office, BANNER))
        page = (await office.client.get(ADDRESS, headers=cookie(office, BANNER))).text
        assert ("现场调研未进行" in page, "沙尘天气" in page, 'id="called-off"' in page) == (True, True, False)
        assert "沙尘天气" in (await office.client.get("/surveys", headers=cookie(office, DRC))).text
        await office.accepted((survey_held(), BANNER))
        page = (await office.client.get(ADDRESS, headers=cookie(office, BANNER))).text
        assert ("沙尘天气" in page, "调研已结束" in page) == (False, True)


@pytest.mark.row(43)
async def test_before_the_day_the_button_makes_a_candidate_and_says_so(system: System) -> None:
    async with at_desk(system) as (office, _):
        await announce(system, at(9, days=1))
        await office.accepted((filed(), BANNER))
        page = await office.client.get(ADDRESS, headers=cookie(office, DRC))
        assert "未到专场当天，选定只记为备选项目" in page.text
        form = {"event_id": "form-1", "site": "main-venue", "chosen_at": "2022-03-16T09:00"}
        form["project_code"] = PROJECT["project_code"]
        answer = await office.client.post(f"{ADDRESS}/chosen", data=form, headers=cookie(office, DRC))
        assert answer.status_code == 303
        shown = await office.client.get(ADDRESS, headers=cookie(office, DRC))
        assert "备选" in shown.text
        assert "已选定" not in shown.text


@pytest.mark.row(2, 42, 88)
async def test_a_refused_filing_keeps_its_rows_and_the_city_session_has_no_survey(system: System) -> None:
    async with at_desk(system) as (office, _):
        form = {"event_id": "form-1", "form_at": "filed:venue-1", "site": "venue-1", "kind": "main"}
        form |= {"place": "示例地块", "starts_on": "2022-04-08"}
        form |= {"preparation": "已平整。", **PROJECT, "project_code": "2203-150602-04-01-990019", "investment": ""}
        refused = await office.client.post(f"{ADDRESS}/filed", data=form, headers=cookie(office, BANNER))
        assert refused.status_code == 422
        assert "末位校验码" in refused.text
        assert 'value="2203-150602-04-01-990019"' in refused.text
        foreign = await office.client.post(f"{ADDRESS}/filed", data=form, headers=cookie(office, LAND))
        assert foreign.status_code in {403, 422}
        assert "form[action" not in foreign.text
        city = await office.client.get(f"/surveys/{CITY_SESSION}", headers=cookie(office, DRC))
        assert (city.status_code, "没有现场调研" in city.text) == (422, True)
        assert (
            await office.client.post(f"{ADDRESS}/unknown", data=form, headers=cookie(office, BANNER))
        ).status_code == 404
