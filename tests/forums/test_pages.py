"""People prepare and hold a forum with a browser: at the desk, and at the door with a phone."""

import pytest

from tests.browsing import PHONE, chromium, reachable, visit
from tests.builders import BANNER, DRC, OFFICE
from tests.forums.gatherings import LOCKED, noted, officials
from tests.forums.meeting_day import PAGE, PREPARED, forum_of, html, open_pages, snap, with_teams
from tests.systems import System


@pytest.mark.row(31, 32, 33, 34, 40, 92)
async def test_organisers_and_banner_prepare_the_forum_at_the_desk(system: System) -> None:
    async with (
        open_pages(system, *PREPARED) as (office, address),
        chromium() as browser,
        visit(browser, address, token=office.tokens[OFFICE.unit]) as page,
    ):
        page.set_default_timeout(5000)
        await page.goto(f"{address}{PAGE}/needs")
        row = page.get_by_role("row", name="市自然资源局")
        assert await row.get_by_role("checkbox").is_checked()
        await page.get_by_role("row", name="市人民政府金融工作办公室").get_by_role("checkbox").check()
        page.once("dialog", lambda dialog: dialog.accept())
        await snap(page, "forum-needs")
        await page.get_by_role("button", name="确定参会部门").click()
        await page.wait_for_load_state()
        reason = page.get_by_label("理由 市人民政府金融工作办公室")
        assert await reason.input_value() == "示例企业（虚构）提出“融资贷款”，属融资与金融支持"

        await page.goto(f"{address}{PAGE}/roster")
        city = page.locator("#city")
        await city.get_by_text("登记人员").click()
        await city.locator('[name="participants.0.name"]').fill("新来（虚构）")
        await city.locator('[name="participants.0.post"]').fill("科长")
        await city.locator('[name="participants.0.unit"]').select_option(label="市税务局")
        await city.get_by_role("button", name="登记", exact=True).click()
        await city.get_by_text("新来（虚构）").wait_for()
        await snap(page, "forum-roster")
        await page.goto(f"{address}{PAGE}/vehicles")
        assert await page.get_by_text("未安排乘车：").first.is_visible()
        first = page.get_by_role("group", name="第1辆")
        await first.get_by_text("新来（虚构）").click()
        page.once("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="确定车辆安排").click()
        await page.get_by_text("全部已安排").wait_for()
        await snap(page, "forum-vehicles")
        for name in ("", "/agenda", "/seats"):
            await page.goto(f"{address}{PAGE}{name}")
            await snap(page, f"forum{name.replace('/', '-')}-desk")
        await page.goto(f"{address}/?lang=en")
        assert await page.get_by_text("Forums and surveys").first.is_visible()


@pytest.mark.row(34, 38, 39, 92)
async def test_the_door_and_the_table_are_kept_with_a_phone(system: System) -> None:
    async with forum_of(system, *PREPARED) as (_, forums):
        await with_teams(system, forums)
        async with (
            reachable(system, "forums") as address,
            chromium() as browser,
            visit(browser, address, token=forums.tokens[BANNER.unit], size=PHONE) as page,
        ):
            page.set_default_timeout(5000)
            await page.goto(f"{address}{PAGE}/attendance")
            await page.locator("#city-1").get_by_role("button", name="到会").click()
            await page.locator("#city-1 .light.green").wait_for()
            second = page.locator("#city-2")
            await second.locator("summary").click()
            await second.get_by_label("替会人姓名").fill("代会（虚构）")
            await second.get_by_role("button", name="登记替会").click()
            await page.locator("#city-2").get_by_text("代会（虚构）").wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            await snap(page, "forum-attendance-phone")
            await page.goto(f"{address}{PAGE}/agenda")
            await page.get_by_role("button", name="开始发言").click()
            await page.get_by_text("已发言").first.wait_for()
            await snap(page, "forum-agenda-phone")
            await page.goto(f"{address}{PAGE}/seats")
            await page.get_by_label("政策主题").select_option(label="减税降费")
            await page.get_by_role("button", name="登记", exact=True).click()
            await page.get_by_text("1 次咨询").wait_for()
            await snap(page, "forum-seats-phone")
            for name in ("", "/needs", "/roster", "/vehicles", "/minutes"):
                await page.goto(f"{address}{PAGE}{name}")
                assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
                await snap(page, f"forum{name.replace('/', '-')}-phone")
    presence = "SELECT participant, presence FROM participant WHERE presence IS NOT NULL ORDER BY participant"
    assert [tuple(row.values()) for row in await system.rows("forums", presence)] == [
        ("city-1", "present"),
        ("city-2", "substitute"),
    ]
    assert await system.count("forums", "speech") == await system.count("forums", "consultation") == 1


@pytest.mark.row(41)
async def test_the_second_of_two_editors_is_warned_while_typing_and_merges(system: System) -> None:
    async with (
        open_pages(system, (noted("一、汇报。"), BANNER)) as (office, address),
        chromium() as browser,
        visit(browser, address, token=office.tokens[BANNER.unit]) as page,
    ):
        await page.goto(f"{address}{PAGE}/minutes")
        await page.get_by_label("纪要正文").fill("一、汇报。\n二、企业发言六家。")
        await office.accepted((noted("一、汇报及时。", based_on=1, editor="乙（虚构）"), DRC))
        await page.get_by_role("alert").get_by_text("乙（虚构）").wait_for()
        form = {"text": "一、汇报。\n二、企业发言六家。", "based_on": "1", "editor": "甲（虚构）", "event_id": "form-1"}
        answer = await office.client.post(f"{PAGE}/minutes", data=form, headers=html(office, BANNER))
        assert answer.status_code == 409
        assert "请对照合并" in answer.text
        assert "+ 二、企业发言六家。" in answer.text
        assert "- 一、汇报及时。" in answer.text
        assert 'name="based_on" value="2"' in answer.text
        merged = form | {"text": "一、汇报及时。\n二、企业发言六家。", "based_on": "2", "event_id": "form-2"}
        saved = await office.client.post(f"{PAGE}/minutes", data=merged, headers=html(office, BANNER))
        assert saved.status_code == 303
    assert await system.count("forums", "minutes") == 3


@pytest.mark.row(32)
async def test_a_form_for_the_sixteenth_person_says_that_he_waits(system: System) -> None:
    posts = [post for post in PREPARED if post[0].type.startswith("chunfeng.departments")]
    async with forum_of(system, *posts, officials(15)) as (_, forums):
        form = {
            "kind": "city",
            "participants.0.participant": "person-16",
            "participants.0.name": "第十六（虚构）",
            "participants.0.post": "科长",
            "participants.0.unit": (await system.rows("forums", "SELECT unit FROM participant LIMIT 1"))[0]["unit"],
            "event_id": "form-16",
        }
        answer = await forums.client.post(f"{PAGE}/forms/participants", data=form, headers=html(forums, OFFICE))
        assert answer.status_code == 409
        assert "已列入候补第1位" in answer.text
        lists = (await forums.client.get(f"/v1{PAGE}/forum/roster", headers=forums.key(OFFICE))).json()
        (city,) = (one for one in lists if one["kind"] == "city")
        assert (city["cap"], len(city["confirmed"]), [one["name"] for one in city["waiting"]]) == (
            15,
            15,
            ["第十六（虚构）"],
        )


@pytest.mark.row(32)
async def test_a_refused_form_says_again_what_it_said_and_its_siblings_do_not(system: System) -> None:
    posts = [post for post in PREPARED if post[0].type.startswith("chunfeng.departments")]
    async with forum_of(system, *posts, officials(3)) as (_, forums):
        form = {"participant": "city-2", "reason": "", "form_at": "withdrawn:city-2", "event_id": "form-1"}
        long = form | {"reason": "临时出差" * 60}
        refused = await forums.client.post(f"{PAGE}/forms/withdrawn", data=long, headers=html(forums, OFFICE))
        assert (refused.status_code, refused.text.count("临时出差" * 60)) == (422, 1)
        assert refused.text.count("<details open>") == 1
        await forums.accepted(LOCKED)
        page = f"{PAGE}/roster"
        assert "退出或更换" in (await forums.client.get(page, headers=html(forums, OFFICE))).text
        theirs = (await forums.client.get(page, headers=html(forums, BANNER))).text
        assert ("退出或更换" in theirs, "登记人员" in theirs, "确需变更的" in theirs) == (False, False, True)
