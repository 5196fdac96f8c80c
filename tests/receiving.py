"""A unit's own system that has facts sent to it."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local import free_port
from tests.systems import until


def own_addresses() -> set[str]:
    """Return this host's addresses, as far as it knows its own name."""
    with contextlib.suppress(socket.gaierror):
        return {"127.0.0.1", "::1"} | {str(where[0]) for *_, where in socket.getaddrinfo(socket.gethostname(), 80)}
    return {"127.0.0.1", "::1"}


@dataclass
class Receiver:
    """A unit's own system: takes what is signed for it, keeps it by its id, answers as it is told."""

    secret: str = ""
    status: int = 200
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: int = 0
    forged: int = 0
    port: int = field(default_factory=free_port)
    seconds: float = 0
    """How long it takes to answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/facts"

    async def take(self, request: Request) -> Response:
        self.posts += 1
        await asyncio.sleep(self.seconds)
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
        server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        )
        serving = asyncio.create_task(server.serve())
        await until(lambda: _is(server))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


async def _is(server: uvicorn.Server) -> bool:
    return server.started
