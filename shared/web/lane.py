"""The short way of the one hot request: from uvicorn's parser to the intake and back, past the layers of ASGI.

Nine layers of middleware between parser and intake, each with its part in every message, cost as much as reading and
checking the event. Only plain requests take this way: `POST /v1/events` with a key and a body of a known, bounded
length, one at a time. Whatever is otherwise (signed, chunked, pipelined, anything else) goes the usual way, which
gives the same answer.
"""

import asyncio
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared import logs
from shared.signing import SCHEME
from shared.web import problem
from shared.web.bounds import OF_ANYBODY
from shared.web.requests import Endpoint, Line

PATH: Final = "/v1/events"
_PATH: Final = PATH.encode()
_SIGNED: Final = SCHEME.encode()
_ONLY_ASGI: Final = frozenset({b"transfer-encoding", b"upgrade", b"expect"})


class _Short:
    """A request on the short way, in the place of uvicorn's own record of it."""

    message_event: Final = asyncio.Event()
    """By which uvicorn wakes whoever reads a body; here nobody does before it is there."""

    def __init__(self, headers: list[tuple[bytes, bytes]], *, keep_alive: bool) -> None:
        """Take its headers; the body follows."""
        self.headers = headers
        self.keep_alive = keep_alive
        self.body = bytearray()
        self.more_body = True
        self.disconnected = False
        self.response_complete = False

    async def receive(self) -> Message:
        """Give the body, which is there in whole."""
        return {"type": "http.request", "body": bytes(self.body), "more_body": False}


def _is_plain(headers: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request can go the short way, as far as its headers say."""
    names = dict(headers)
    length = names.get(b"content-length", b"")
    return (
        len(names) == len(headers)
        and length.isdigit()
        and int(length) <= OF_ANYBODY  # for it is read before its sender is known
        and _ONLY_ASGI.isdisjoint(names)
        and not names.get(b"authorization", b"").startswith(_SIGNED)
    )


class Lane(HttpToolsProtocol):
    """uvicorn's protocol with the short way in it."""

    service: str
    endpoint: Endpoint
    log: Any

    def on_headers_complete(self) -> None:
        """Choose the way."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if (
            not busy
            and self.url == _PATH
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and _is_plain(self.headers)
        ):
            keep_alive = self.parser.should_keep_alive()
            self.cycle = _Short(self.headers, keep_alive=keep_alive)  # type: ignore[assignment]
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Gather the body; nobody reads it meanwhile, so the line is not stopped."""
        if isinstance(short := self.cycle, _Short):
            short.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Serve a request whose body is there."""
        super().on_message_complete()
        if isinstance(short := self.cycle, _Short) and not short.response_complete:
            task = self.loop.create_task(self._serve(short))
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    async def _serve(self, short: _Short) -> None:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": PATH, "headers": short.headers}
        line = Line(self.service, self.log, scope)
        try:
            response = await self.endpoint(Request(scope, short.receive))
        except Exception as failure:  # noqa: BLE001  (answered and logged, as the usual way does)
            response = problem.known(failure) or problem.broken(failure)
        line.end(response.status_code)
        if self.flow.write_paused and not short.disconnected:
            await self.flow.drain()
        if not short.disconnected and not self.transport.is_closing():
            self.transport.write(self._written(short, response, line.request_id))
        short.response_complete = True
        if not short.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _written(self, short: _Short, response: Response, request_id: str) -> bytes:
        headers = [*self.server_state.default_headers, *response.raw_headers, (b"x-request-id", request_id.encode())]
        if not short.keep_alive:
            headers.append((b"connection", b"close"))
        lines = [b"%b: %b\r\n" % header for header in headers]
        return b"".join([STATUS_LINE[response.status_code], *lines, b"\r\n", response.body])


def protocol(app: FastAPI) -> type[asyncio.Protocol] | str:
    """Return the protocol to serve an application with: uvicorn's own, or with a short way if it takes events."""
    hot = getattr(app.state, "hot", None)
    if hot is None:
        return "httptools"
    service, endpoint = hot
    return type("Lane", (Lane,), {"service": service, "endpoint": staticmethod(endpoint), "log": logs.get()})
