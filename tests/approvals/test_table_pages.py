"""What is set around the table, with a browser: seats, owners, a licence put right, the ledger handed back."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from services.approvals.sheets import COLUMNS
from shared import sheets
from tests.approvals.rehearsing import on_the_campaigns_clock
from tests.approvals.test_ledger import SOME
from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER, BANNER_SESSION, DRC, licence_issued, owner, project_code
from tests.systems import System

HERE = f"/sessions/{BANNER_SESSION}"
LICENSED = {"project_code": project_code(2)}


async def snap(page: Page, name: str) -> None:
    """Leave a picture for people; nothing may be cut off at the side."""
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def set_seats(page: Page, address: str) -> None:
    """Paste a list with a slip, mend it, and read that the unit named twice has one seat."""
    await page.goto(f"{address}{HERE}/seats")
    names = page.get_by_label("或粘贴名单")
    await names.fill("市能源局\n市能元局")
    await page.get_by_role("button", name="设置增设坐席").click()
    await page.get_by_role("alert").wait_for()
    assert await names.input_value() == "市能源局\n市能元局", "nothing is typed twice"
    await names.fill("市能源局\n市能源局")
    await page.get_by_role("button", name="设置增设坐席").click()
    await page.locator(".done").wait_for()
    await snap(page, "seats-phone")
    assert await page.locator(".seats").get_by_text("市能源局").count() == 1


async def assign(page: Page, address: str) -> None:
    """Give a formality nobody has decided to another bureau; one that is decided stays, and what was typed too."""
    await page.goto(f"{address}{HERE}/owners")
    form = page.locator("form", has=page.locator("input[value=city]"))
    await form.get_by_label("手续").select_option("environmental_impact")
    await form.get_by_label("改由").select_option("water")
    await form.get_by_label("理由").fill("职责调整")
    await form.get_by_role("button", name="调整").click()
    await page.get_by_role("alert").wait_for()
    assert await form.get_by_label("理由").input_value() == "职责调整"
    assert await form.get_by_label("改由").input_value() == "water"
    await form.get_by_label("手续").select_option("energy_review")
    await form.get_by_role("button", name="调整").click()
    await page.get_by_text("本场调整，原为 市能源局").wait_for()
    await snap(page, "owners-desk")


async def put_right(page: Page, address: str) -> None:
    """Correct a licence's mistyped number, having seen the old beside the new."""
    await page.goto(f"{address}{HERE}/signing/of/{licence_issued(**LICENSED).subject}")
    await page.get_by_text("证照编号或名称登记有误时填写").click()
    form = page.locator("#relicense form")
    await form.get_by_label("正确编号").fill("鄂环证010")
    await form.get_by_label("更正原因").fill("编号抄写有误")
    await form.get_by_role("button", name="预览").click()
    await page.get_by_role("button", name="确认更正").wait_for()
    assert await page.locator("tr", has_text="编号").first.locator("td").all_inner_texts() == ["鄂环证001", "鄂环证010"]
    await snap(page, "licence-correction-phone")
    await page.get_by_role("button", name="确认更正").click()
    await page.locator("tr", has_text="证照编号").get_by_text("鄂环证010").wait_for()


async def hand_in(page: Page, address: str, folder: Path) -> None:
    """Download the ledger, write down a receipt, hand it in, confirm, and see it recorded."""
    await page.goto(f"{address}/ledger")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="XLSX").click()
    await (await coming.value).save_as(folder / "ledger.xlsx")
    rows = [dict(row.cells) for row in sheets.read(COLUMNS, (folder / "ledger.xlsx").read_bytes())]
    (forwarded,) = [row for row in rows if row["project_code"] == project_code(3)]
    forwarded |= {"receipt_number": "内环受〔2022〕18号", "received_on": "2022-03-17"}
    (folder / "edited.xlsx").write_bytes(sheets.write_xlsx("台账", COLUMNS, rows))
    await page.goto(f"{address}/ledger/import")
    await page.get_by_label("台账文件").set_input_files(folder / "edited.xlsx")
    await page.get_by_role("button", name="检查").click()
    await page.get_by_text("将登记 1 行").wait_for()
    await snap(page, "ledger-import-desk")
    await page.get_by_role("button", name="确认导入 1 行").click()
    await page.get_by_text("全部办完").wait_for()
    await page.goto(f"{address}/applications/{licence_issued(project_code=project_code(3)).subject}")
    await page.get_by_text("内环受〔2022〕18号").first.wait_for()


@pytest.mark.row(15, 21, 24, 27, 77)
async def test_seats_owners_a_licence_and_the_ledger_are_set_right_with_a_browser(
    system: System, tmp_path: Path
) -> None:
    async with (
        on_the_campaigns_clock(system, *SOME, (licence_issued(**LICENSED), owner())) as (office, _),
        reachable(system, "approvals", rehearsal=True) as address,
        chromium() as browser,
    ):
        async with visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as page:
            await set_seats(page, address)
        async with visit(browser, address, token=office.tokens[DRC.unit], size=DESK) as page:
            await assign(page, address)
        async with visit(browser, address, token=office.tokens[owner().unit], size=PHONE) as page:
            await put_right(page, address)
        async with visit(browser, address, token=office.tokens[owner().unit], size=DESK) as page:
            await hand_in(page, address, tmp_path)
