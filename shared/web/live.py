"""Server-sent events: a page's parts sent anew whenever they have changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from fastapi import Request

from shared.posted import Caller
from shared.watch import EVERY_SECONDS, Watch
from shared.web.lasting import Lasting, Sent
from shared.web.pages import SECURITY, Pages

_BEAT_SECONDS: Final = 15.0
Part = Callable[[], Awaitable[str]]
"""Renders the part as it stands now."""


async def _sent(request: Request, part: Part, watch: Watch | None) -> AsyncIterator[str]:
    """Yield the part when it differs from the last one sent, and a comment now and then that keeps the line open.

    To whom the key was taken away meanwhile, nothing more is shown.
    """
    pages: Pages = request.app.state.pages
    before, quiet = None, 0.0
    while not await request.is_disconnected() and await pages.caller(request) is not None:
        seen = watch.newest if watch is not None else 0
        now = await part()
        if now != before:
            before, quiet = now, 0.0
            lines = "".join(f"data: {line}\n" for line in now.splitlines())
            yield f"event: part\n{lines}\n"
        elif quiet >= _BEAT_SECONDS:
            quiet = 0.0
            yield ": beat\n\n"
        if watch is None:
            await asyncio.sleep(EVERY_SECONDS)
            quiet += EVERY_SECONDS
        elif not await watch.change(seen, _BEAT_SECONDS):
            quiet = _BEAT_SECONDS


async def _watched(request: Request, part: Part, watch: Watch) -> AsyncIterator[str]:
    async with watch.looking():
        async for sent in _sent(request, part, watch):
            yield sent


def stream(request: Request, caller: Caller, part: Part, watch: Watch | None = None) -> Sent:
    """Answer with a stream of the part; `live.js` puts it where `data-live` names this address.

    With a watch the part is rendered when its service has recorded something, else every second.
    """
    sent = _sent(request, part, None) if watch is None else _watched(request, part, watch)
    open_pages: Lasting = request.app.state.viewers
    return Sent(sent, open_pages.held(caller.key), SECURITY)
