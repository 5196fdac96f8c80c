"""GET /v1/feed: a service's facts in their order, from wherever a reader left off; nothing is missed, nothing twice.

The cursor is the fact's sequence, which is gapless and in the order of COMMIT: whoever asks for what comes after n
gets all of it, today or after a restart (docs/decisions/0003). A caller sees what its unit may see.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Security
from starlette.responses import Response, StreamingResponse

from shared.feeding import Feed, Page, Who, are_known
from shared.keys import Keys
from shared.problems import Refused
from shared.web import openapi
from shared.web.lasting import Lasting, Sent

MOST: Final = 500
LONGEST_WAIT: Final = 30
_BEAT_SECONDS: Final = 15.0
After = Annotated[int, Query(ge=0, le=2**62, description="Facts after this sequence; 0 for all")]
Types = Annotated[list[str] | None, Query(alias="type", max_length=50, description="Only these event types")]


def _events(page: Page) -> str:
    return "".join(f"id: {number}\nevent: {kind}\ndata: {event.decode()}\n\n" for number, kind, event in page.facts)


def _who(request: Request, keys: Keys) -> Who:
    return lambda: keys.caller(request.headers.get("authorization"))


async def _streamed(
    request: Request, who: Who, feed: Feed, after: int, types: Sequence[str] | None
) -> AsyncIterator[str]:
    """Yield facts as server-sent events until the reader goes or its key is revoked."""
    yield "retry: 2000\n\n"
    while not await request.is_disconnected():
        try:
            page = await feed.waited(who, after, MOST, types, seconds=_BEAT_SECONDS)
        except Refused:  # revoked meanwhile: the answer has begun, so it can only end
            return
        after = page.next
        yield _events(page) or ": beat\n\n"


_ANSWER: Final[Mapping[str, Any]] = {
    "200": {
        "description": "按序号排列的事实 · Facts in their order, as CloudEvents with the extension `sequence`",
        "content": {
            "application/json": {
                "schema": {
                    "title": "Page",
                    "type": "object",
                    "required": ["facts", "next", "last"],
                    "properties": {
                        "facts": {"type": "array", "items": {"type": "object"}},
                        "next": {"type": "integer", "description": "Ask with after=<next> for what follows"},
                        "last": {"type": "integer", "description": "The newest sequence there is"},
                    },
                }
            }
        },
    }
}


def feed_route(feed: Feed, keys: Keys, readers: Lasting) -> APIRouter:
    """Return the routes of the feed, for so many readers that stay."""
    router = APIRouter(prefix="/v1/feed", dependencies=[Security(openapi.KEY)])

    @router.get("", response_class=Response, openapi_extra=openapi.read_feed(_ANSWER))
    async def page(
        request: Request,
        after: After = 0,
        types: Types = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
        wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for a first fact")] = 0,
    ) -> Response:
        """Return the facts that follow a cursor; with `wait`, as soon as there is one."""
        are_known(types, "type")
        who = _who(request, keys)
        with readers.held((await who()).key) if wait else nullcontext():
            found = await feed.waited(who, after, limit, types, seconds=wait)
        return Response(found.body(), media_type="application/json")

    @router.get("/stream", response_class=StreamingResponse, openapi_extra=openapi.read_feed(_ANSWER, sse=True))
    async def stream(
        request: Request,
        after: After = 0,
        types: Types = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    ) -> Sent:
        """Send facts as they are recorded; `Last-Event-ID` goes on where a reader was cut off."""
        who = _who(request, keys)
        caller = await who()
        are_known(types, "type")
        start = after if last_event_id is None else last_event_id
        return Sent(_streamed(request, who, feed, start, types), readers.held(caller.key))

    return router
