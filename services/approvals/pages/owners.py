"""Who decides what at a session: the campaign's mapping, and what the DRC gives to another bureau there (row 15)."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.owners import unit_at
from services.approvals.domain.state import legal_levels
from services.approvals.pages.day import Day
from services.approvals.store.daybook import Daybook
from shared.events import FormalityAssigned, Unit
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Formality, Level
from shared.web.forms import EMPTY, data_of


def units_at(book: Daybook, level: Level) -> list[Unit]:
    """Return the units of a level that could decide something here."""
    division = CITY_DIVISION if level is Level.CITY else book.planned.division
    units = [unit for unit in book.registry.plan.units if (unit.level, unit.division) == (level, division)]
    return sorted(units, key=lambda unit: unit.precedence)


def routes(day: Day) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, prefix="/sessions/{session}/owners")
    visitor = day.pages.needs_login()

    async def show(
        request: Request, session: str, caller: Caller, trouble: Refused | None = None, filled: FormData = EMPTY
    ) -> Response:
        book = await day.book(session)
        levels = legal_levels(book.planned.kind)
        planned = book.state._replace(owners=None)
        owners = {
            (level, formality): tuple(
                unit_at(book.registry, book.planned.division, state, level, formality)
                for state in (book.state, planned)
            )
            for level in levels
            for formality in Formality
        }
        units = {level: units_at(book, level) for level in levels}
        assigns = caller.level is Level.CITY and caller.role == "drc"
        return await day.show(
            request,
            "owners.html",
            book,
            trouble=trouble,
            owners=owners,
            units=units,
            assigns=assigns,
            levels=levels,
            filled=filled,
        )

    @router.get("")
    async def owners(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await show(request, session, caller)

    @router.post("")
    async def assign(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        data = data_of(FormalityAssigned, form) | {"session": session, "assigned_at": day.now().isoformat()}
        try:
            await day.submit(caller, FormalityAssigned, data, str(form.get("event_id", "")))
        except Refused as refusal:
            return await show(request, session, caller, refusal, form)
        return RedirectResponse(f"/sessions/{session}/owners", status_code=303)

    return router
