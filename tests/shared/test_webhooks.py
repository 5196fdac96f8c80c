"""Webhooks: every fact once and in order, signed, across a receiver's and our own restarts; nobody else's (row 78)."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from services.approvals import keyring
from shared.events import WebhookAdded
from shared.posted import Caller
from shared.vocabulary import Role
from shared.webhooks import BadAddress, reachable
from tests.browsing import PHONE, chromium, picture, visit
from tests.browsing import reachable as reachable_service
from tests.builders import BANNER, DRC, OFFICE, OTHER_BANNER, plan, session_scheduled
from tests.operating import token
from tests.posting import OPENED, Office, approvals, keys
from tests.receiving import Receiver, own_addresses
from tests.systems import System, until

pytestmark = pytest.mark.row(78)


async def subscribe(office: Office, by: Caller, receiver: Receiver, **wanted: object) -> dict[str, Any]:
    body = {"url": receiver.url, "after": 0} | wanted
    answer = await office.client.post("/v1/webhooks", json=body, headers=office.key(by))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    receiver.secret = told["secret"]
    return told


async def test_every_fact_comes_once_and_in_order_over_restarts_of_both_sides(system: System) -> None:
    tokens, receiver = await keys(await system.database("approvals")), Receiver()
    async with system.serving("approvals", webhooks_here=True) as client:
        office = Office(client, tokens)
        await office.accepted(*OPENED)
        await subscribe(office, DRC, receiver)  # nobody listens there yet

        async def tried() -> bool:
            (told,) = (await client.get("/v1/webhooks", headers=office.key(DRC))).json()
            return bool(told["failures"])

        await until(tried)
        async with receiver.listening():
            await until(lambda: _reached(system, receiver))
    async with receiver.listening(), system.serving("approvals", webhooks_here=True) as client:
        office = Office(client, tokens)
        later = [(session_scheduled(session=f"spring-2022-1506{place}"), DRC) for place in ("21", "22", "23")]
        await office.accepted(*later)
        await until(lambda: _reached(system, receiver))
    assert receiver.sequences == list(range(1, await system.count("approvals", "outbox") + 1))
    assert receiver.forged == 0


async def _reached(system: System, receiver: Receiver) -> bool:
    return len(receiver.taken) == await system.count("approvals", "outbox")


@pytest.mark.row(75)
async def test_a_unit_is_sent_what_it_may_see_of_the_types_it_wants(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    mine, other = Receiver(), Receiver()
    async with mine.listening(), other.listening(), system.serving("approvals", webhooks_here=True) as client:
        office = Office(client, tokens)
        await subscribe(office, BANNER, mine, types=["chunfeng.session.scheduled.v1"])
        await subscribe(office, OTHER_BANNER, other)
        await office.accepted((plan(), DRC), (session_scheduled(), DRC))

        async def arrived() -> bool:
            return len(mine.taken) == 1 and len(other.taken) == 2

        await until(arrived)
        wrong = {"url": mine.url, "types": ["chunfeng.session.scheduled.v9"]}
        refused = await client.post("/v1/webhooks", json=wrong, headers=office.key(BANNER))
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "types")
    assert {fact["type"] for fact in mine.taken.values()} == {"chunfeng.session.scheduled.v1"}
    assert [fact["type"] for fact in other.taken.values()] == [WebhookAdded.type, "chunfeng.campaign.planned.v1"]
    assert {fact["data"]["unit"] for fact in other.taken.values() if fact["type"] == WebhookAdded.type} == {
        OTHER_BANNER.unit
    }


async def test_a_receiver_that_never_answers_keeps_nobody_waiting(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    slow, quick = Receiver(seconds=60), Receiver()
    async with system.serving("approvals", webhooks_here=True) as client, quick.listening(), slow.listening():
        office = Office(client, tokens)
        await office.accepted(*OPENED)
        await subscribe(office, BANNER, slow)

        async def asked() -> bool:
            return slow.posts == 1

        await until(asked)
        await subscribe(office, DRC, quick)
        await until(lambda: _reached(system, quick), within=8)
        assert (slow.posts, slow.taken) == (1, {})


@pytest.fixture
async def row_by_row(system: System) -> AsyncIterator[None]:
    """Let PostgreSQL compare row by row, as it does by itself when its statistics say that there are few."""
    await system.database("approvals")
    for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
        system.postgres.sql(f"ALTER DATABASE approvals SET enable_{way} TO off")
    yield
    system.postgres.sql("ALTER DATABASE approvals RESET ALL")


@pytest.mark.usefixtures("row_by_row")
async def test_several_that_wait_at_once_are_each_sent_to_whatever_the_plan(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    several = {by: Receiver() for by in (DRC, BANNER, OTHER_BANNER)}
    async with AsyncExitStack() as stack:
        office = Office(await stack.enter_async_context(system.serving("approvals", webhooks_here=True)), tokens)
        for by, receiver in several.items():
            await stack.enter_async_context(receiver.listening())
            await subscribe(office, by, receiver)
        await office.accepted((plan(), DRC))  # from now on all of them wait

        async def told() -> bool:
            types = [[fact["type"] for fact in receiver.taken.values()] for receiver in several.values()]
            return all("chunfeng.campaign.planned.v1" in one for one in types)

        await until(told)


@pytest.mark.row(87)
async def test_whatever_is_done_to_a_webhook_is_a_fact_that_names_who_did_it(system: System) -> None:
    async with system.serving("approvals", webhooks_here=True) as client:
        office = Office(client, await keys(await system.database("approvals")))
        path = "/v1/webhooks"
        url = "http://127.0.0.1:9/robot?access_token=secret"
        made = (await client.post(path, json={"url": url}, headers=office.key(BANNER))).json()
        assert made["cursor"] == await system.count("approvals", "outbox")  # its own beginning is no news to it
        for verb in ("pause", "pause", "again", "again", "secret"):
            answer = await client.post(f"{path}/{made['webhook']}/{verb}", headers=office.key(BANNER))
            assert answer.is_success
        assert (await client.delete(f"{path}/{made['webhook']}", headers=office.key(BANNER))).is_success
        seen = {by.unit: await _of_webhooks(office, by) for by in (DRC, BANNER, OTHER_BANNER, OFFICE)}
    done = ["webhook.added", "webhook.paused", "webhook.resumed", "webhook-secret.replaced", "webhook.removed"]
    assert [fact["type"] for fact in seen[BANNER.unit]] == [f"chunfeng.{verb}.v1" for verb in done]
    assert {fact["data"]["host"] for fact in seen[BANNER.unit]} == {"127.0.0.1"}
    assert {fact["actor"].partition("#")[0] for fact in seen[BANNER.unit]} == {BANNER.source}
    assert "secret" not in json.dumps([fact["data"] for fact in seen[BANNER.unit]])
    assert seen[DRC.unit] == seen[BANNER.unit]
    assert seen[OTHER_BANNER.unit] == seen[OFFICE.unit] == []


async def _of_webhooks(office: Office, by: Caller) -> list[dict[str, Any]]:
    page = (await office.client.get("/v1/feed", headers=office.key(by))).json()
    return [fact for fact in page["facts"] if fact["type"].startswith("chunfeng.webhook")]


async def test_who_says_gone_is_left_alone_until_asked_again_and_others_are_retried(system: System) -> None:
    tokens, receiver = await keys(await system.database("approvals")), Receiver(status=410)
    async with receiver.listening(), system.serving("approvals", webhooks_here=True) as client:
        office = Office(client, tokens)
        made = await subscribe(office, DRC, receiver)

        async def gone() -> bool:
            (told,) = (await client.get("/v1/webhooks", headers=office.key(DRC))).json()
            return (told["state"], told["last_answer"], told["secret"]) == ("gone", "410", None)

        await until(gone)
        receiver.status = 204
        path = f"/v1/webhooks/{made['webhook']}"
        assert (await client.post(f"{path}/again", headers=office.key(BANNER))).status_code == 404
        assert (await client.post(f"{path}/again", headers=office.key(DRC))).status_code == 204
        await until(lambda: _reached(system, receiver))
        assert (await client.delete(path, headers=office.key(DRC))).status_code == 204
        assert (await client.get("/v1/webhooks", headers=office.key(DRC))).json() == []


ELSEWHERE: Final = (
    *("http://127.0.0.1:5432/", "http://localhost/", "http://localhost./", "http://[::1]/", "http://127.1/"),
    *("http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://2130706433/", "http://0x7f.0.0.1/"),
    *("http://169.254.169.254/latest", "http://100.100.100.200/", "http://[::ffff:a9fe:a9fe]/", "http://0.0.0.0/"),
    *("http://postgres:5432/", "http://nats:8222/", "https://no-such-host.invalid/"),
    *("ftp://example.org/x", "http://user:secret@example.org/", "http://example.org:99999/", "javascript:alert"),
)


@pytest.mark.row(81)
async def test_an_address_of_this_host_or_of_none_is_refused(system: System) -> None:
    async with approvals(system) as office:
        for url in (*ELSEWHERE, *(f"http://[{one}]/" if ":" in one else f"http://{one}/" for one in own_addresses())):
            answer = await office.client.post("/v1/webhooks", json={"url": url}, headers=office.key(DRC))
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), url
        assert await system.count("approvals", "webhook") == 0


async def test_what_was_looked_at_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, found = asyncio.get_running_loop(), ["192.0.2.7", "127.0.0.1"]

    async def looked_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (found.pop(0), 443))]

    monkeypatch.setattr(loop, "getaddrinfo", looked_up)
    target = await reachable("https://oa.example.cn:8443/facts?a=1", here=False)
    assert str(target.url) == "https://192.0.2.7:8443/facts?a=1"
    assert (target.host, target.name) == ("oa.example.cn:8443", "oa.example.cn")
    with pytest.raises(BadAddress):
        await reachable("https://oa.example.cn:8443/facts?a=1", here=False)


@pytest.mark.row(75)
async def test_a_replaced_key_takes_its_webhooks_along_and_a_revoked_one_stops_them(system: System) -> None:
    tokens, receiver = await keys(await system.database("approvals")), Receiver()
    async with receiver.listening(), system.serving("approvals", webhooks_here=True) as client:
        office = Office(client, tokens)
        await subscribe(office, BANNER, receiver)
        database, now = await system.database("approvals"), datetime.now(UTC)
        new, _ = await keyring.rotate(database, tokens[BANNER.unit].split("_")[1], now, overlap=timedelta())
        await office.accepted((plan(), DRC))
        await until(lambda: _has(receiver, 2))  # that it was added, and the plan
        await keyring.revoke(database, new.split("_")[1], now)
        await asyncio.sleep(1.2)
        await office.accepted((session_scheduled(), DRC))

        async def told() -> bool:
            (row,) = await system.rows("approvals", "SELECT last_answer FROM webhook")
            return "revoked" in str(row["last_answer"])

        await until(told)
        assert len(receiver.taken) == 2


async def _has(receiver: Receiver, count: int) -> bool:
    return len(receiver.taken) == count


@pytest.mark.row(88)
async def test_who_only_looks_sets_no_webhook_on_the_page_or_over_http(system: System) -> None:
    async with approvals(system) as office:
        key = await token(await system.database("approvals"), Role.VIEWER)
        cookie, bearer = {"Cookie": f"chunfeng_key={key}"}, {"Authorization": f"Bearer {key}"}
        page = await office.client.post("/webhooks", data={"url": "http://192.0.2.7/"}, headers=cookie)
        assert (page.status_code, "只供查看" in page.text) == (403, True)
        told = await office.client.post("/v1/webhooks", json={"url": "http://192.0.2.7/"}, headers=bearer)
        assert (told.status_code, told.json()["row"]) == (403, 88)
        assert (await office.client.get("/webhooks", headers=cookie)).status_code == 200
        nobody = [
            await office.client.get("/v1/webhooks"),
            await office.client.post("/v1/webhooks", json={"url": "http://192.0.2.7/"}),
        ]
        assert [answer.status_code for answer in nobody] == [401, 401]


def button(name: str) -> str:
    return f'button:text-is("{name}")'


@pytest.mark.row(88, 92)
async def test_a_person_adds_tries_pauses_and_removes_a_webhook_on_a_phone(system: System) -> None:
    tokens, receiver = await keys(await system.database("approvals")), Receiver()
    serving = reachable_service(system, "approvals", webhooks_here=True)
    async with chromium() as browser, receiver.listening(), serving as address:
        async with httpx.AsyncClient(base_url=address) as client:
            await Office(client, tokens).accepted(*OPENED)
        async with visit(browser, address, token=tokens[DRC.unit], size=PHONE) as page:
            page.on("dialog", lambda dialog: dialog.accept())
            await page.goto(f"{address}/webhooks")
            await page.fill("[name=url]", "http://user:secret@example.org/")
            await page.click(button("新增"))
            assert "不含口令" in await page.inner_text(".trouble")
            await page.fill("[name=url]", receiver.url)
            await page.select_option("[name=since]", "start")
            await page.click(button("新增"))
            receiver.secret = await page.inner_text("[data-secret]")
            await until(lambda: _reached(system, receiver))
            await page.goto(f"{address}/webhooks")
            await page.click(button("试推一条"))
            assert "试推" in await page.inner_text("tbody tr:first-child")
            await page.click(button("更换签名密钥"))
            await page.wait_for_selector("[data-secret]")
            await page.goto(f"{address}/webhooks")
            await page.click(button("试推一条"))  # the receiver still has the old secret: both have signed
            assert await page.inner_text("tbody tr:first-child .light") == "200"
            receiver.status = 503
            await page.click(button("试推一条"))
            assert await page.inner_text("tbody tr:first-child .light") == "503"
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if (path := picture("webhooks-phone")) is not None:
                await page.screenshot(path=path, full_page=True)
            await page.click(button("暂停"))
            assert "已暂停" in await page.inner_text("main")
            await page.click(button("恢复"))
            await page.click(button("删除"))
            await page.wait_for_selector("section[id]", state="detached")
            assert await system.count("approvals", "webhook") == 0
    assert receiver.forged == 0
