"""People at work with a browser: a department's brochure, a banner's needs, the DRC's team, a liaison's visit."""

from collections.abc import Sequence

import pytest
from playwright.async_api import Page

from deploy.demo.library import library_posts
from deploy.demo.posts import Post as Sent
from services.approvals.keyring import role_of
from shared.events import BrochurePublished, OfficialNominated, PolicyListed
from shared.posted import Caller
from shared.vocabulary import CITY_DIVISION
from tests.browsing import DESK, PHONE, chromium, picture, visit
from tests.builders import BANNER, BANNER_SESSION, DRC
from tests.deciding import Post
from tests.policy.library import ENERGY, policy_office
from tests.policy.visiting import FIRM, need, planned_visit, team_on_its_way
from tests.systems import System

SAMPLE = [one for one in library_posts() if not isinstance(one.event, BrochurePublished) or one.event.changes is None]
TEAMS = f"sessions/{BANNER_SESSION}/teams"
VISITS = f"sessions/{BANNER_SESSION}/visits"


def by_their_units(sent: Sequence[Sent]) -> list[Post]:
    """Return the demo's posts as those of the units' systems."""
    return [
        (one.event, Caller("k0000001", one.unit.code, one.unit.name, role_of(one.unit), one.unit.level, CITY_DIVISION))
        for one in sent
    ]


async def shot(page: Page, name: str) -> None:
    """Leave a picture for people, if a folder is named, and see that the page does not scroll sideways."""
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)
    size = page.viewport_size or {"width": DESK[0]}
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def searched(page: Page) -> None:
    """Find a policy of the region by two words, and read it."""
    await page.get_by_label("词语").fill("源网荷储 一体化")
    await page.get_by_role("search").get_by_label("层级").select_option("region")
    await page.get_by_role("button", name="检索").click()
    rows = page.locator("tbody tr")
    assert await rows.count() == 1
    await shot(page, "library")
    await rows.first.get_by_role("link").click()
    assert await page.get_by_role("heading", name="关于源网荷储一体化的实施意见（示例）").is_visible()
    await shot(page, "policy")


