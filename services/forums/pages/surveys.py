"""A session's survey as people see it: venue and projects, the choice, who goes, findings with pictures, the end."""

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from services.forums import photos
from services.forums.pages.issue_forms import line, moment
from services.forums.pages.rights import Rights
from services.forums.store import survey
from services.forums.store.issue_ledger import IssueLedger
from shared.campaign import NotInCitySession
from shared.clock import SHANGHAI, shanghai_date
from shared.events import (
    Event,
    SurveyCalledOff,
    SurveyCorrected,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveySiteChosen,
    SurveySiteDropped,
    SurveySiteFiled,
    SurveySiteProposed,
)
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import SessionKind, StartVenue
from shared.web import Pages
from shared.web.forms import EMPTY

_ROWS: Final = 3
"""Blank rows offered for more projects."""
_PROJECT: Final = ("project_code", "name", "owner_code", "owner_name", "investment")
_MOST_PHOTOS: Final = 9


def _said(form: FormData, *names: str) -> dict[str, Any]:
    """Return the fields that are filled in; a time is Ordos time, a text area one paragraph."""
    given = {name: str(form.get(name, "")).strip() for name in names}
    read = {name: moment(text) if name.endswith("_at") else line(text) for name, text in given.items() if text}
    return dict(read)


def _official(form: FormData, name: str) -> dict[str, Any]:
    parts = {part: str(form.get(f"{name}.{part}", "")).strip() for part in ("name", "post")}
    return {part: text for part, text in parts.items() if text}


def filing(form: FormData) -> dict[str, Any]:
    """Return what a banner files: rows of projects without any text are not meant."""
    columns = {name: [str(one).strip() for one in form.getlist(name)] for name in _PROJECT}
    rows = [dict(zip(_PROJECT, row, strict=False)) for row in zip(*columns.values(), strict=False)]
    lacking = [part.strip() for part in str(form.get("lacking", "")).splitlines() if part.strip()]
    projects = [{name: text for name, text in row.items() if text} for row in rows if any(row.values())]
    return _said(form, "site", "kind", "place", "starts_on", "preparation") | {"lacking": lacking, "projects": projects}


def choosing(form: FormData) -> dict[str, Any]:
    """Return what a choice says."""
    by = _official(form, "chosen_by")
    return _said(form, "site", "project_code", "chosen_at") | ({"chosen_by": by} if by else {})


def ending(form: FormData) -> dict[str, Any]:
    """Return what the end of a survey says."""
    by = _official(form, "presented_by")
    return _said(form, "started_at", "held_at", "situation") | ({"presented_by": [by]} if by else {})


def correcting(form: FormData) -> dict[str, Any]:
    """Return what a correction says: all that the end says, and which projects were really visited."""
    visited = {"visited": [str(one) for one in form.getlist("visited")]}
    return ending(form) | _said(form, "reason", "corrected_at") | visited


def calling_off(form: FormData) -> dict[str, Any]:
    """Return what is said of a survey that is not held."""
    by = _official(form, "decided_by")
    return _said(form, "reason", "called_off_at") | ({"decided_by": by} if by else {})


