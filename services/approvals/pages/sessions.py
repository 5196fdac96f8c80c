"""The campaign's sessions: the list, one session with its plan, duties and life, and the forms that change it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.notices import concerned, enterprises
from services.approvals.domain.timetable import VENUES, legal_venue
from services.approvals.pages.trial import post_once, tried
from services.approvals.papers import runsheet
from services.approvals.store.briefing import Brief, Briefings
from services.approvals.store.daybook import Daybooks
from services.approvals.store.notices import applications_of
from shared.clock import SHANGHAI
from shared.events import (
    ActionScheduled,
    DutyFulfilled,
    DutyReopened,
    Event,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionReady,
    SessionRescheduled,
    SessionScheduled,
)
from shared.plans import Plans
from shared.posted import Caller
from shared.printing.papers import Papers
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import Level, Role, SessionKind
from shared.web import Pages, needs_key
from shared.web.forms import EMPTY

_FORMS: Final[Mapping[str, type[Event]]] = {
    "schedule": SessionScheduled,
    "reschedule": SessionRescheduled,
    "cancel": SessionCancelled,
    "action": ActionScheduled,
    "ready": SessionReady,
    "open": SessionOpened,
    "close": SessionClosed,
    "fulfil": DutyFulfilled,
    "reopen": DutyReopened,
}
PREVIEWED: Final = ("schedule", "reschedule", "cancel")
"""What people are told of is looked at before it is done."""


def new_id() -> str:
    """Return an id for a form's event: sending the form twice is posting the same event twice."""
    return f"form-{uuid.uuid4().hex}"


def moment(text: str) -> str:
    """Return a browser's local time as a moment; what is none is left for the schema to refuse."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read).isoformat()


def data_of(kind: type[Event], form: FormData, brief: Brief) -> dict[str, Any]:
    """Return an event's data as a form says it; what is left empty is not said, a time is Ordos time."""
    said = {name: str(form.get(name, "")).strip() for name in form}
    data: dict[str, Any] = {"session": brief.planned.session}
    for name in kind.model_fields:
        if said.get(name):
            data[name] = moment(said[name]) if name.endswith("_at") else said[name]
    if "venue" in kind.model_fields:
        data["venue"] = {"kind": said.get("venue_kind") or legal_venue(brief.planned), "name": said.get("venue", "")}
    if "minutes" in data and data["minutes"].isdigit():
        data["minutes"] = int(data["minutes"])
    if kind is SessionOpened:
        data["declared_by"] = {"name": said.get("name", ""), "post": said.get("post", "")}
    if kind in (DutyFulfilled, DutyReopened):
        data |= {"campaign": brief.registry.plan.campaign, "session": said.get("duty_session") or None}
    return data


class SessionPage:
    """One session's page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self.spine = spine
        self.pages = pages
        self.plans = Plans()

    async def brief(self, session: str) -> Brief:
        """Return a session with what belongs to it."""
        async with self.spine.database.reading() as reading:
            return await Briefings(reading, self.plans, self.spine.clock.now()).of(session)

    async def show(  # noqa: PLR0913  (what a page is made of)
        self,
        request: Request,
        session: str,
        caller: Caller,
        *,
        trouble: Refused | None = None,
        at: str = "",
        filled: FormData = EMPTY,
    ) -> Response:
        """Show a session; after a refusal, what was wrong and filled in, in the form it was about."""
        async with self.spine.database.reading() as reading:
            briefings = Briefings(reading, self.plans, self.spine.clock.now())
            brief = await briefings.of(session)
            steps = await briefings.life_of(brief)
        return await self.pages.show(
            request,
            "session.html",
            status=trouble.status if trouble else 200,
            brief=brief,
            view=brief.view,
            steps=steps,
            drc=caller.role is Role.DRC and caller.level is Level.CITY,
            keeps=caller.role is Role.DRC and (caller.level is Level.CITY or caller.division == brief.planned.division),
            declares=_declares(caller, brief),
            venue_kind=legal_venue(brief.planned),
            venues=VENUES,
            actions=[one.action for one in brief.registry.plan.actions.get(brief.planned.kind, ())],
            problem=trouble.problem() if trouble else None,
            at=at,
            filled=filled,
            now=self.spine.clock.now().astimezone(SHANGHAI),
            new_id=new_id,
        )

    async def preview(self, request: Request, caller: Caller, brief: Brief, form: str, filled: FormData) -> Response:
        """Show what would become of a change, and who would be told of it, before it is made."""
        kind = _FORMS[form]
        data = data_of(kind, filled, brief)
        await tried(self.spine, caller, [(kind, data)])
        async with self.spine.database.reading() as reading:
            owners = enterprises(await applications_of(reading, brief.planned.session))
        return await self.pages.show(
            request,
            "session_preview.html",
            brief=brief,
            view=brief.view,
            form=form,
            fields={name: str(value) for name, value in filled.items()},
            starts_at=datetime.fromisoformat(data["starts_at"]) if "starts_at" in data else None,
            venue=data.get("venue"),
            reason=data.get("reason"),
            units=concerned(brief.registry, brief.planned),
            enterprises=owners,
            quiet=brief.registry.plan.switches.notice_quiet,
        )

    async def submit(self, caller: Caller, form: str, brief: Brief, filled: FormData) -> None:
        """Post what a form says as the caller's system would; what would have to wait is told instead."""
        kind, event_id = _FORMS[form], str(filled.get("event_id", "")) or new_id()
        await post_once(self.spine, caller, (kind, data_of(kind, filled, brief)), event_id)


