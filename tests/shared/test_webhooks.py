"""Webhooks: every fact once and in order, signed, across a receiver's and our own restarts; nobody else's (row 78)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local import free_port
from shared.posted import Caller
from tests.builders import BANNER, DRC, OTHER_BANNER, plan, session_scheduled
from tests.posting import OPENED, Office, approvals, keys
from tests.systems import System, until

pytestmark = pytest.mark.row(78)


@dataclass
class Receiver:
    """A unit's own system: takes what is signed for it, keeps it by its id, answers as it is told."""

    secret: str = ""
    status: int = 200
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: int = 0
    forged: int = 0
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/facts"

    async def take(self, request: Request) -> Response:
        self.posts += 1
        body, headers = await request.body(), dict(request.headers)
        try:
            Verifier(self.secret).verify(body.decode(), headers)
        except WebhookVerificationError:
            self.forged += 1
            return Response(status_code=400)
        if self.status < 300:
            self.taken.setdefault(headers["webhook-id"], json.loads(body))
        return Response(status_code=self.status)

    @property
    def sequences(self) -> list[int]:
        return [int(fact["sequence"]) for fact in self.taken.values()]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        app = Starlette(routes=[Route("/facts", self.take, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve())
        await until(lambda: _is(server))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


async def _is(server: uvicorn.Server) -> bool:
    return server.started


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
            return len(mine.taken) == 1 and len(other.taken) == 1

        await until(arrived)
    assert {fact["type"] for fact in mine.taken.values()} == {"chunfeng.session.scheduled.v1"}
    assert {fact["type"] for fact in other.taken.values()} == {"chunfeng.campaign.planned.v1"}


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


@pytest.mark.row(81)
@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:5432/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest"),
        *("http://0.0.0.0/", "https://no-such-host.invalid/"),
        *("ftp://example.org/x", "http://user:secret@example.org/", "http://example.org:99999/", "javascript:alert"),
    ],
)
async def test_an_address_of_this_host_or_of_none_is_refused(system: System, url: str) -> None:
    async with approvals(system) as office:
        answer = await office.client.post("/v1/webhooks", json={"url": url}, headers=office.key(DRC))
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert await system.count("approvals", "webhook") == 0


async def test_without_a_key_there_are_no_webhooks(system: System) -> None:
    async with approvals(system) as office:
        answers: list[httpx.Response] = [
            await office.client.get("/v1/webhooks"),
            await office.client.post("/v1/webhooks", json={"url": "http://example.org/"}),
        ]
        assert [answer.status_code for answer in answers] == [401, 401]
