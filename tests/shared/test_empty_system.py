"""Before any campaign exists every page says what is missing and who sees to it; who does so finds the way there."""

import pytest

from shared.vocabulary import Role
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.operating import token
from tests.systems import System

_WAIT_FOR_A_CAMPAIGN = {
    "approvals": ("/", "/readiness", "/duties", "/live", "/ledger"),
    "forums": ("/", "/issues", "/issue-rates", "/surveys"),
    "policy": ("/", "/brochures", "/officials"),
    "bulletin": ("/",),
}
_EMPTY_BY_THEMSELVES = {
    "approvals": (
        ("/notices", "专场时间地点确定"),
        ("/followup", "签批后在此跟踪"),
        ("/projects", "列入某场的审批清单时"),
    ),
    "forums": (("/notices", "暂无通知"),),
    "policy": (("/library", "政策库还是空的"),),
    "bulletin": (
        ("/bulletins", "专场结束后1日内印发"),
        ("/desk", "登记专场结束后"),
        ("/deliveries", "简报印发后自动送达"),
    ),
}


@pytest.mark.row(88, 92)
@pytest.mark.parametrize("service", list(_WAIT_FOR_A_CAMPAIGN))
async def test_an_empty_system_says_what_is_missing_and_what_comes_next(system: System, service: str) -> None:
    database = await system.database(service)
    drc, banner = await token(database, Role.DRC), await token(database, Role.BANNER, "150602")
    async with system.serving(service) as client:

        async def text(path: str, by: str) -> str:
            answer = await client.get(path, headers={"Cookie": f"chunfeng_key={by}", "Accept": "text/html"})
            assert answer.status_code == 200, path
            return answer.text

        for path in _WAIT_FOR_A_CAMPAIGN[service]:
            assert '/campaigns/new">新建行动' in await text(path, drc), path
            assert "由市发展和改革委员会建立行动" in await text(path, banner), path
            assert "/campaigns/new" not in await text(path, banner), path
            assert "No campaign is planned yet" in await text(f"{path}?lang=en", drc), path
        for path, said in _EMPTY_BY_THEMSELVES[service]:
            assert said in await text(path, drc), path


@pytest.mark.row(92)
async def test_what_an_empty_table_says_is_read_on_a_phone(system: System) -> None:
    async with reachable(system, "policy") as address, chromium() as browser:
        key = await token(await system.database("policy"), Role.DRC)
        async with visit(browser, address, token=key, size=PHONE) as page:
            await page.goto(f"{address}/library")
            assert await page.locator(".table").evaluate("one => one.scrollWidth <= one.clientWidth")
            if path := picture("library-empty-phone"):
                await page.screenshot(path=path, full_page=True)
