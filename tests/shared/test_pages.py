"""Every service's pages: who gets in, in which language, and what a browser may not be made to do."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.web.pages import COOKIE
from tests import posting
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.builders import DRC
from tests.posting import Office
from tests.systems import System

HTML = {"Accept": "text/html"}
AROUND = 7
"""What may be touched in the DRC's header and footer: language, logging out, five links."""
FINGER = 44


@asynccontextmanager
async def office(system: System) -> AsyncIterator[Office]:
    async with posting.approvals(system) as front:
        yield front


@pytest.mark.row(88)
async def test_a_page_sends_who_has_not_logged_in_to_the_login_page_and_back(system: System) -> None:
    async with office(system) as front:
        sent = await front.client.get("/", headers=HTML)
        assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/")
        form = {"key": front.tokens[DRC.unit], "next": "/"}
        entered = await front.client.post("/login", data=form, headers=HTML)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert re.search(f"{COOKIE}=cf_.*HttpOnly.*SameSite=strict", entered.headers["set-cookie"])


@pytest.mark.row(75, 81)
async def test_a_mistyped_key_is_told_in_a_sentence_and_opens_nothing(system: System) -> None:
    async with office(system) as front:
        answer = await front.client.post("/login", data={"key": "cf_wrong"}, headers=HTML)
        assert answer.status_code == 401
        assert "抄录有误" in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.row(88)
async def test_a_form_of_another_site_is_refused(system: System) -> None:
    async with office(system) as front:
        for sign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
            answer = await front.client.post("/login", data={"key": front.tokens[DRC.unit]}, headers=HTML | sign)
            assert answer.status_code == 403


async def test_logging_in_leads_nowhere_but_to_this_service(system: System) -> None:
    async with office(system) as front:
        for target in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
            answer = await front.client.post(
                "/login", data={"key": front.tokens[DRC.unit], "next": target}, headers=HTML
            )
            assert answer.headers["location"] == "/"


@pytest.mark.row(92)
async def test_pages_are_chinese_until_english_is_asked_for_and_stay_so(system: System) -> None:
    async with office(system) as front:
        assert "本单位的密钥" in (await front.client.get("/login", headers=HTML)).text
        assert "Your unit&#39;s key" in (await front.client.get("/login?lang=en", headers=HTML)).text
        assert "Your unit&#39;s key" in (await front.client.get("/login", headers=HTML)).text


@pytest.mark.row(88, 92)
async def test_a_person_logs_in_with_a_browser_on_a_phone(system: System) -> None:
    tokens = await posting.keys(await system.database("approvals"))
    async with (
        reachable(system, "approvals") as address,
        chromium() as browser,
        visit(browser, address, size=PHONE) as page,
    ):
        await page.goto(f"{address}/login")
        if path := picture("login-phone"):
            await page.screenshot(path=path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        await page.get_by_label("本单位的密钥").fill(tokens[DRC.unit])
        await page.get_by_role("button", name="登录").click()
        await page.wait_for_url(f"{address}/")
        assert await page.get_by_text("市发展和改革委员会").first.is_visible()
        around = await page.locator(".foot a, .who a, .who button").all()
        assert len(around) == AROUND
        for one in around:
            assert (box := await one.bounding_box())
            assert box["height"] >= FINGER
