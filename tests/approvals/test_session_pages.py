"""Sessions are announced, moved, prepared and looked at with a browser, a program and a calendar."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import icalendar
import pytest
from playwright.async_api import Page

from shared.clock import SHANGHAI
from shared.posted import Caller
from shared.vocabulary import BANNERS, CITY_DIVISION
from tests.approvals.worlds import DOCKETED, SCHEDULED
from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, OFFICE, at, plan, session_scheduled
from tests.deciding import Post
from tests.posting import Office, approvals
from tests.preparing import action_scheduled, duty_fulfilled, session_cancelled, session_rescheduled
from tests.systems import System

PLANNED = ((plan(), DRC), SCHEDULED, DOCKETED, (session_scheduled(session=CITY_SESSION), DRC))


async def shown(page: Page, name: str) -> None:
    """Leave pictures for people, and see that a phone needs no sideways scrolling."""
    for size, suffix in ((PHONE, "phone"), (DESK, "desk")):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        if path := picture(f"{name}-{suffix}"):
            await page.screenshot(path=path, full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0], name


@asynccontextmanager
async def looking(system: System, by: str, *posts: Post) -> AsyncIterator[tuple[Office, Page, str]]:
    async with (
        approvals(system, *PLANNED, *posts) as office,
        reachable(system, "approvals") as address,
        chromium() as browser,
        visit(browser, address, token=office.tokens[by]) as page,
    ):
        yield office, page, address


@pytest.mark.row(3, 6, 7, 8)
async def test_the_drc_moves_a_session_after_seeing_who_will_be_told_and_is_refused_ready(system: System) -> None:
    async with looking(system, DRC.unit) as (_, page, address):
        await page.goto(address)
        await shown(page, "sessions")
        await page.get_by_role("link", name="东胜区专场").click()
        assert await page.get_by_text("09:20–11:20").is_visible()
        await page.get_by_text("改期或更换地点").click()
        await page.get_by_label("开始时间").first.fill("2022-04-10T09:00")
        await page.get_by_label("改期原因").fill("市领导另有公务")
        await page.get_by_role("button", name="下一步").first.click()
        assert await page.get_by_text("市直专场是整个活动的最后一场").first.is_visible(), "after the city session"
        await page.get_by_label("开始时间").first.fill("2022-03-18T14:00")
        await page.get_by_label("改期原因").fill("市领导另有公务")
        await page.get_by_role("button", name="下一步").first.click()
        assert await page.get_by_text("东胜经济开发区管理委员会").is_visible()
        assert await page.get_by_text("示例企业").is_visible()
        assert await system.count("approvals", "outbox WHERE type = 'chunfeng.session.rescheduled.v1'") == 0
        await shown(page, "session-preview")
        await page.get_by_role("button", name="确定").click()
        await page.get_by_text("由2022-03-16 09:00").wait_for()
        assert await page.get_by_text("14:20–16:20").is_visible()
        await page.get_by_text("宣布就绪", exact=True).first.click()
        await page.get_by_role("button", name="宣布就绪").click()
        await page.get_by_text("东胜区专场尚未就绪").first.wait_for()
        assert await page.get_by_text("市人民政府办公室：安排车辆").is_visible()
        await shown(page, "session")
        for path in ("/readiness", "/duties?unit=all", "/calendar", "/campaigns/new", "/notices"):
            await page.goto(address + path)
            await shown(page, path.strip("/").partition("?")[0].replace("/", "-"))


@pytest.mark.row(8, 9)
async def test_a_unit_records_what_it_has_done_with_a_phone_and_takes_it_back(system: System) -> None:
    async with looking(system, OFFICE.unit) as (office, page, address):
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await page.goto(f"{address}/duties")
        vehicles = page.locator("section.card").get_by_role("listitem").filter(has_text="东胜区专场")
        await vehicles.get_by_text("登记落实").last.click()
        note = vehicles.get_by_label("说明").last
        await note.evaluate("field => field.removeAttribute('maxlength')")
        await note.fill(long := "中巴2辆，" * 60)
        await vehicles.get_by_role("button", name="已落实").last.click()
        assert "至多200字" in await page.get_by_role("alert").inner_text()
        vehicles = page.get_by_role("listitem").filter(has_text="安排车辆")
        assert await vehicles.get_by_label("说明").input_value() == long
        await vehicles.get_by_label("说明").fill("中巴2辆")
        await vehicles.get_by_role("button", name="已落实").click()
        await page.get_by_text("中巴2辆").wait_for()
        assert page.url == f"{address}/duties", "back to where it began"
        answer = await office.client.get(
            f"/v1/sessions/{BANNER_SESSION}/duties", params={"unit": "office"}, headers=office.key(OFFICE)
        )
        assert {one["duty"]: one["done"] for one in answer.json()} == {"f7-departments": False, "f7-vehicles": True}
        await page.get_by_text("撤回").first.click()
        await page.get_by_label("撤回原因").fill("车辆检修")
        await page.get_by_role("button", name="撤回").click()
        await page.get_by_text("车辆检修").wait_for()
        assert await system.count("approvals", "duty WHERE fulfilled_at IS NULL") == 1


@pytest.mark.row(1, 2, 7, 9, 11, 12)
async def test_programs_read_sessions_duties_timeline_clone_and_calendar(system: System) -> None:
    later = action_scheduled(starts_at=at(9, 40), place="二楼会议室")
    moves = ((later, DRC), (session_rescheduled(starts_at=at(9, days=1)), DRC))
    async with approvals(system, *PLANNED, *moves, (duty_fulfilled(duty="f7-vehicles"), OFFICE)) as office:
        key = office.key(DRC)

        async def get(path: str, **params: str) -> Any:  # noqa: ANN401  (JSON)
            answer = await office.client.get(path, params=params, headers=key)
            assert answer.status_code == 200, answer.text
            return answer.json()

        sessions = await get("/v1/campaigns/spring-2022/sessions")
        assert [one["stage"] for one in sessions] == ["announced", *["planned"] * 8, "announced"]
        duties = await get("/v1/campaigns/spring-2022/duties", unit="DRC")
        assert {one["ref"] for one in duties} == {"A11", "A12", "A13", "P3", "P4"}
        life = await get(f"/v1/sessions/{BANNER_SESSION}/timeline")
        assert [(one["title"], one["unit"]) for one in life][:2] == [
            ("行动部署", "市发展和改革委员会"),
            ("通知时间地点", "市发展和改革委员会"),
        ]
        made = await get("/v1/campaigns/spring-2022/clone", name="autumn-2022", title="秋季行动")
        await check_clone(office, made)
        await check_calendar(office)


async def check_clone(office: Office, made: object) -> None:
    """See that a clone keeps roles and drops results."""
    cloned = plan().model_validate(made)
    assert (cloned.cloned_from, cloned.units, cloned.duties) == ("spring-2022", plan().units, plan().duties)
    await office.accepted((cloned, DRC))
    headers = office.key(DRC)
    sessions = (await office.client.get("/v1/campaigns/autumn-2022/sessions", headers=headers)).json()
    assert {one["stage"] for one in sessions} == {"planned"}
    assert sum(one["duties_done"] for one in sessions) == 0
    ledger = (await office.client.get("/v1/campaigns/autumn-2022/ledger", headers=headers)).json()
    assert ledger["total"] == 0


async def check_calendar(office: Office) -> None:
    """See that the address works without a key's header, follows moves and the end, opens for nobody else."""
    cookie = {"Cookie": f"chunfeng_key={office.tokens[BANNER.unit]}", "Accept": "text/html"}
    page = (await office.client.get("/calendar?person=张三", headers=cookie)).text
    path = page.partition('value="http://service')[2].partition('"')[0]
    answer = await office.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    calendar: Any = icalendar.Calendar.from_ical(answer.content)
    assert "张三" in str(calendar["X-WR-CALNAME"])
    entries = {str(one["UID"]).partition("@")[0].rpartition("-")[2]: one for one in calendar.walk("VEVENT")}
    assert list(entries) == ["approval", "forum", "survey", "policy"], "its own session, and no other"
    forum = entries["forum"]
    assert forum["DTSTART"].dt == datetime(2022, 3, 17, 9, 40, tzinfo=SHANGHAI)
    assert forum["DTEND"].dt - forum["DTSTART"].dt == timedelta(minutes=120)
    assert (str(forum["LOCATION"]), int(forum["SEQUENCE"])) == ("二楼会议室", 3)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    await office.accepted((session_cancelled(), DRC))
    calendar = icalendar.Calendar.from_ical((await office.client.get(path)).content)
    off = calendar.walk("VEVENT")
    assert {(str(one["STATUS"]), int(one["SEQUENCE"]), str(one["UID"])) for one in off} == {
        ("CANCELLED", 4, str(one["UID"])) for one in entries.values()
    }
    assert off[1]["DTSTART"].dt == forum["DTSTART"].dt
    await office.accepted((session_scheduled(), DRC))
    calendar = icalendar.Calendar.from_ical((await office.client.get(path)).content)
    assert {(str(one["STATUS"]), int(one["SEQUENCE"])) for one in calendar.walk("VEVENT")} == {("CONFIRMED", 5)}
    changed = path.replace(".ics", "0.ics") if not path.endswith("0.ics") else path.replace("0.ics", "1.ics")
    assert (await office.client.get(changed)).status_code == 404
    assert (await office.client.get("/calendar/nonsense.ics")).status_code == 404


