"""The policy library: search, entries, files."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.policy import tables
from services.policy.domain.library import MOST_FILE_BYTES, allow_compilers
from services.policy.store import Library
from services.policy.store.library import keep_pdf
from shared.clock import Clock
from shared.database import Database
from shared.identifiers import Day
from shared.keys import Keys
from shared.vocabulary import PolicyLevel, PolicyTopic
from shared.web import needs_key
from shared.web.requests import read_body

PDF: Final = "application/pdf"


class Handed(BaseModel):
    """A file handed in."""

    sha256: str
    bytes: int


def routes(database: Database, keys: Keys, clock: Clock) -> APIRouter:
    """Return the routes of the library."""
    router = APIRouter(prefix="/v1", dependencies=[needs_key(keys)])

    @router.get("/policies")
    async def policies(
        q: str = "", level: PolicyLevel | None = None, topic: PolicyTopic | None = None, in_force_on: Day | None = None
    ) -> Sequence[tables.Policy]:
        """List policies in which every word of `q` occurs, filtered by level and topic, newest first."""
        async with database.reading() as session:
            return await Library(session).search(words=q, level=level or "", topic=topic or "", in_force_on=in_force_on)

    @router.get("/policies/{policy}")
    async def one(policy: str) -> tables.Policy:
        """Return one policy."""
        async with database.reading() as session:
            return await Library(session).policy(policy)

    @router.post("/files", status_code=201)
    async def hand_in(request: Request) -> Handed:
        """Keep a policy's PDF, the body of the request; a policy then names it by its hash."""
        caller = await keys.caller(request.headers.get("authorization"))
        allow_compilers(caller)
        content = await read_body(request, dict(request.scope["headers"]), MOST_FILE_BYTES)
        return Handed(sha256=await keep_pdf(database, clock, content, caller.unit), bytes=len(content))

    @router.get("/files/{sha256}", response_class=Response)
    async def file(sha256: str) -> Response:
        """Return a file handed in."""
        async with database.reading() as session:
            found = await Library(session).file(sha256)
        return Response(found.content, media_type=found.media_type, headers={"X-Content-Type-Options": "nosniff"})

    return router
