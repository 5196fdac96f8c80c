"""What a unit takes out beside the feed: webhooks of its own, and the evidence chain of a session."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Security
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from shared.evidence import Evidence
from shared.feeding import sees_session
from shared.keys import BeyondScope, Keys, may_read
from shared.posted import Caller
from shared.tables import Webhook
from shared.web import openapi
from shared.webhooks import Webhooks

Type = Annotated[str, Field(max_length=100)]


class Wanted(BaseModel):
    """An address to which facts are to be sent."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=8, max_length=500, pattern=r"^https?://[!-~]+$")]
    types: Annotated[list[Type], Field(max_length=50)] | None = None
    """Only these event types."""
    after: Annotated[int, Field(ge=0, le=2**62)] | None = None
    """From after this sequence on; from now on if left out."""


class Told(BaseModel):
    """A webhook as its unit sees it; `secret` only when it was just made."""

    webhook: str
    url: str
    types: list[str] | None
    state: str
    cursor: int
    delivered: int
    failures: int
    last_answer: str | None
    secret: str | None = None


def told(row: Webhook, *, secret: bool = False) -> Told:
    """Return what is told of a webhook."""
    types = None if row.types is None else json.loads(row.types)
    shown = row.model_dump(include={"webhook", "url", "state", "cursor", "delivered", "failures", "last_answer"})
    return Told(**shown, types=types, secret=row.secret if secret else None)


_LINK: Final = {
    "type": "object",
    "required": ["sequence", "id", "type", "fact_sha256", "link", "sealed_at", "seal"],
}
_CHAIN: Final = {
    "description": "证据链 · Each fact's hash, tied to the one before it",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["service", "session", "first", "public_key", "links"],
                "properties": {"links": {"type": "array", "items": _LINK}},
            }
        }
    },
}


def webhooks_route(webhooks: Webhooks, keys: Keys) -> APIRouter:
    """Return the routes of webhooks."""
    router = APIRouter(prefix="/v1/webhooks", dependencies=[Security(openapi.KEY)])
    refusals = {"responses": openapi.refusals(401, 403, 404, 409, 422, 503)}

    async def caller_of(request: Request) -> Caller:
        caller = await keys.caller(request.headers.get("authorization"))
        may_read(caller)
        return caller

    @router.get("", openapi_extra=refusals)
    async def listed(request: Request) -> list[Told]:
        """List the unit's webhooks: how far each is, and what it answered last."""
        return [told(row) for row in await webhooks.of(await caller_of(request))]

    @router.post("", status_code=201, openapi_extra={"responses": openapi.refusals(400, 401, 403, 409, 422, 503)})
    async def add(request: Request, wanted: Wanted) -> Told:
        """Have the facts that the key may see sent to an address; the secret in the answer is shown this once."""
        caller = await caller_of(request)
        return told(await webhooks.add(caller, wanted.url, wanted.types, wanted.after), secret=True)

    @router.delete("/{webhook}", status_code=204, openapi_extra=refusals)
    async def remove(request: Request, webhook: str) -> Response:
        """Send no more to an address."""
        await webhooks.remove(await caller_of(request), webhook)
        return Response(status_code=204)

    @router.post("/{webhook}/again", status_code=204, openapi_extra=refusals)
    async def again(request: Request, webhook: str) -> Response:
        """Try now what was put off, or given up after 410."""
        await webhooks.again(await caller_of(request), webhook)
        return Response(status_code=204)

    return router


def evidence_route(evidence: Evidence, keys: Keys) -> APIRouter:
    """Return the route of the evidence chain."""
    router = APIRouter(dependencies=[Security(openapi.KEY)])
    refusals = openapi.refusals(401, 403, 422, 503)

    @router.get("/v1/evidence", openapi_extra={"responses": {"200": _CHAIN} | refusals})
    async def chain(request: Request, session: Annotated[str, Query(max_length=64)]) -> dict[str, Any]:
        """Return a session's chain of evidence in this service: hashes, links and seals that anybody can check."""
        caller = await keys.caller(request.headers.get("authorization"))
        may_read(caller)
        if not sees_session(caller, session or None):
            raise BeyondScope(what="查看其他旗区的场次", what_en="look at another banner's session")
        return await evidence.of(session)

    return router
