"""The city DRC keeps the units' keys with a browser; nobody else does (row 75)."""

from datetime import UTC, datetime

import httpx
import pytest
from playwright.async_api import Page

from services.approvals import keyring
from services.approvals.keyring import Grant
from shared.vocabulary import Role
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.builders import BANNER, DRC, OFFICE, PLAN, owner
from tests.posting import OPENED, Office, keys
from tests.systems import System

pytestmark = pytest.mark.row(75)
HTML = {"Accept": "text/html"}


async def works(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get("/v1/whoami", headers={"Authorization": f"Bearer {token}"})).status_code


async def issued(page: Page) -> str:
    """Fill in the form and return the token that is shown this once."""
    await page.locator("form.fields select[name=unit]").first.select_option(owner().unit)
    await page.get_by_label("用途").fill("审批系统")
    await page.get_by_label("有效天数（不填为长期）").fill("30")
    await page.get_by_role("button", name="签发", exact=True).click()
    return await page.locator("[data-token]").inner_text()


async def test_the_drc_issues_pauses_replaces_and_revokes_with_a_phone(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    async with (
        reachable(system, "approvals") as address,
        httpx.AsyncClient(base_url=address) as client,
        chromium() as browser,
        visit(browser, address, token=tokens[DRC.unit], size=PHONE) as page,
    ):
        await Office(client, tokens).accepted(OPENED[0])
        await page.goto(f"{address}/keys")
        await page.get_by_text("签发密钥", exact=True).click()
        token = await issued(page)
        await page.wait_for_timeout(110)
        assert await works(client, token) == 200
        if path := picture("keys-phone"):
            await page.screenshot(path=path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

        card = page.locator(f'article[id="{token.split("_")[1]}"]')

        async def act(button: str) -> None:
            await page.goto(f"{address}/keys")
            await card.get_by_text("办理", exact=True).click()
            await card.get_by_role("button", name=button, exact=True).click()

        await act("停用")
        await card.get_by_text("已停用").wait_for()
        await page.wait_for_timeout(1100)
        assert await works(client, token) == 401
        await act("恢复")
        await card.get_by_text("有效", exact=True).wait_for()
        await act("更换")
        successor = await page.locator("[data-token]").inner_text()
        await page.wait_for_timeout(1100)
        assert (await works(client, token), await works(client, successor)) == (200, 200)
        page.once("dialog", lambda dialog: dialog.accept())
        await act("吊销")
        await card.get_by_text("已吊销").wait_for()
        await page.wait_for_timeout(1100)
        assert (await works(client, token), await works(client, successor)) == (401, 200)


async def test_nobody_else_sees_or_changes_keys(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    async with system.serving("approvals") as client:
        for unit in (BANNER.unit, owner().unit):
            cookie = HTML | {"Cookie": f"chunfeng_key={tokens[unit]}"}
            assert (await client.get("/keys", headers=cookie)).status_code == 403
            key = tokens[DRC.unit].split("_")[1]
            assert (await client.post(f"/keys/{key}/revoke", headers=cookie)).status_code == 403
            assert (await client.post("/keys", data={"unit": unit}, headers=cookie)).status_code == 403
        assert await works(client, tokens[DRC.unit]) == 200
        assert (await client.get("/keys", headers=HTML)).status_code == 303


@pytest.mark.row(88)
async def test_nobody_but_the_general_office_gets_a_key_of_its_role(system: System) -> None:
    database = await system.database("approvals")
    for unit in (one for one in PLAN.units if one.code in {BANNER.unit, OFFICE.unit}):
        if unit.code == OFFICE.unit:
            assert await keyring.issue(database, [unit], datetime.now(UTC), grant=Grant(role=Role.OFFICE))
            continue
        with pytest.raises(keyring.NotItsRole, match=unit.name):
            await keyring.issue(database, [unit], datetime.now(UTC), grant=Grant(role=Role.OFFICE))
