"""The short way of the hot request answers what the usual way does, whatever a connection does (rows 71, 81)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from deploy.local import free_port
from shared import web
from shared.clock import SystemClock
from shared.problems import Malformed
from shared.signing import SCHEME
from shared.web.lane import PATH, protocol
from shared.web.requests import Json, headers_of, read_body
from tests.systems import until

pytestmark = pytest.mark.row(71, 81)
_LIMIT = 2 * 1024 * 1024


async def endpoint(request: Request) -> Response:
    """Tell what came, and on which way: the usual one knows the server's address."""
    body = await read_body(request, headers_of(request), _LIMIT)
    if body == b"refuse":
        raise Malformed(reason="不行", reason_en="no")
    if body == b"break":
        raise ZeroDivisionError
    way = "usual" if "server" in request.scope else "short"
    return Json(json.dumps({"way": way, "length": len(body), "start": body[:8].decode()}), 202)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def alike(self) -> tuple[int, list[str], bytes]:
        """Return what must not depend on the way."""
        told = self.told | {"way": ""} if self.status == 202 else self.told
        headers = self.headers.keys() - ({"x-request-id"} if self.status == 500 else set())  # only the short way has it
        return self.status, sorted(headers), json.dumps(told).encode()


class Line(NamedTuple):
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(one.lower().split(": ", 1) for one in head[1:-2])
        body = await self.reader.readexactly(int(headers["content-length"]))
        return Answer(int(head[0].split(" ")[1]), headers, body)

    async def ask(self, *pieces: bytes) -> Answer:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.01)
        return await self.answer()


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[uvicorn.Server, int]]:
    async def nothing() -> dict[str, Any]:
        return {}

    health, port = web.Health(needed={}, details=nothing), free_port()
    app = web.service("lane", summary="", routes=[], parts=[], health=health, clock=SystemClock(), post_events=endpoint)
    config = uvicorn.Config(app, port=port, log_config=None, http=protocol(app), timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await until(started)
    yield server, port
    server.should_exit = True
    await task


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Line]:
    line = Line(*await asyncio.open_connection("127.0.0.1", port))
    yield line
    line.writer.close()


def plain(body: bytes, *headers: str, path: str = PATH) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(body: bytes) -> bytes:
    head = f"POST {PATH} HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("body", [b"{}", "春风".encode(), b"refuse", b"break", b""])
async def test_both_ways_give_the_same_answer(body: bytes) -> None:
    async with serving() as (_, port), connected(port) as line:
        short, usual = await line.ask(plain(body)), await line.ask(chunked(body) if body else plain(body, "Expect: no"))
    assert short.alike() == usual.alike()
    assert short.headers["x-request-id"] != usual.headers.get("x-request-id")
    if short.status == 202:
        assert (short.told["way"], usual.told["way"]) == ("short", "usual")


async def test_what_is_not_plain_goes_the_usual_way() -> None:
    others = [
        plain(b"{}", f"Authorization: {SCHEME} key=x"),
        plain(b"{}", "Content-Type: a/b", "Content-Type: c/d"),
        plain(b"{}").replace(b"HTTP/1.1", b"HTTP/1.0"),
        plain(b"x" * (256 * 1024 + 1)),
    ]
    async with serving() as (_, port):
        for other in others:
            async with connected(port) as line:
                assert (await line.ask(other)).told["way"] == "usual"
        async with connected(port) as line:
            assert (await line.ask(plain(b"x" * (_LIMIT + 1)))).status == 413
            assert (await line.ask(plain(b"{}", path="/v1/event"))).status == 404


async def test_a_body_in_pieces_and_many_requests_on_one_line_are_answered_in_order() -> None:
    request, large = plain(b'{"a":1}'), plain(b"y" * 200_000)
    async with serving() as (_, port), connected(port) as line:
        assert (await line.ask(request[:20], request[20:-3], request[-3:])).told["length"] == 7
        assert (await line.ask(large[:70_000], large[70_000:])).told == {
            "way": "short",
            "length": 200_000,
            "start": "yyyyyyyy",
        }
        line.writer.write(plain(b"first") + plain(b"second") + b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n")
        line.writer.write(plain(b"third"))
        answers = [await line.answer() for _ in range(4)]
        assert [answer.told.get("start") for answer in answers] == ["first", "second", None, "third"]
        assert [answer.status for answer in answers] == [202, 202, 200, 202]
        last = await line.ask(plain(b"last", "Connection: close"))
        assert last.headers["connection"] == "close"
        assert await line.reader.read() == b""


async def test_a_caller_who_hangs_up_harms_nobody_and_a_stopping_server_closes_its_lines() -> None:
    async with serving() as (server, port):
        async with connected(port) as gone:
            gone.writer.write(plain(b"half")[:-2])
            await gone.writer.drain()
        async with connected(port) as line:
            assert (await line.ask(plain(b"{}"))).told["way"] == "short"
            server.should_exit = True
            assert await line.reader.read() == b""
