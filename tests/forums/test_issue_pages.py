"""People follow issues with a browser: recorded on a phone at the forum, dispatched and closed at a desk."""

import re

import pytest
from playwright.async_api import Locator, Page

from services.forums.domain.issue_offers import Step, offers
from services.forums.pages.issue_forms import FORMS
from shared.campaign import Registry
from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, PLAN, at, issue_raised
from tests.deciding import given
from tests.forums.desk import at_desk, cookie, pass_to
from tests.forums.issuing import (
    DISPATCHED,
    HOUSING,
    LAND,
    PARK,
    RAISED,
    RESOLVED,
    WATER,
    answered,
    asked,
    closed_out,
    feedback,
    issue_in,
    objected,
    with_issue,
)
from tests.systems import System

ENTERPRISE = "东胜区示例新材料有限公司"
ADDRESS = f"/issues/{BANNER_SESSION}/issue-1"


async def _photograph(page: Page, name: str) -> None:
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)


async def _open(page: Page, step: str) -> Locator:
    """Open the form of a step."""
    form = page.locator("details.card", has=page.locator("summary", has_text=re.compile(f"^\\s*{step}\\s*$")))
    await form.locator("summary").first.click()
    return form


async def _record(page: Page, address: str) -> None:
    await page.goto(f"{address}/issues/new")
    await page.get_by_label("企业").fill(ENTERPRISE)
    await page.get_by_label("类别").fill("用地")
    await page.get_by_label("困难问题或意见建议").fill("二期用地指标不足，\n请求统筹解决。")
    await _photograph(page, "issue-new-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    await page.get_by_role("button", name="登记").click()
    await page.get_by_role("heading", name="办理过程").wait_for()
    assert await page.get_by_text("二期用地指标不足， 请求统筹解决。").first.is_visible()
    await _photograph(page, "issue-raised-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


async def _dispatch(page: Page, address: str) -> None:
    await page.goto(f"{address}/issues")
    await _photograph(page, "issues-desk")
    await page.get_by_role("link", name=ENTERPRISE).click()
    form = await _open(page, "交办")
    await form.get_by_label("主办单位").select_option(LAND.unit)
    await form.get_by_text("协办单位（可多选）").click()
    await form.get_by_role("checkbox", name="市水利局").check()
    await form.get_by_label("办理期限").fill("2022-03-30")
    await _photograph(page, "issue-dispatch-desk")
    await form.get_by_role("button", name="交办").click()
    await page.get_by_text("办理中").first.wait_for()
    assert await page.get_by_text("协办 市水利局").first.is_visible()


async def _acknowledge(page: Page, address: str) -> None:
    await page.goto(f"{address}/issues")
    await page.get_by_role("link", name="本单位通知 (2)").click()
    assert await page.get_by_text("由本单位主办").is_visible()
    assert await page.get_by_text("逾期未办，已转督办").is_visible()
    await page.get_by_role("checkbox").first.check()
    await page.get_by_label("签收人").fill("王喆（虚构）")
    await _photograph(page, "issue-notices-phone")
    await page.get_by_role("button", name="签收所选").click()
    await page.get_by_text("全部已签收").wait_for()


async def _resolve(page: Page, address: str) -> None:
    await page.goto(f"{address}/issues")
    assert await page.locator(".badge", has_text="督办").is_visible()
    await page.get_by_role("link", name=ENTERPRISE).click()
    form = await _open(page, "登记办理结果")
    await form.get_by_label("办理结论").select_option("solved")
    await form.get_by_label("办理结果").fill("指标已下达。")
    await form.get_by_label("经办人").fill("王喆（虚构）")
    await _photograph(page, "issue-resolve-phone")
    await form.get_by_role("button", name="登记办理结果").click()
    await page.get_by_text("已办理").first.wait_for()


async def _close(page: Page, address: str) -> None:
    await page.goto(f"{address}{ADDRESS}?lang=en")
    form = await _open(page, "Close out")
    await form.get_by_label("Approved by").fill("斯琴（虚构）")
    await form.get_by_label("Post").fill("市人民政府副市长")
    await form.get_by_label("Why without").fill("企业已书面确认。")
    page.once("dialog", lambda dialog: dialog.accept())
    await form.get_by_role("button", name="Close out").click()
    await page.get_by_text("Reopen").first.wait_for()
    await _photograph(page, "issue-closed-desk-en")
    await page.goto(f"{address}/issue-rates?lang=zh")
    await _photograph(page, "issue-rates-desk")
    assert await page.get_by_text("100.0%").first.is_visible()


@pytest.mark.row(35, 92)
async def test_an_issue_is_recorded_on_a_phone_and_dispatched_resolved_and_closed_out(system: System) -> None:
    async with (
        at_desk(system) as (office, held),
        reachable(system, "forums", rehearsal=True) as address,
        chromium() as browser,
    ):
        async with visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as page:
            await _record(page, address)
        async with visit(browser, address, token=office.tokens[DRC.unit], size=DESK) as page:
            await _dispatch(page, address)
        await pass_to(office, held, at(9, days=15))
        async with visit(browser, address, token=office.tokens[LAND.unit], size=PHONE) as page:
            await _acknowledge(page, address)
            await _resolve(page, address)
        async with visit(browser, address, token=office.tokens[DRC.unit], size=DESK) as page:
            await _close(page, address)


@pytest.mark.row(35, 72)
async def test_a_form_sent_twice_records_once_and_a_refusal_keeps_what_was_filled_in(system: System) -> None:
    async with at_desk(system, RAISED, DISPATCHED) as (office, _):
        form = {
            "event_id": "form-1",
            "right_unit": LAND.unit,
            "reason": "属水利部门职责。",
            "objected_at": "2022-03-18T09:00",
        }
        wrong = await office.client.post(f"{ADDRESS}/objected", data=form, headers=cookie(office, LAND))
        assert wrong.status_code == 422
        assert "不能是市自然资源局自己" in wrong.text
        assert "属水利部门职责。" in wrong.text
        right = form | {"event_id": "form-2", "right_unit": WATER.unit}
        for _ in range(2):
            answer = await office.client.post(f"{ADDRESS}/objected", data=right, headers=cookie(office, LAND))
            assert (answer.status_code, answer.headers["location"]) == (303, ADDRESS)
        assert await system.count("forums", "outbox WHERE type = 'chunfeng.issue.objected.v1'") == 1
        foreign = await office.client.post(f"{ADDRESS}/resolved", data=right, headers=cookie(office, WATER))
        assert foreign.status_code == 422
        missing = await office.client.get("/issues/spring-2022-150602/issue-9", headers=cookie(office, DRC))
        assert missing.status_code == 404


@pytest.mark.row(35, 88)
@pytest.mark.parametrize(
    ("posts", "by", "steps"),
    [
        ((), BANNER, [Step.DISPATCHED, Step.ANSWERED, Step.CORRECTED, Step.WITHDRAWN]),
        ((), OFFICE, [Step.DISPATCHED, Step.ANSWERED]),
        ((), HOUSING, [Step.ANSWERED]),
        ((), PARK, []),
        ((DISPATCHED,), LAND, [Step.RESOLVED, Step.EXTENSION_ASKED, Step.OBJECTED]),
        ((DISPATCHED,), WATER, []),
        ((DISPATCHED,), BANNER, [Step.CORRECTED, Step.WITHDRAWN]),
        ((DISPATCHED, (objected(), LAND)), OFFICE, [Step.REASSIGNED, Step.OBJECTION_DISMISSED]),
        ((DISPATCHED, (asked(), LAND)), OFFICE, [Step.EXTENDED, Step.EXTENSION_REFUSED, Step.REASSIGNED]),
        ((DISPATCHED, RESOLVED), PARK, [Step.FEEDBACK_GIVEN]),
        ((DISPATCHED, RESOLVED), LAND, []),
        (((answered(unit=BANNER.unit), BANNER),), BANNER, [Step.CLOSED_OUT, Step.CORRECTED, Step.WITHDRAWN]),
        ((DISPATCHED, RESOLVED, (feedback(), PARK), (closed_out(), DRC)), OFFICE, [Step.REOPENED]),
    ],
)
def test_the_page_offers_the_steps_that_are_the_callers(posts: object, by: object, steps: list[Step]) -> None:
    world = given(with_issue(), *posts)  # type: ignore[misc]
    assert [*offers(issue_in(world), by, Registry(PLAN))] == steps  # type: ignore[arg-type]


def test_every_step_has_its_form() -> None:
    assert set(FORMS) == set(Step)
    for step, form in FORMS.items():
        assert {field.name for field in form.fields} <= set(form.event.model_fields), step


@pytest.mark.row(35)
async def test_a_unit_finds_what_it_owes_and_whom_an_issue_may_be_for_is_suggested(system: System) -> None:
    other = (issue_raised(issue="issue-2", topic="环评", text="环评手续周期长。"), BANNER)
    async with at_desk(system, RAISED, DISPATCHED, other) as (office, _):
        mine = await office.client.get("/issues?owner=mine", headers=cookie(office, LAND))
        assert "只列出当前应由该单位办理的问题" in mine.text
        assert ("项目用地指标不足" in mine.text, "环评手续周期长" in mine.text) == (True, False)
        assert "待本单位办理" in mine.text
        form = await office.client.get(f"/issues/{BANNER_SESSION}/issue-2", headers=cookie(office, DRC))
        suggested = form.text.split("按类别建议", 1)[1].split("</optgroup>", 1)[0]
        assert "市生态环境局" in suggested
        assert "市水利局" not in suggested