def _declares(caller: Caller, brief: Brief) -> bool:
    if brief.planned.kind is SessionKind.CITY:
        return caller.role is Role.OFFICE
    return caller.role is Role.BANNER and caller.division == brief.planned.division


def _list_routes(spine: Spine, pages: Pages) -> APIRouter:
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()

    @router.get("/")
    async def sessions(request: Request, _: Annotated[Caller, visitor], campaign: str = "") -> Response:
        async with spine.database.reading() as session:
            briefings = Briefings(session, plans, spine.clock.now())
            campaigns = await briefings.campaigns()
            registry = await briefings.registry(campaign or (campaigns[0] if campaigns else ""))
            briefs = await briefings.all_of(registry) if registry is not None else []
        return await pages.show(request, "sessions.html", briefs=briefs, registry=registry, campaigns=campaigns)

    return router


def routes(spine: Spine, pages: Pages, papers: Papers) -> APIRouter:
    """Return the routes."""
    router, page = _list_routes(spine, pages), SessionPage(spine, pages)
    visitor = pages.needs_login()

    @router.get("/sessions/{session}")
    async def one(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, session, caller)

    @router.get("/sessions/{session}/run-sheet.pdf")
    async def sheet(session: str, _: Annotated[Caller, visitor]) -> Response:
        return await run_sheet(spine, page.plans, papers, session)

    @router.get("/v1/sessions/{session}/run-sheet.pdf", dependencies=[needs_key(spine.keys)])
    async def sheet_for_systems(session: str) -> Response:
        return await run_sheet(spine, page.plans, papers, session)

    @router.post("/sessions/{session}/change/{form}")
    async def change(request: Request, session: str, form: str, caller: Annotated[Caller, visitor]) -> Response:
        if form not in _FORMS:
            return Response(status_code=404)
        filled, brief = await request.form(), await page.brief(session)
        try:
            if form in PREVIEWED and not filled.get("sure"):
                return await page.preview(request, caller, brief, form, filled)
            await page.submit(caller, form, brief, filled)
        except Refused as refusal:
            return await page.show(request, session, caller, trouble=refusal, at=form, filled=filled)
        back = str(filled.get("back", ""))
        return RedirectResponse("/duties" if back == "duties" else f"/sessions/{session}", status_code=303)

    return router


async def run_sheet(spine: Spine, plans: Plans, papers: Papers, session: str) -> Response:
    """Answer with a session's run sheet as PDF."""
    async with spine.database.reading() as reading:
        book = await Daybooks(reading, plans).of(session)
    created = book.state.docket_locked_at or book.state.scheduled_at
    pdf = await papers.print(
        runsheet.html(book), runsheet.CSS, identifier=f"run-sheet/{session}", created=created, signs=True
    )
    headers = {"Content-Disposition": f'inline; filename="run-sheet-{session}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
