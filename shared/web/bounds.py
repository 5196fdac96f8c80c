"""Around every request but the hot one: nobody's body is taken without bounds, and a stranger's only a little.

What parses a request reads its whole body before any route asks for a key: JSON into memory, a form's files to disk.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web import problem
from shared.web.requests import TooLarge

OF_ANYBODY: Final = 256 * 1024
"""As much as a form without files, or one with a key that is wrong, ever has."""
OF_A_UNIT: Final = 64 * 1024 * 1024
"""Several pictures of a survey in one form; each route has limits of its own below that."""

IsKnown = Callable[[Request], Awaitable[bool]]


class Bounded:
    """ASGI middleware that takes no more of a body than its sender may send."""

    def __init__(self, app: ASGIApp, is_known: IsKnown) -> None:
        """Wrap an application; `is_known` tells whether a request comes with a key that opens."""
        self._app = app
        self._is_known = is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        said = request.headers.get("content-length", "")
        length = int(said) if said.isascii() and said.isdigit() else None
        little = length is not None and length <= OF_ANYBODY
        limit = OF_ANYBODY if little or not await self._is_known(request) else OF_A_UNIT
        if length is not None and length > limit:
            await problem.problem_response(TooLarge(limit=limit).problem())(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise TooLarge(limit=limit)
            return message

        await self._app(scope, counted, send)
