"""A session's survey as data: venues, candidates and choices, the derived roster, findings; pictures in and out."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Security
from pydantic import BaseModel
from starlette.responses import Response

from services.forums import photos, tables
from services.forums.domain.surveying import Choice, Finding, Site, Survey, Surveyor
from services.forums.store import survey
from services.forums.store.issue_ledger import IssueLedger
from shared.campaign import NotAllowed, WrongDivision
from shared.clock import Clock
from shared.database import Database
from shared.keys import Keys
from shared.plans import Plans
from shared.posted import Caller
from shared.vocabulary import Level, Role
from shared.web import needs_key, openapi
from shared.web.requests import headers_of, read_body

_WHO: Final = (Role.BANNER, Role.PARK, Role.LIAISON)
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


class Kept(BaseModel):
    """A picture that was kept: a finding names it by its hash."""

    sha256: str
    width: int
    height: int


def may_upload(caller: Caller, session: str) -> None:
    """Refuse whoever is not on the survey's side: the banner's people for their session, the city DRC and office."""
    if caller.level is Level.CITY and caller.role in {Role.DRC, Role.OFFICE}:
        return
    if caller.role not in _WHO:
        who, who_en = "旗区政府、园区、市发展和改革委员会", "the banner, its park, the city DRC"
        raise NotAllowed(unit=caller.unit_name, role=caller.role, who=who, who_en=who_en)
    if not session.endswith(f"-{caller.division}"):
        raise WrongDivision(unit=caller.unit_name, session=session[:64])


async def keep(database: Database, clock: Clock, caller: Caller, session: str, content: bytes) -> Kept:
    """Keep an uploaded picture without its metadata."""
    may_upload(caller, session)
    picture = await photos.taken(content)
    row = tables.Photo(
        session=session,
        sha256=picture.sha256,
        content=picture.content,
        width=picture.width,
        height=picture.height,
        unit=caller.unit,
        uploaded_at=clock.now(),
    )
    async with database.transaction() as writing:
        await survey.keep(writing, row)
    return Kept(sha256=picture.sha256, width=picture.width, height=picture.height)


def picture_answer(content: bytes) -> Response:
    """Hand a picture out; under its hash it never changes."""
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/jpeg", headers=headers)


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
        )

    @router.post("/photos", status_code=201, openapi_extra=upload, dependencies=[Security(openapi.KEY)])
    async def post_photo(request: Request, session_id: str) -> Kept:
        """Keep a picture, up to 10 MB; its position and all other metadata are left out."""
        caller = await keys.caller(request.headers.get("authorization"))
        may_upload(caller, session_id)
        content = await read_body(request, headers_of(request), photos.MOST_BYTES)
        return await keep(database, clock, caller, session_id, content)

    @router.get("/photos/{sha256}", response_class=Response)
    async def photo(session_id: str, sha256: str) -> Response:
        """Return a picture as it is kept."""
        async with database.reading() as session:
            return picture_answer(await survey.photo(session, session_id, sha256))

    return router
