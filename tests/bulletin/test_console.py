"""The operators' console in a real browser: ten sessions, the clock, every service, live; and who is away is named."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page

from services.bulletin.domain.trail import Change, before, changes
from services.bulletin.pages.audit import entry
from services.bulletin.store.console import Arrived
from shared import beat
from shared.events import BulletinIssued, EnterpriseCalled, WebhookAdded, WebhookSecretReplaced
from shared.vocabulary import Role
from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER_SESSION, DRC, ENTERPRISE, plan
from tests.bulletin.stories import Teller, around, decided, held
from tests.operating import token
from tests.systems import System, until

MOST_BYTES = 150_000
ANOTHER = "91150602MA0XX012XT"


async def told(system: System) -> None:
    """Publish a session that closed an hour ago, and all that its bulletin needs but the forum."""
    closed = datetime.now(UTC) - timedelta(hours=1)
    for fact in Teller().tell(*decided((plan(), DRC), *held(closed_at=closed)), *around()):
        service = fact.source.rpartition("/")[2]
        if service != "forums":
            await system.publish(service, fact.payload.encode(), fact.type)


async def weight(page: Page) -> int:
    """Return how many bytes a page and all it is made of have, unpacked."""
    entries = "performance.getEntries().filter(one => 'transferSize' in one)"
    return int(await page.evaluate(f"{entries}.reduce((sum, one) => sum + one.decodedBodySize, 0)"))


@pytest.mark.row(84)
async def test_the_console_shows_sessions_clock_and_services_live_and_names_what_is_away(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bulletin.domain.board.SILENT_SECONDS", 4.0)
    monkeypatch.setattr("shared.pulse.EVERY_SECONDS", 0.5)
    await told(system)
    async with reachable(system, "bulletin", smtp_host="127.0.0.1", smtp_port=1) as address, chromium() as browser:
        key = await token(await system.database("bulletin"), Role.OPERATOR)

        async def closed() -> bool:
            return await system.count("bulletin", "closing") == 1

        await until(closed)
        async with visit(browser, address, token=key, size=DESK) as page:
            async with system.serving("forums"):
                await page.goto(address)
                assert await page.locator("article").count() == 10
                card = page.locator(f"#s-{BANNER_SESSION}")
                assert "待印发" in await card.inner_text()
                before = await card.locator("time.clock").inner_text()
                assert before.startswith("22:")
                await page.locator("tr", has_text="座谈调研").get_by_text("正常").wait_for()
                await page.get_by_text("邮件服务器没有应答（简报）").wait_for()
                await until(lambda: page.evaluate(f"document.querySelector('time.clock').textContent < '{before}'"))
                await card.locator("summary").click()
                assert await card.get_by_text("政企座谈交流情况").is_visible()
                assert 10_000 < await weight(page) < MOST_BYTES
                if path := picture("console-desk"):
                    await page.screenshot(path=path, full_page=True)
            await page.get_by_text("座谈调研服务没有应答").wait_for(timeout=15_000)
            await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            if path := picture("console-phone"):
                await page.screenshot(path=path, full_page=True)
            await page.goto(f"{address}?lang=en")
            assert await card.locator("h3").inner_text() == f"1 东胜区专场 {BANNER_SESSION}"
            assert await card.locator("h3 small").inner_text() == BANNER_SESSION
            await page.goto(f"{address}?lang=zh")
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.className") == "skip"


@pytest.mark.row(87)
def test_the_trail_holds_a_fact_against_the_last_one_of_the_same_thing_and_tells_the_time_in_ordos() -> None:
    called_at = datetime(2022, 3, 16, 1, 2, tzinfo=UTC)
    calls = [
        EnterpriseCalled(session=BANNER_SESSION, owner_code=code, called_at=called_at + timedelta(minutes=minute))
        for minute, code in enumerate((ENTERPRISE, ANOTHER, ENTERPRISE))
    ]
    first, other, again = history = Teller().tell(*calls)
    assert before(other, history) is None
    assert before(again, history) == first
    assert changes(first.data, again.data) == (Change("called_at", "2022-03-16 09:02:00", "2022-03-16 09:04:00"),)


@pytest.mark.row(84)
def test_a_services_state_is_told_from_its_heartbeat() -> None:
    moment = datetime(2022, 3, 16, tzinfo=UTC)
    one = beat.Beat(
        service="forums",
        instance="a/1",
        started_at=moment,
        at=moment,
        now=moment,
        checks={"database": True, "nats": True, "mail": False},
        needed=("database", "nats"),
        recorded=7,
        published=5,
    )
    assert (one.ready, one.away, one.lag) == (True, ["mail"], 2)
    assert not one.model_copy(update={"checks": {"database": False, "nats": True}}).ready


@pytest.mark.row(87)
def test_what_another_kind_of_event_does_not_speak_of_is_not_gone_by_it() -> None:
    webhook = {"service": "bulletin", "webhook": "hook-1", "unit": DRC.unit, "host": "oa.example.cn"}
    added = WebhookAdded(**webhook, key="a1b2c3d4", types=(BulletinIssued.type,), after=7)
    first, replaced = Teller().tell(added, WebhookSecretReplaced(**webhook))
    old = before(replaced, (first, replaced))
    assert old == first
    assert entry(Arrived(replaced, replaced.time), (first, replaced), {}).changes == ()
    assert [one.path for one in changes(first.data, replaced.data)] == ["key", "types[0]", "after"]
