"""The day as people work it with a browser: docket, pre-review, queue, signing, live view."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page

from shared.events import Material
from shared.vocabulary import Formality, Level, Outcome
from tests.approvals.rehearsing import on_the_campaigns_clock
from tests.approvals.test_queue import ENTERPRISES
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.builders import (
    BANNER,
    BANNER_SESSION,
    DRC,
    PLAN,
    application_docketed,
    approval_signed,
    called,
    docket_locked,
    gated,
    owner,
    project_code,
    seated,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.deciding import Post
from tests.posting import Office, approvals
from tests.systems import System

HERE = f"/sessions/{BANNER_SESSION}"
CHECKLISTS = {
    Formality.FOREST_LAND: (Material(name="使用林地现状调查表"), Material(name="林权证明", essential=False)),
    Formality.GRASSLAND: (Material(name="草原补偿协议"),),
}
GATES = ("locked_docket", "prereview", "other_signer", "own_documents")
FORESTRY = owner(Formality.FOREST_LAND)


def docketed(enterprise: int, formality: Formality, number: int | None = None) -> Post:
    """Return the docketing of one formality of the project of an enterprise."""
    project = {"project_code": project_code(number or enterprise), "owner_code": ENTERPRISES[enterprise - 1]}
    return (application_docketed(**project, owner_name=f"示例企业{enterprise}", formality=formality), DRC)


BEFORE: list[Post] = [
    (gated(*GATES, checklists=CHECKLISTS), DRC),
    (session_scheduled(), DRC),
    docketed(1, Formality.FOREST_LAND),
    docketed(1, Formality.GRASSLAND),
    docketed(2, Formality.ENVIRONMENTAL_IMPACT),
    docketed(3, Formality.ENVIRONMENTAL_IMPACT),
]


async def shot(page: Page, name: str) -> None:
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)


async def fits(page: Page, size: tuple[int, int]) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


def stages(page: Page) -> Locator:
    return page.locator("ol.places li")


async def lock_and_add(page: Page, address: str) -> None:
    """Lock the docket in another order, then add an application late, mistyped at first."""
    await page.goto(f"{address}{HERE}/docket")
    await page.get_by_label("序号").nth(2).fill("1")
    await page.get_by_label("序号").nth(0).fill("3")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="锁定清单并编号").click()
    await page.get_by_text("已锁定", exact=True).wait_for()
    assert re.findall("示例企业.", " ".join(await page.locator("h2").all_inner_texts())) == [
        "示例企业3",
        "示例企业2",
        "示例企业1",
    ]
    await page.get_by_text("填写项目与手续").click()
    await page.get_by_label("项目代码").fill(project_code(7)[:-1] + "0")
    await page.get_by_label("项目名称").fill("补列项目")
    await page.get_by_label("企业统一社会信用代码").fill(ENTERPRISES[0])
    await page.get_by_label("企业名称").fill("示例企业1")
    await page.get_by_label("手续").select_option("立项")
    await page.get_by_label("增列理由").fill("市长现场确定")
    await page.get_by_role("button", name="列入清单").click()
    assert f"应为{project_code(7)[-1]}" in await page.get_by_role("alert").inner_text()
    assert await page.get_by_label("项目名称").input_value() == "补列项目"  # only what was wrong is typed again
    await page.get_by_label("项目代码").fill(project_code(7))
    await page.get_by_role("button", name="列入清单").click()
    late = page.locator("tr[data-late]")
    await late.wait_for()
    assert "市长现场确定" in await late.inner_text()
    await shot(page, "docket-desk")


async def move_the_queue(page: Page, wall: Page, address: str) -> None:
    """Call, skip, seat and recall on a phone; a wall screen shows it."""
    await wall.goto(f"{address}{HERE}/queue?wall=1")
    await wall.locator("[data-live-light].on").wait_for()
    await page.goto(f"{address}{HERE}/queue")
    await page.get_by_role("button", name="叫号 1").click()
    await stages(page).nth(0).get_by_role("button", name="过号").click()
    await page.get_by_role("button", name="叫号 2").click()
    await wall.get_by_label("请入场").get_by_text("示例企业2").wait_for()
    assert "示例企业1" in await wall.get_by_label("下一家").inner_text()
    await stages(page).nth(1).get_by_role("button", name="已就座").click()
    await stages(page).nth(0).get_by_role("button", name="重呼").click()
    await wall.get_by_label("请入场").get_by_text("示例企业3").wait_for()
    assert "示例企业2" in await wall.get_by_label("在席办理").inner_text()
    assert [await one.get_attribute("value") for one in await stages(page).all()] == ["1", "2", "3"]
    await fits(page, PHONE)
    await shot(page, "queue-phone")
    await shot(wall, "queue-wall")
    assert await wall.get_by_role("button").count() <= 1  # logging out


@pytest.mark.row(16, 23, 28, 92)
async def test_a_docket_is_locked_changed_late_and_its_enterprises_enter_in_order(system: System) -> None:
    async with (
        approvals(system, *BEFORE, (session_opened(), BANNER)) as office,
        reachable(system, "approvals") as address,
        chromium() as browser,
    ):
        async with visit(browser, address, token=office.tokens[DRC.unit]) as page:
            await lock_and_add(page, address)
        async with (
            visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as page,
            visit(browser, address, token=office.tokens[DRC.unit], size=(1920, 1080)) as wall,
        ):
            await move_the_queue(page, wall, address)
        turns = (await office.client.get(f"/v1{HERE}/queue", headers=office.key(DRC))).json()
        assert [(one["number"], one["stage"], one["next"]) for one in turns] == [
            (1, "called", False),
            (2, "seated", False),
            (3, "waiting", True),
        ]


async def figures(office: Office) -> dict[str, Any]:
    """Return the totals as the service states them."""
    answer = await office.client.get(f"/v1/sessions/{BANNER_SESSION}/totals", headers=office.key(DRC))
    totals: dict[str, Any] = answer.json()
    return totals


async def in_ledger(office: Office, **asked: str) -> int:
    """Count the lines of the ledger that a filter leaves."""
    path = f"/v1/campaigns/{PLAN.campaign}/ledger"
    page = (await office.client.get(path, params={"size": "500"}, headers=office.key(DRC))).json()
    return sum(all(line[name] == value for name, value in asked.items()) for line in page["lines"])


@pytest.mark.row(26, 92)
async def test_leaders_watch_figures_grow_that_equal_the_ledgers(system: System) -> None:
    posts = [post for post in BEFORE[1:] if post[1] is DRC]
    level = {"level": Level.BANNER, "project_code": project_code(1), "owner_code": ENTERPRISES[0]}
    posts.append((application_docketed(**level, owner_name="示例企业1"), DRC))
    async with (
        approvals(system, (PLAN, DRC), *posts, (docket_locked(), DRC), (session_opened(), BANNER)) as office,
        reachable(system, "approvals") as address,
        chromium() as browser,
        visit(browser, address, token=office.tokens[BANNER.unit], size=(1920, 1080)) as wall,
        visit(browser, address, token=office.tokens[BANNER.unit], size=PHONE) as phone,
    ):
        await wall.goto(f"{address}{HERE}/live?wall=1")
        await phone.goto(f"{address}{HERE}/live")
        await wall.locator("[data-live-light].on").wait_for()
        for number, outcome in ((2, Outcome.DEFERRED), (3, Outcome.FORWARDED)):
            await office.accepted((approval_signed(project_code=project_code(number), outcome=outcome), owner()))
        for move in ("call", "seat"):
            form = {"owner_code": ENTERPRISES[0]}
            cookie = {"Cookie": f"chunfeng_key={office.tokens[BANNER.unit]}"}
            assert (await office.client.post(f"{HERE}/queue/{move}", data=form, headers=cookie)).status_code == 303
        await wall.get_by_label("在席办理").get_by_text("示例企业1").wait_for()
        for page in (wall, phone):
            await page.locator("table[data-level=city] tr.sum td").nth(1).get_by_text("1", exact=True).wait_for()
            for level_here in Level:
                cells = page.locator(f"table[data-level={level_here.value}] tr.sum td")
                shown = [int(text.replace("·", "0")) for text in await cells.all_inner_texts()]
                known = [await in_ledger(office, level=level_here, outcome=outcome) for outcome in Outcome]
                whole = await in_ledger(office, level=level_here)
                assert shown == [*known, whole - sum(known), whole]
            row = page.locator("table[data-level=city] tr[data-formality=environmental_impact] td")
            assert await row.all_inner_texts() == ["·", "1", "1", "·", "2"]
        await fits(phone, PHONE)
        await shot(phone, "live-phone")
        await phone.goto(f"{address}/live")
        line = phone.locator(f"tr[data-session={BANNER_SESSION}]")
        assert [*map(str.strip, await line.locator("td.n").all_inner_texts())] == ["·", "1", "1", "3", "·"]
        assert "示例企业1" in await phone.get_by_label("现在在席").inner_text()
        await fits(phone, PHONE)
        await shot(phone, "live-campaign-phone")
        await shot(wall, "live-wall")


@pytest.mark.row(15, 16, 17, 24, 88)
async def test_who_may_not_act_sees_the_pages_without_their_forms_and_a_form_sent_anyway_is_refused(
    system: System,
) -> None:
    async with approvals(system, *BEFORE) as office:
        cookie = {"Cookie": f"chunfeng_key={office.tokens[owner().unit]}", "Accept": "text/html"}
        for name in ("docket", "queue", "seats", "live", "owners"):
            page = await office.client.get(f"{HERE}/{name}", headers=cookie)
            assert page.status_code == 200
            assert f'action="{HERE}' not in page.text
        form = {"owner_code": ENTERPRISES[0], "reason": "x", "units": FORESTRY.unit}
        for path in ("docket/lock", "queue/call", "seats"):
            answer = await office.client.post(f"{HERE}/{path}", data=form, headers=cookie)
            assert answer.status_code == 403, path
            assert "应由" in answer.text
        assert (await office.client.get("/sessions/spring-2022-150628/queue", headers=cookie)).status_code == 404
        assert (await office.client.post(f"{HERE}/queue/jump", data=form, headers=cookie)).status_code == 404


@pytest.mark.row(23)
async def test_what_comes_too_early_for_a_person_is_told_in_a_sentence(system: System) -> None:
    async with on_the_campaigns_clock(system) as (office, _):
        cookie = {"Cookie": f"chunfeng_key={office.tokens[BANNER.unit]}", "Accept": "text/html"}
        form = {"owner_code": ENTERPRISES[0]}
        answer = await office.client.post(f"{HERE}/queue/call", data=form, headers=cookie)
        assert answer.status_code == 409
        assert "审批清单尚未锁定，现在还不能办理" in answer.text


@pytest.mark.row(23)
async def test_a_typed_reason_outlives_a_refusal_and_what_others_do_and_nobody_is_called_after_the_end(
    system: System,
) -> None:
    posts = (*BEFORE, (docket_locked(), DRC), (session_opened(), BANNER))
    async with (
        approvals(system, *posts) as office,
        reachable(system, "approvals") as address,
        chromium() as browser,
        visit(browser, address, token=office.tokens[BANNER.unit]) as page,
    ):
        await page.goto(f"{address}{HERE}/queue")
        await page.locator("[data-live-light].on").wait_for()
        reason = stages(page).nth(2).get_by_label("过号原因")
        await reason.evaluate("field => field.removeAttribute('maxlength')")
        await reason.fill(long := "来电说明正在路上" * 30)
        await stages(page).nth(2).get_by_role("button", name="过号").click()
        assert "至多200字" in await page.get_by_role("alert").inner_text()
        await page.locator("[data-live-light].on").wait_for()
        assert await reason.input_value() == long
        await reason.fill("来电说明正在路上")
        await office.accepted((called(owner_code=ENTERPRISES[0]), BANNER), (seated(owner_code=ENTERPRISES[0]), BANNER))
        await stages(page).nth(0).get_by_role("button", name="办完离席").wait_for()
        assert await reason.input_value() == "来电说明正在路上"
        assert await reason.evaluate("field => field === document.activeElement")
        await office.accepted((session_closed(), BANNER))
        await page.get_by_text("本场已结束，不再叫号").wait_for()
        assert await stages(page).get_by_role("button").all_inner_texts() == ["办完离席"]
