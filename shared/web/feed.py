"""GET /v1/feed: a service's facts in their order, from wherever a reader left off; nothing is missed, nothing twice.

The cursor is the fact's sequence, which is gapless and in the order of COMMIT: whoever asks for what comes after n
gets all of it, today or after a restart (docs/decisions/0003). A caller sees what its unit may see.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Security
from sqlalchemy import text
from starlette.responses import Response, StreamingResponse

from shared.database import Database
from shared.envelope import Fact, read_published, with_sequence
from shared.keyfacts import TYPES as KEY_TYPES
from shared.keys import Keys
from shared.posted import Caller
from shared.problems import Refused
from shared.trial import Trial
from shared.vocabulary import Level, Role
from shared.web import openapi

MOST: Final = 500
LONGEST_WAIT: Final = 30
_LOOK_EVERY_SECONDS: Final = 0.25
_BEAT_SECONDS: Final = 15.0
_READ: Final = text("""
    SELECT sequence, type, envelope FROM outbox WHERE sequence > :after
        AND (CAST(:types AS text[]) IS NULL OR type = ANY(CAST(:types AS text[])))
    ORDER BY sequence LIMIT :most
""")
_LAST: Final = text("SELECT last FROM outbox_counter")


def may_see(caller: Caller, fact: Fact) -> bool:
    """Tell whether a fact is this caller's to see (rows 75, 78).

    The city's units see every session, a banner's only its own; keys are the city DRC's business.
    """
    if fact.type in KEY_TYPES:
        return caller.role is Role.DRC and caller.level is Level.CITY
    if caller.level is Level.CITY or fact.session is None:
        return True
    return fact.session.rpartition("-")[2] == caller.division


@dataclass(frozen=True, slots=True)
class Page:
    """Some facts in their order: as CloudEvents, by sequence; where to go on, and how far there is anything."""

    facts: Sequence[tuple[int, str, bytes]]
    """(sequence, type, CloudEvent)."""
    next: int
    last: int

    def body(self) -> bytes:
        """Return the page as JSON."""
        facts = b",".join(event for _, _, event in self.facts)
        return b'{"facts":[%s],"next":%d,"last":%d}' % (facts, self.next, self.last)


After = Annotated[int, Query(ge=0, le=2**62, description="Facts after this sequence; 0 for all")]
Types = Annotated[list[str] | None, Query(alias="type", max_length=50, description="Only these event types")]


class Feed:
    """Reads a service's facts for callers."""

    def __init__(self, database: Database, trial: Trial | None = None) -> None:
        """Take the service's database; keys for trying out see their sandbox instead."""
        self._database = database
        self._trial = trial

    async def page(self, caller: Caller, after: int, most: int, types: Sequence[str] | None) -> Page:
        """Return what comes after a sequence and the caller may see."""
        if caller.test:
            return await self._sandbox(caller, after, most, types)
        async with self._database.reading() as session:
            connection = await session.connection()
            # Asked first: what is recorded meanwhile is looked at the next time, and not passed over.
            last: int = (await connection.execute(_LAST)).scalar_one()
            values = {"after": after, "types": list(types) if types else None, "most": most}
            rows = (await connection.execute(_READ, values)).all()
        found = [(row.sequence, row.type, with_sequence(row.envelope, row.sequence)) for row in rows]
        seen = tuple(one for one in found if may_see(caller, read_published(one[2])))
        newest = found[-1][0] if found else 0
        reached = newest if len(found) == most else max(last, after, newest)
        return Page(seen, reached, max(last, reached))

    async def _sandbox(self, caller: Caller, after: int, most: int, types: Sequence[str] | None) -> Page:
        written = await self._trial.facts(caller) if self._trial is not None else []
        numbered = [with_sequence(text_form, number) for number, text_form in enumerate(written, start=1)]
        wanted = [(n, read_published(one).type, one) for n, one in enumerate(numbered, start=1) if n > after]
        seen = [one for one in wanted if not types or one[1] in types][:most]
        return Page(seen, seen[-1][0] if len(seen) == most else max(len(numbered), after), max(len(numbered), after))

    async def waited(
        self, caller: Caller, after: int, most: int, types: Sequence[str] | None, *, seconds: float
    ) -> Page:
        """Return the next page, waiting some seconds for one that has a fact for the caller."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            page = await self.page(caller, after, most, types)
            if page.facts or asyncio.get_running_loop().time() >= until:
                return page
            after = page.next
            await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _events(page: Page) -> str:
    return "".join(f"id: {number}\nevent: {kind}\ndata: {event.decode()}\n\n" for number, kind, event in page.facts)


async def _streamed(
    request: Request, keys: Keys, feed: Feed, after: int, types: Sequence[str] | None
) -> AsyncIterator[str]:
    """Yield facts as server-sent events until the reader goes or its key is revoked."""
    yield "retry: 2000\n\n"
    while not await request.is_disconnected():
        try:
            caller = await keys.caller(request.headers.get("authorization"))
        except Refused:  # revoked meanwhile: the answer has begun, so it can only end
            return
        page = await feed.waited(caller, after, MOST, types, seconds=_BEAT_SECONDS)
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


def feed_route(database: Database, keys: Keys, trial: Trial | None = None) -> APIRouter:
    """Return the routes of the feed."""
    router = APIRouter(prefix="/v1/feed", dependencies=[Security(openapi.KEY)])
    feed = Feed(database, trial)

    @router.get("", response_class=Response, openapi_extra=openapi.read_feed(_ANSWER))
    async def page(
        request: Request,
        after: After = 0,
        types: Types = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
        wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for a first fact")] = 0,
    ) -> Response:
        """Return the facts that follow a cursor; with `wait`, as soon as there is one."""
        caller = await keys.caller(request.headers.get("authorization"))
        found = await feed.waited(caller, after, limit, types, seconds=wait)
        return Response(found.body(), media_type="application/json")

    @router.get("/stream", response_class=StreamingResponse, openapi_extra=openapi.read_feed(_ANSWER, sse=True))
    async def stream(
        request: Request,
        after: After = 0,
        types: Types = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    ) -> StreamingResponse:
        """Send facts as they are recorded; `Last-Event-ID` goes on where a reader was cut off."""
        await keys.caller(request.headers.get("authorization"))
        start = after if last_event_id is None else last_event_id
        sent = _streamed(request, keys, feed, start, types)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(sent, media_type="text/event-stream", headers=headers)

    return router
