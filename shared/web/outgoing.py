"""What a unit takes out beside the feed and its webhooks: the evidence chain of a session."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Security

from shared.evidence import Evidence
from shared.feeding import sees_session
from shared.keys import BeyondScope, Keys, may_read
from shared.web import openapi

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
