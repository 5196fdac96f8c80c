"""A session's survey as data: venues, candidates and choices, the derived roster, findings; pictures in and out."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Security
from pydantic import BaseModel
from starlette.responses import Response

from services.forums import photos
from services.forums.domain.surveying import Choice, Finding, Site, Survey, Surveyor
from services.forums.store import survey
from services.forums.store.issue_ledger import IssueLedger
from shared.clock import Clock
from shared.database import Database
from shared.keys import Keys
from shared.plans import Plans
from shared.web import needs_key, openapi
from shared.web.requests import headers_of, read_body

_PICTURE: Final = {"type": "string", "format": "binary"}


class SurveyNow(BaseModel):
    """A session's survey as it stands; `readiness` is red while no venue is filed, yellow while something lacks."""

    session: str
    scheduled_at: datetime | None
    readiness: str
    sites: list[Site]
    choices: list[Choice]
    roster: list[Surveyor]
    findings: list[Finding]
    held: Survey | None
    called_off: Survey | None


def routes(database: Database, keys: Keys, clock: Clock) -> APIRouter:
    """Return the routes; each needs a key."""
    router, plans = APIRouter(prefix="/v1/sessions/{session_id}/survey", dependencies=[needs_key(keys)]), Plans()
    upload: dict[str, Any] = {
        "requestBody": {
            "required": True,
            "content": {f"image/{kind}": {"schema": _PICTURE} for kind in ("jpeg", "png", "webp")},
        }
    }

    @router.get("")
    async def now(session_id: str) -> SurveyNow:
        """Return a session's survey as it stands, with the roster derived from the forum's attendance."""
        async with database.reading() as session:
            registry = await IssueLedger(session, plans).planned(session_id.rpartition("-")[0])
            found = await survey.overview(session, registry, session_id)
        return SurveyNow(
            session=session_id,
            scheduled_at=found.scheduled_at,
            readiness=found.readiness,
            sites=found.sites,
            choices=found.choices,
            roster=found.roster,
            findings=found.findings,
            held=found.held,
            called_off=found.called_off,
        )

    @router.post("/photos", status_code=201, openapi_extra=upload, dependencies=[Security(openapi.KEY)])
    async def post_photo(request: Request, session_id: str) -> photos.Kept:
        """Keep a picture, up to 10 MB; its position and all other metadata are left out."""
        caller = await keys.caller(request.headers.get("authorization"))
        photos.may_upload(caller, session_id)
        content = await read_body(request, headers_of(request), photos.MOST_BYTES)
        return await photos.keep(database, clock, caller, session_id, content)

    @router.get("/photos/{sha256}", response_class=Response)
    async def photo(session_id: str, sha256: str) -> Response:
        """Return a picture as it is kept."""
        async with database.reading() as session:
            return photos.answer(await survey.photo(session, session_id, sha256))

    return router