@pytest.mark.row(88, 92)
async def test_every_page_speaks_both_languages_to_everybody(system: System) -> None:
    moved = ((session_rescheduled(starts_at=at(9, days=1)), DRC), (duty_fulfilled(duty="f7-vehicles"), OFFICE))
    async with approvals(system, *PLANNED, *moved) as office:
        pages = ("/", f"/sessions/{BANNER_SESSION}", f"/sessions/{CITY_SESSION}", "/readiness", "/duties", "/notices")
        for path in (*pages, "/duties?unit=all", "/notices?unit=all", "/calendar", "/campaigns/new"):
            for by in (DRC, BANNER, OFFICE):
                cookie = {"Cookie": f"chunfeng_key={office.tokens[by.unit]}", "Accept": "text/html"}
                for language in ("zh", "en"):
                    asked = f"{path}{'&' if '?' in path else '?'}lang={language}"
                    answer = await office.client.get(asked, headers=cookie)
                    assert answer.status_code == 200, (path, answer.text)
                    assert ("Readiness" in answer.text) == (language == "en"), path
        unknown = await office.client.get("/sessions/spring-2022-150699", headers=cookie)
        assert unknown.status_code == 404


@pytest.mark.row(1, 11)
async def test_the_drc_plans_a_campaign_with_one_form_from_the_template_or_an_earlier_one(system: System) -> None:
    async with approvals(system) as office:

        async def create(by: Caller, **form: str) -> httpx.Response:
            cookie = {"Cookie": f"chunfeng_key={office.tokens[by.unit]}", "Accept": "text/html"}
            return await office.client.post("/campaigns/new", data=form, headers=cookie)

        first = {"model": "template:spring-2022", "campaign": "spring-2022", "event_id": "form-1"}
        for _ in range(2):
            assert (await create(DRC, **first)).headers["location"] == "/?campaign=spring-2022"
        rows = await system.rows("approvals", "SELECT session FROM session")
        assert {row["session"].rpartition("-")[2] for row in rows} == {*BANNERS, CITY_DIVISION}
        again = first | {"event_id": "form-2"}
        assert "spring-2022 已经建立" in (await create(DRC, **again)).text
        wrong = await create(DRC, model="campaign:spring-2022", campaign="Autumn 2022", event_id="form-3")
        assert (wrong.status_code, "data.campaign" in wrong.text) == (422, True)
        refused = await create(OFFICE, model="campaign:spring-2022", campaign="autumn-2022", event_id="form-4")
        assert (refused.status_code, "应由市发展和改革委员会办理" in refused.text) == (403, True)
        named = {"model": "campaign:spring-2022", "campaign": "autumn-2022", "title": "秋季行动", "event_id": "form-5"}
        assert (await create(DRC, **named)).status_code == 303
        assert await system.count("approvals", "session") == 20
