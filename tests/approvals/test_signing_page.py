"""A clerk at the table with a phone: pre-review, a look before signing, a licence, a correction."""

import re

import pytest
from playwright.async_api import Page

from tests.approvals.test_day_pages import BEFORE, FORESTRY, HERE, figures, fits, shot
from tests.browsing import PHONE, chromium, reachable, visit
from tests.builders import BANNER, DRC, docket_locked, session_opened
from tests.posting import Office, approvals, keys
from tests.systems import System


async def pass_review(page: Page, subject: str, *materials: str) -> None:
    item = page.locator(f'[id="{subject}"]')
    await item.get_by_text("预审", exact=True).last.click()
    form = item.locator("form").first
    for material in materials:
        await form.get_by_label(material).check()
    await form.get_by_label("预审人").fill("丙（虚构）")
    await form.get_by_role("button", name="预审通过").click()


async def sign_with_one_document(system: System, office: Office, page: Page, address: str) -> None:
    await page.goto(address)
    await shot(page, "signing-phone")
    await page.get_by_role("link", name="林地手续").click()
    await page.get_by_label("审批", exact=True).check()
    await page.get_by_label("批复文号").fill("鄂林草审字[2022]12号")
    await page.get_by_label("市级草地手续").check()
    await page.get_by_label("部门签字人").fill("丙（虚构）")
    await page.get_by_label("企业签字人").fill("乙（虚构）")
    await page.get_by_role("button", name="预览").click()
    assert "丙（虚构）预审了该事项" in await page.get_by_role("alert").inner_text()
    await page.get_by_label("部门签字人").fill("甲（虚构）")
    await shot(page, "signing-form-phone")
    await page.get_by_role("button", name="预览").click()
    await page.get_by_role("heading", name="请核对").wait_for()
    assert await system.count("approvals", "outbox WHERE type LIKE '%approval.signed%'") == 0
    await shot(page, "signing-preview-phone")
    await fits(page, PHONE)
    await page.get_by_role("button", name="确认签批").click()
    await page.get_by_role("heading", name="已登记的签批").wait_for()
    totals = await figures(office)
    decided = sum(one["applications"] for one in totals["counts"] if one["outcome"])
    assert (totals["documents"], decided) == (1, 2)


async def issue_and_correct(page: Page) -> None:
    await page.get_by_label("证照名称").fill("使用林地审核同意书")
    await page.get_by_label("证照编号").fill("林资许准2022-1")
    await page.get_by_role("button", name="预览").first.click()
    await page.get_by_role("button", name="确认制发").click()
    await page.get_by_role("cell", name="林资许准2022-1").wait_for()

    await page.locator("details#correct summary").click()
    form = page.locator("details#correct")
    await form.get_by_label("企业签字人").fill("丁（虚构）")
    await form.get_by_label("更正原因").fill("企业签字人登记有误")
    await form.get_by_role("button", name="预览").click()
    row = page.get_by_role("row", name="企业签字人").first
    assert [*re.findall(r".（虚构）", await row.inner_text())] == ["乙（虚构）", "丁（虚构）"]
    await page.get_by_role("button", name="确认更正").click()
    await page.get_by_text("已更正").wait_for()
    await fits(page, PHONE)
    await shot(page, "signed-phone")


@pytest.mark.row(17, 21, 22, 25, 29, 92)
async def test_a_clerk_pre_reviews_signs_two_formalities_with_one_document_and_corrects_on_a_phone(
    system: System,
) -> None:
    async with approvals(system, *BEFORE, (docket_locked(), DRC), (session_opened(), BANNER)) as front:
        office = Office(front.client, front.tokens | await keys(await system.database("approvals"), [FORESTRY]))
        async with (
            reachable(system, "approvals") as address,
            chromium() as browser,
            visit(browser, address, token=office.tokens[FORESTRY.unit], size=PHONE) as page,
        ):
            forest, grass = (BEFORE[place][0].subject for place in (2, 3))
            await page.goto(f"{address}{HERE}/prereview")
            assert await page.locator("section.card h2").count() == 2
            await pass_review(page, forest)
            assert "缺少主要材料" in await page.get_by_role("alert").inner_text()
            await page.goto(f"{address}{HERE}/prereview")
            await pass_review(page, forest, "使用林地现状调查表", "林权证明")
            await pass_review(page, grass, "草原补偿协议")
            await page.locator(f'[id="{grass}"]').get_by_text("通过", exact=True).first.wait_for()
            await shot(page, "prereview-phone")
            await fits(page, PHONE)

            await sign_with_one_document(system, office, page, f"{address}{HERE}/signing")
            await issue_and_correct(page)
