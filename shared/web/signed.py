"""Around every request: one that is signed becomes one that carries its key, once the signature is found good."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.signing import SCHEME, Signatures
from shared.web import problem
from shared.web.requests import headers_of, read_body

_MOST_BYTES: Final = 8 * 1024 * 1024
_PREFIX: Final = SCHEME.encode()


class SignedRequests:
    """ASGI middleware that checks signed requests; all others pass."""

    def __init__(self, app: ASGIApp, signatures: Signatures) -> None:
        """Wrap an application."""
        self._app = app
        self._signatures = signatures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not any(
            name == b"authorization" and value.startswith(_PREFIX) for name, value in scope["headers"]
        ):
            await self._app(scope, receive, send)
            return
        try:
            opened, body = await self._opened(Request(scope, receive))
        except Exception as failure:
            if (answer := problem.known(failure)) is None:
                raise
            await answer(scope, receive, send)
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(opened, again, send)

    async def _opened(self, request: Request) -> tuple[Scope, bytes]:
        """Return the request's scope with the key it was signed with, and its body."""
        header = request.headers["authorization"]
        await self._signatures.begun(header)
        body = await read_body(request, headers_of(request), _MOST_BYTES)
        scope = request.scope
        target = scope.get("raw_path", scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        if scope["query_string"]:
            target += f"?{scope['query_string'].decode('latin-1')}"
        token = await self._signatures.token(header, scope["method"], target, body)
        opened = {**scope, "headers": list(scope["headers"])}
        MutableHeaders(scope=opened)["authorization"] = f"Bearer {token}"
        return opened, body
