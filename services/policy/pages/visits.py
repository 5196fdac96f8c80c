"""A session's visits: planned, moved, called off, logged with what was asked, corrected; the day's end."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.policy import tables
from services.policy.pages.desk import Counter, is_city_drc, may_collect
from services.policy.store import Brochures, Store
from shared.events import (
    EnterpriseVisited,
    QuestionAnswered,
    SessionEvent,
    VisitCancelled,
    VisitCorrected,
    VisitPlanned,
    VisitsConcluded,
)
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import Feedback
from shared.web.forms import data_of

_FORMS: Final[Mapping[str, type[SessionEvent]]] = {
    "plan": VisitPlanned,
    "log": EnterpriseVisited,
    "correct": VisitCorrected,
    "cancel": VisitCancelled,
    "answer": QuestionAnswered,
    "conclude": VisitsConcluded,
}
ASKED: Final = 5
"""Questions a form has room for; more go by the team's own system."""


class UnknownVisit(Refused):
    """The session has no such visit."""

    status = 404
    row = 49
    zh = "本场没有入企安排 {visit}"
    en = "The session has no visit {visit}"


def asked(visit: str, form: FormData) -> list[dict[str, str]]:
    """Return the questions a form tells, each under an id of its visit; one without text is none."""
    found = []
    for place in range(1, ASKED + 1):
        names = ("topic", "text", "answer", "answered_by")
        said = {name: str(form.get(f"q{place}.{name}", "")).strip() for name in names}
        if said["text"]:
            question = f"{visit}-q{place}"
            found.append({"question": question} | {name: text for name, text in said.items() if text})
    return found


class VisitPages:
    """The pages as they stand for a caller."""

    def __init__(self, counter: Counter) -> None:
        """Take where forms are handed in."""
        self._counter = counter

    def event(self, form: str, session: str, filled: FormData) -> dict[str, Any]:
        """Return what a form says, as the data of its event."""
        data = data_of(_FORMS[form], filled) | {"session": session}
        data.pop("questions", None)
        firm = str(filled.get("firm", ""))
        if "|" in firm:
            data["enterprise_code"], data["enterprise"] = firm.split("|", 1)
        if form in ("plan", "log") and not data.get("visit"):
            data["visit"] = f"visit-{uuid.uuid4().hex[:10]}"
        if form == "log" and (questions := asked(data["visit"], filled)):
            data["questions"] = questions
        if form == "conclude":
            data["concluded_at"] = self._counter.now().isoformat()
        if form == "answer":
            data["answered_at"] = self._counter.now().isoformat()
        return data

    async def visits(
        self,
        request: Request,
        caller: Caller,
        session: str,
        *,
        at: str = "",
        **refused: Any,  # noqa: ANN401  (a template's names)
    ) -> Response:
        """Show the day team by team, what was asked, and its end; after a refusal, why and what was filled in."""
        _, planned = await self._counter.session(session)
        async with self._counter.database.reading() as reading:
            store = Store(reading)
            day, teams = await store.visits_of(session), await store.teams_of(session)
            log, questions = await store.log_of(session), await store.questions_of(session)
            needs = await store.needs_of(session)
        made = [one for one in log if one.started_at is not None]
        return await self._counter.show(
            request,
            "visits.html",
            at=at,
            **refused,
            planned=planned,
            day=day,
            teams=[(team, [one for one in log if one.team == team.team]) for team in teams],
            made=made,
            waiting=[one for one in log if one.started_at is None and one.cancelled is None],
            questions=questions,
            open_now=sum(one.answer is None for one in questions),
            firms=sorted({(one.enterprise_code, one.enterprise) for one in needs}),
            acts=may_collect(caller, planned),
            leads=is_city_drc(caller),
        )

    async def visit(
        self,
        request: Request,
        caller: Caller,
        session: str,
        visit: str,
        *,
        at: str = "",
        **refused: Any,  # noqa: ANN401  (a template's names)
    ) -> Response:
        """Show one visit with the forms to log, correct, move or call it off; `new` logs one that was not planned."""
        registry, planned = await self._counter.session(session)
        async with self._counter.database.reading() as reading:
            store = Store(reading)
            row = await store.visit(session, visit)
            if row is None and visit != "new":
                raise UnknownVisit(visit=visit)
            teams = await store.teams_of(session)
            questions = [one for one in await store.questions_of(session) if one.visit == visit]
            brochures = await Brochures(reading).of(registry.plan.campaign)
            firms = sorted({(one.enterprise_code, one.enterprise) for one in await store.needs_of(session)})
        return await self._counter.show(
            request,
            "visit.html",
            at=at,
            **refused,
            planned=planned,
            visit=row,
            start=_start(row),
            teams=teams,
            firms=firms,
            questions=questions,
            brochures=brochures,
            feedbacks=[*Feedback],
            rows=range(1, ASKED + 1),
            acts=may_collect(caller, planned),
        )


def _start(row: tables.Visit | None) -> tuple[Any, Any]:
    """Return the times a form starts with: those logged, else those planned."""
    if row is None:
        return None, None
    return row.started_at or row.planned_from, row.ended_at or row.planned_until


def routes(counter: Counter) -> APIRouter:
    """Return the routes."""
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session}/visits"), VisitPages(counter)
    visitor = counter.pages.needs_login()

    @router.get("")
    async def visits(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.visits(request, caller, session)

    @router.get("/{visit}")
    async def visit(request: Request, session: str, visit: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.visit(request, caller, session, visit)

    @router.post("/{form}")
    async def record(request: Request, session: str, form: str, caller: Annotated[Caller, visitor]) -> Response:
        if form not in _FORMS:
            return Response(status_code=404)
        filled = await request.form()
        back = str(filled.get("back", ""))
        try:
            data = pages.event(form, session, filled)
            await counter.submit(caller, _FORMS[form], data, str(filled.get("event_id", "")))
        except Refused as refusal:
            if back:
                return await pages.visit(request, caller, session, back, at=form, trouble=refusal, filled=filled)
            about = str(filled.get("question", form)) if form == "answer" else form
            return await pages.visits(request, caller, session, at=about, trouble=refusal, filled=filled)
        place = f"/{data['visit']}" if form in ("log", "correct") else ""
        return RedirectResponse(f"/sessions/{session}/visits{place}", status_code=303)

    return router