class SurveyPages:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def all_of(self, request: Request) -> Response:
        """List the sessions with how far their surveys are."""
        found = []
        async with self._spine.database.reading() as session:
            ledger = IssueLedger(session, self._plans)
            for campaign in (await ledger.campaigns())[:1]:
                registry = await ledger.planned(campaign)
                banners = [one for one in registry.plan.sessions if one.kind is SessionKind.BANNER]
                ordered = sorted(banners, key=lambda one: one.position)
                found = [(one, await survey.overview(session, registry, one.session)) for one in ordered]
        return await self._pages.show(request, "surveys.html", surveys=found)

    async def show(
        self,
        request: Request,
        caller: Caller,
        name: str,
        trouble: Refused | None = None,
        filled: FormData = EMPTY,
    ) -> Response:
        """Show a session's survey; after a refusal, what was wrong, and the form as it had been filled in."""
        async with self._spine.database.reading() as session:
            registry = await IssueLedger(session, self._plans).planned(name.rpartition("-")[0])
            planned = registry.session(name)
            if planned is not None and planned.kind is SessionKind.CITY:
                raise NotInCitySession(session=planned.name, action="现场调研", action_en="a site survey")
            found = await survey.overview(session, registry, name)
        now = self._spine.clock.now()
        may = Rights(caller, name.rpartition("-")[2])
        return await self._pages.show(
            request,
            "survey.html",
            status=trouble.status if trouble else 200,
            survey=found,
            session_name=planned.name if planned else name,
            picked={one.project_code: one for one in found.choices},
            files=may.hold,
            picks=may.attend,
            finds=may.drc or may.hold,
            on_the_day=found.scheduled_at is not None and shanghai_date(found.scheduled_at) == shanghai_date(now),
            before=found.scheduled_at is None or shanghai_date(now) < shanghai_date(found.scheduled_at),
            venues=[*StartVenue],
            blank=_ROWS,
            problem=trouble.problem() if trouble else None,
            filled=filled,
            refused_at=str(filled.get("form_at", "")),
            typed=filing(filled)["projects"] if filled else [],
            now=now.astimezone(SHANGHAI),
            new_id=lambda: f"form-{uuid.uuid4().hex}",
        )

    async def submit(self, caller: Caller, kind: str, data: Mapping[str, Any], form: FormData) -> None:
        """Record what a form says, as if the caller's system had posted it."""
        assert self._spine.front is not None  # noqa: S101  (events are posted to this service)
        await self._spine.front.submit(caller, kind, data, str(form.get("event_id", "")))

    async def find(self, caller: Caller, name: str, form: FormData) -> None:
        """Record a finding with its pictures, each kept without its position."""
        kept = []
        for one in form.getlist("photos")[:_MOST_PHOTOS]:
            if isinstance(one, UploadFile) and one.filename:
                content = await one.read(photos.MOST_BYTES + 1)
                kept.append((await photos.keep(self._spine.database, self._spine.clock, caller, name, content)).sha256)
        event_id = str(form.get("event_id", ""))
        data = _said(form, "project_code", "topic", "text", "found_at") | {"photos": [*dict.fromkeys(kept)]}
        data |= {"session": name, "finding": f"finding-{event_id.removeprefix('form-')[:8]}"}
        await self.submit(caller, SurveyFindingRecorded.type, data, form)


_STEPS: Final[Mapping[str, tuple[type[Event], Callable[[FormData], dict[str, Any]]]]] = {
    "filed": (SurveySiteFiled, filing),
    "proposed": (SurveySiteProposed, lambda form: _said(form, "site", "project_code", "proposed_at")),
    "chosen": (SurveySiteChosen, choosing),
    "dropped": (SurveySiteDropped, lambda form: _said(form, "site", "project_code", "reason", "dropped_at")),
    "held": (SurveyHeld, ending),
    "corrected": (SurveyCorrected, correcting),
    "called-off": (SurveyCalledOff, calling_off),
}


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False), SurveyPages(spine, pages)
    visitor = pages.needs_login()

    @router.get("/surveys")
    async def surveys(request: Request, _: Annotated[Caller, visitor]) -> Response:
        return await page.all_of(request)

    @router.get("/surveys/{session}")
    async def one(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, caller, session)

    @router.get("/surveys/{session}/photos/{sha256}")
    async def photo(session: str, sha256: str, _: Annotated[Caller, visitor]) -> Response:
        async with spine.database.reading() as reading:
            return photos.answer(await survey.photo(reading, session, sha256))

    @router.post("/surveys/{session}/{step}")
    async def take(request: Request, session: str, step: str, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form(max_files=_MOST_PHOTOS, max_fields=600)
        try:
            if step == "found":
                await page.find(caller, session, form)
            elif step in _STEPS:
                kind, read = _STEPS[step]
                await page.submit(caller, kind.type, {"session": session} | read(form), form)
            else:
                return Response(status_code=404)
        except Refused as refusal:
            return await page.show(request, caller, session, refusal, form)
        finally:
            await form.close()
        return RedirectResponse(f"/surveys/{session}", status_code=303)

    return router