@pytest.mark.row(50, 52, 55)
async def test_a_department_searches_the_library_looks_at_its_brochure_and_publishes_it(system: System) -> None:
    listed = [one for one in SAMPLE if isinstance(one.event, PolicyListed)]
    made = [one for one in SAMPLE if isinstance(one.event, BrochurePublished) and one.unit.bureau in ("tax", "water")]
    async with (
        policy_office(system, *by_their_units([*listed, *made]), scheduled=True) as (office, address),
        chromium() as browser,
        visit(browser, address, token=office.tokens[ENERGY.unit]) as page,
    ):
        await page.goto(f"{address}/library")
        await searched(page)
        await page.goto(f"{address}/brochures")
        missing = page.get_by_role("status")
        assert "市能源局" in await missing.inner_text()
        assert "市税务局" not in await missing.inner_text()
        await shot(page, "board")
        await page.get_by_role("link", name="编制或修订宣传册").click()
        await page.get_by_label("封面标题").fill("用能与节能降碳政策宣传册")
        for box in await page.get_by_role("checkbox").all():
            await box.check()
        await shot(page, "compile")
        await page.get_by_role("button", name="预览").click()
        assert await page.get_by_text("预览，尚未发布").is_visible()
        assert await system.count("policy", "brochure") == 2, "a look changes nothing"
        await shot(page, "preview")
        await page.get_by_role("button", name="返回修改").click()
        assert await page.get_by_label("封面标题").input_value() == "用能与节能降碳政策宣传册"
        await page.get_by_role("button", name="预览").click()
        page.once("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="发布并排印").click()
        await page.get_by_role("heading", name="各版").wait_for()
        await shot(page, "brochure")
        await page.goto(f"{address}/brochures")
        assert "市能源局" not in await missing.inner_text()


async def filed(page: Page) -> None:
    """File a need: without a topic in vain, then with two."""
    await page.get_by_label("企业名称").fill(FIRM["enterprise"])
    await page.get_by_label("统一社会信用代码").fill(FIRM["enterprise_code"])
    await page.get_by_role("button", name="填报").click()
    assert await page.get_by_role("alert").get_by_text("topic").is_visible()
    await page.get_by_label("减税降费").check()
    await page.get_by_label("用工与人才").check()
    await page.get_by_label("想了解的问题").fill("留抵退税如何申请？")
    await page.get_by_role("button", name="填报").click()
    await page.locator("section.card", has_text=FIRM["enterprise"]).first.wait_for()
    await shot(page, "needs-phone")


async def composed(page: Page) -> None:
    """Compose the suggested team: refused as too early, checked, confirmed."""
    await page.get_by_role("link", name="以此组队").first.click()
    assert await page.locator("input[name=members]:checked").count() == 1
    await page.get_by_label("队长（市发改委）").select_option(index=1)
    await page.get_by_label("联络员姓名").fill("联络员（虚构）")
    await page.get_by_label("出发时间").fill("2022-03-16T10:00")
    await page.get_by_role("button", name="检查规则").click()
    assert await page.get_by_role("alert").get_by_text("早于集中审批和政企座谈").first.is_visible()
    await page.get_by_label("出发时间").fill("2022-03-16T13:30")
    await page.get_by_role("button", name="检查规则").click()
    assert await page.get_by_text("检查通过，尚未登记。").is_visible()
    assert await page.get_by_text("以下主题无人覆盖，相关提问将转为问题交办：用工与人才").is_visible()
    await shot(page, "compose")


@pytest.mark.row(46, 47, 48)
async def test_needs_filed_with_a_phone_become_a_suggested_team_that_is_checked_and_confirmed(system: System) -> None:
    people = by_their_units([post for post in SAMPLE if isinstance(post.event, OfficialNominated)])
    async with policy_office(system, *people, scheduled=True) as (office, address), chromium() as browser:
        async with visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as page:
            await page.goto(f"{address}/sessions/{BANNER_SESSION}/needs")
            await filed(page)
            assert await system.count("policy", "need") == 2
        async with visit(browser, address, token=office.tokens[DRC.unit]) as page:
            await page.goto(f"{address}/officials")
            await shot(page, "officials")
            await page.goto(f"{address}/{TEAMS}")
            await shot(page, "teams-suggested")
            await composed(page)
            assert await system.count("policy", "team") == 0, "checking records nothing"
            await page.get_by_role("button", name="确认组队").click()
            await page.get_by_role("link", name="调整").wait_for()
            await page.get_by_role("link", name="组建小分队").click()
            await page.get_by_label("队长（市发改委）").select_option(index=1)
            await page.get_by_label("联络员姓名").fill("另一人（虚构）")
            await page.get_by_role("checkbox", name="科长").first.check()
            await page.get_by_role("button", name="确认组队").click()
            alert = page.get_by_role("alert")
            assert await alert.get_by_text("已安排：东胜区专场政策宣讲小分队 team-1").first.is_visible()
            assert await system.count("policy", "team") == 1
            await page.goto(f"{address}/{TEAMS}?lang=en")
            assert await page.get_by_text("covered by nobody").first.is_visible()
            await shot(page, "teams")


async def logged(page: Page) -> None:
    """Log the visit with a question nobody could answer, at first without its topic; then correct the feedback."""
    await page.get_by_role("link", name=FIRM["enterprise"]).click()
    await page.get_by_label("企业接待人").fill("乙（虚构）")
    await page.get_by_label("企业评价").select_option("satisfied")
    await page.locator("textarea[name='q1.text']").fill("外地技工如何申请安家补贴？")
    await page.get_by_role("button", name="登记", exact=True).click()
    await page.get_by_role("alert").wait_for()
    assert await page.locator("textarea[name='q1.text']").input_value() == "外地技工如何申请安家补贴？"
    assert await page.get_by_label("企业评价").input_value() == "satisfied"
    await page.locator("select[name='q1.topic']").select_option("talent")
    await page.get_by_role("button", name="登记", exact=True).click()
    await page.get_by_text("未答复，转为问题交办").wait_for()
    await page.get_by_text("更正时间、主题、评价等").click()
    await shot(page, "visit-phone")
    correct = page.locator("form[action$='/correct']")
    await correct.get_by_label("企业评价").select_option("fair")
    await correct.get_by_label("更正原因").fill("评价登记有误")
    await correct.get_by_role("button", name="更正").click()
    await page.get_by_text("更正原因：评价登记有误").wait_for()


@pytest.mark.row(49)
async def test_a_liaison_logs_a_visit_whose_open_question_the_drc_answers_later(system: System) -> None:
    posts = [(team_on_its_way(), DRC), (need(), BANNER), (planned_visit(), BANNER)]
    async with policy_office(system, *posts) as (office, address), chromium() as browser:
        async with visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as page:
            await page.goto(f"{address}/{VISITS}")
            await shot(page, "visits-phone")
            await logged(page)
        assert await system.count("policy", "outbox WHERE type = 'chunfeng.question.left-open.v1'") == 1
        async with visit(browser, address, token=office.tokens[DRC.unit]) as page:
            await page.goto(f"{address}/")
            await shot(page, "overview")
            await page.goto(f"{address}/{VISITS}")
            await page.get_by_text("小分队答复").click()
            await page.get_by_label("答复", exact=True).fill("由人社部门受理。")
            await page.get_by_label("答复单位或人员").fill("市发展和改革委员会")
            page.on("dialog", lambda dialog: dialog.accept())
            await page.get_by_role("button", name="登记答复").click()
            await page.get_by_text("会后答复").wait_for()
            await page.get_by_role("button", name="结束本场宣讲").click()
            await page.get_by_text("本场宣讲已结束").wait_for()
            await shot(page, "visits")
        counted = "SELECT teams, visits, questions, left_open FROM visits WHERE concluded_at IS NOT NULL"
        assert await system.rows("policy", counted) == [{"teams": 1, "visits": 1, "questions": 1, "left_open": 1}]
