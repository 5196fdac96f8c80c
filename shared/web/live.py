"""Server-sent events: a page's parts sent anew whenever they have changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from fastapi import Request
from starlette.responses import StreamingResponse

from shared.web.pages import SECURITY

_EVERY_SECONDS: Final = 1.0
_BEAT_SECONDS: Final = 15.0
Part = Callable[[], Awaitable[str]]
"""Renders the part as it stands now."""


async def _sent(request: Request, part: Part, every: float) -> AsyncIterator[str]:
    """Yield the part when it differs from the last one sent, and a comment now and then that keeps the line open."""
    before, quiet = None, 0.0
    while not await request.is_disconnected():
        now = await part()
        if now != before:
            before, quiet = now, 0.0
            lines = "".join(f"data: {line}\n" for line in now.splitlines())
            yield f"event: part\n{lines}\n"
        elif quiet >= _BEAT_SECONDS:
            quiet = 0.0
            yield ": beat\n\n"
        await asyncio.sleep(every)
        quiet += every


def stream(request: Request, part: Part, *, every: float = _EVERY_SECONDS) -> StreamingResponse:
    """Answer with a stream of the part; `live.js` puts it where `data-live` names this address."""
    headers = SECURITY | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_sent(request, part, every), media_type="text/event-stream", headers=headers)
