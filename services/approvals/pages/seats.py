"""Seats and desk signs: who sits at the table, in the registry's order, and a sheet to fold for each (row 24)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.seats import UnknownUnit, not_here, twice
from services.approvals.pages.day import Day, may_lead
from services.approvals.papers import desksigns
from services.approvals.store.daybook import Daybook
from shared.events import SeatsArranged, Unit
from shared.posted import Caller
from shared.printing.papers import Papers
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Formality
from shared.web.forms import EMPTY

_SEPARATORS: Final = "、，,；;\t"


def candidates(book: Daybook) -> list[Unit]:
    """Return the units that may have a seat here: the city's, and the banner's whose session it is."""
    divisions = {CITY_DIVISION, book.planned.division}
    units = [unit for unit in book.registry.plan.units if unit.division in divisions]
    return sorted(units, key=lambda unit: (unit.division != CITY_DIVISION, unit.precedence))


def named(book: Daybook, text: str) -> list[str]:
    """Return the codes of the units a list names, one a line or with 、 between them, as often as it names them."""
    for sign in _SEPARATORS:
        text = text.replace(sign, "\n")
    known = {unit.name: unit.code for unit in candidates(book)} | {unit.code: unit.code for unit in candidates(book)}
    elsewhere = {unit.name: unit for unit in book.registry.plan.units}
    codes = []
    for name in (line.strip() for line in text.splitlines()):
        if not name:
            continue
        if name not in known:
            if name in elsewhere:
                raise not_here(book.planned, name, "names")
            raise UnknownUnit(path="names", code=name[:60])
        codes.append(known[name])
    return codes


class SeatsPage:
    """The page as it stands for a caller."""

    def __init__(self, day: Day) -> None:
        """Take the day's pages."""
        self._day = day

    async def show(  # noqa: PLR0913  (what a page is made of)
        self,
        request: Request,
        session: str,
        caller: Caller,
        *,
        trouble: Refused | None = None,
        warnings: Any = (),  # noqa: ANN401  (sentences)
        filled: FormData = EMPTY,
    ) -> Response:
        """Show the seats; after a refusal, what was wrong; after a list that names a unit twice, the warning."""
        book = await self._day.book(session)
        return await self._day.show(
            request,
            "seats.html",
            book,
            trouble=trouble,
            warnings=warnings,
            filled=filled,
            leads=may_lead(book, caller),
            candidates=candidates(book),
            formalities=[*Formality],
        )


def routes(day: Day, papers: Papers) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False, prefix="/sessions/{session}/seats"), SeatsPage(day)
    visitor = day.pages.needs_login()

    @router.get("")
    async def seats(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, session, caller)

    @router.get("/signs.pdf")
    async def signs_pdf(session: str, _: Annotated[Caller, visitor]) -> Response:
        book = await day.book(session)
        pdf = await desksigns.printed(papers, book.registry, book.state, book.seats)
        headers = {"Content-Disposition": f'inline; filename="desk-signs-{session}.pdf"'}
        return Response(pdf, media_type="application/pdf", headers=headers)

    @router.post("")
    async def arrange(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        book, form = await day.book(session), await request.form()
        try:
            units = [*map(str, form.getlist("units")), *named(book, str(form.get("names", "")))]
            await day.submit(caller, SeatsArranged, {"session": session, "units": units}, str(form.get("event_id", "")))
        except Refused as refusal:
            return await page.show(request, session, caller, trouble=refusal, filled=form)
        if len(set(units)) < len(units):
            return await page.show(request, session, caller, warnings=twice(book.registry, units))
        return RedirectResponse(f"/sessions/{session}/seats", status_code=303)

    return router
