"""Every service hands out its contracts and a reference with an example of each event, without a key (row 74)."""

import json
import re

import pytest
import yaml

from shared.events import EVENTS
from shared.labels import label
from shared.web.reference import described
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.systems import System

pytestmark = pytest.mark.row(74)


async def test_every_event_has_a_page_with_its_fields_and_an_example(system: System) -> None:
    async with system.serving("policy") as client:
        listed = await client.get("/reference")
        assert {*re.findall(r"/reference/(chunfeng[a-z0-9_.-]+)", listed.text)} == set(EVENTS)
        for name, event in EVENTS.items():
            page = await client.get(f"/reference/{name}")
            assert page.status_code == 200
            assert 'class="facts lined"' in page.text
            assert all(f">{field}</code>" in page.text for field in event.model_fields)
            assert f"&#34;type&#34;: &#34;{name}&#34;" in page.text
        assert (await client.get("/reference/chunfeng.none.v1")).status_code == 404


@pytest.mark.parametrize("service", ["approvals", "forums", "policy", "bulletin"])
async def test_every_service_hands_out_its_contracts(system: System, service: str) -> None:
    async with system.serving(service) as client:
        openapi = json.loads((await client.get("/openapi.json")).text)
        assert "/v1/events" in openapi["paths"]
        assert yaml.load((await client.get("/v1/asyncapi")).text, yaml.CSafeLoader)["asyncapi"] == "3.0.0"
        schemas = (await client.get("/v1/schemas")).json()
        assert schemas
        for address in schemas.values():
            assert (await client.get(address)).json()["$id"] == address
        assert (await client.get("/reference")).status_code == 200


def test_what_is_said_of_a_field_is_said_in_chinese_too() -> None:
    said = {one["said"] for name in EVENTS for one in described(name)["fields"] if one["said"]}
    assert [en for zh, en in said if not re.search(r"[\u4e00-\u9fff]", zh) or zh == en] == []


async def test_the_reference_is_read_on_a_phone(system: System) -> None:
    async with (
        reachable(system, "approvals") as address,
        chromium() as browser,
        visit(browser, address, size=PHONE) as page,
    ):
        await page.goto(f"{address}/reference")
        if path := picture("references-phone"):
            await page.screenshot(path=path)
        await page.get_by_role("link", name="事项已签批").click()
        await page.get_by_role("heading", name="样例").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        fields = page.locator("dl.lined")
        assert await fields.evaluate("one => one.scrollWidth <= one.clientWidth"), "fields are read without scrolling"
        assert "时间，RFC 3339" in await fields.inner_text()
        if path := picture("reference-phone"):
            await page.screenshot(path=path, full_page=True)
        await page.get_by_role("link", name="English").click()
        assert await page.get_by_role("heading", level=1).inner_text() == "Approval signed ApprovalSigned"
        told = " ".join(await page.locator("dl").all_inner_texts())
        assert not re.search("必填|文字|时间|若干|部门", told), "one language at a time"


def test_a_field_of_several_is_called_by_its_name_and_its_number() -> None:
    assert label("log[0].begun_at") == "送达记录1·开始时间"
    assert label("nobody_knows[2].reason") == "nobody_knows[2]·原因"
