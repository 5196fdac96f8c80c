"""Who vanishes or reads no more gives his place back: nobody holds a line that is dead (rows 78, 84)."""

import asyncio
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import APIRouter

from shared import web
from shared.clock import SystemClock
from shared.serve import listening
from shared.web.lasting import Lasting, Sent
from tests.systems import until

_LONG = "data: " + 64 * 1024 * "x" + "\n\n"


def held(metrics: str, name: str = "open", by: str = "key") -> int:
    """Return what the metrics say of the connections that are held."""
    found = re.search(rf'chunfeng_connections_{name}{{by="{by}",kind="lines",service="dead"}} (\d+)', metrics)
    assert found, metrics
    return int(found[1])


@asynccontextmanager
async def streaming(silent_seconds: int, text: str) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a stream of a text without end to two at most, and yield a client of it."""
    lines, router = Lasting("dead", "lines", of_a_key=2, of_all=3), APIRouter()

    async def endless() -> AsyncIterator[str]:
        while True:
            yield text
            await asyncio.sleep(0.001)

    @router.get("/stream")
    async def stream() -> Sent:
        return Sent(endless(), lines.held("key"))

    async def nothing() -> dict[str, object]:
        return {}

    health = web.Health(needed={}, details=nothing)
    app = web.service("dead", summary="", routes=[router], parts=[], health=health, clock=SystemClock())
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    bound, server = listening(config, silent_seconds=silent_seconds), uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([bound]))

    async def started() -> bool:
        return server.started

    await until(started)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}") as client:
            yield client
    finally:
        server.should_exit = True
        await serving


@pytest.mark.row(78, 84)
async def test_who_reads_no_more_is_seen_in_the_metrics_and_gives_his_place_back() -> None:
    async with streaming(1, _LONG) as client:

        async def places() -> tuple[int, int, int, int]:
            text = (await client.get("/metrics")).text
            return held(text), held(text, by="all"), held(text, "limit"), held(text, "limit", by="all")

        async def taken() -> bool:
            return await places() == (1, 1, 2, 3)

        async def free() -> bool:
            return await places() == (0, 0, 2, 3)

        assert await free()
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as deaf:
            deaf.sendall(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
            await until(taken)
            await until(free)  # though his end is open, and says nothing


@pytest.mark.row(78)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a silent line up in time")
def test_who_vanishes_is_given_up_within_a_minute_on_every_connection_accepted() -> None:
    with listening(uvicorn.Config("", port=0, log_config=None)) as bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            asks = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_USER_TIMEOUT)
            assert (asks, *(accepted.getsockopt(socket.IPPROTO_TCP, one) for one in options)) == (1, 15, 15, 60_000)
