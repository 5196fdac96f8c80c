"""The pre-review's page: a department ticks off each application's materials, and passes or returns it (row 17)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.state import Application
from services.approvals.pages.day import Day, Filled
from services.approvals.store.daybook import Daybook
from shared.events import ApplicationEvent, ApplicationPrereviewed, ApplicationReturned
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import Role
from shared.web.forms import EMPTY, data_of

_FORMS: Final[Mapping[str, type[ApplicationEvent]]] = {"pass": ApplicationPrereviewed, "return": ApplicationReturned}


def urgent_first(book: Daybook, applications: Sequence[Application]) -> list[Application]:
    """Return what is still to be reviewed before what has been, and what is decided last."""

    def place(one: Application) -> int:
        review = book.prereviews.get(one.subject)
        return 3 if one.outcome else 0 if review is None else 1 if not review.passed else 2

    return sorted(applications, key=place)


def of_whom(book: Daybook, caller: Caller) -> list[Application]:
    """Return what a department decides here; everybody else, the DRC say, sees everything."""
    return book.of_unit(caller.unit) if caller.role is Role.DEPARTMENT else book.standing


class PrereviewPage:
    """The page as it stands for a caller."""

    def __init__(self, day: Day) -> None:
        """Take the day's pages."""
        self._day = day

    async def show(
        self, request: Request, session: str, caller: Caller, *, trouble: Refused | None = None, filled: Filled = EMPTY
    ) -> Response:
        """Show what is to be reviewed; after a refusal, what was filled in and what was wrong beside it."""
        book = await self._day.book(session)
        applications = urgent_first(book, of_whom(book, caller))
        return await self._day.show(
            request,
            "prereview.html",
            book,
            trouble=trouble,
            at=str(filled.get("at", "")),
            filled=filled,
            applications=applications,
            mine={one.subject for one in book.of_unit(caller.unit)},
            checklists=book.registry.plan.checklists,
            passed=sum(
                (review := book.prereviews.get(one.subject)) is not None and review.passed for one in applications
            ),
        )


def routes(day: Day) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False, prefix="/sessions/{session}/prereview"), PrereviewPage(day)
    visitor = day.pages.needs_login()

    @router.get("")
    async def prereview(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, session, caller)

    @router.post("/{form}")
    async def record(request: Request, session: str, form: str, caller: Annotated[Caller, visitor]) -> Response:
        if form not in _FORMS:
            return Response(status_code=404)
        filled, kind = await request.form(), _FORMS[form]
        data = data_of(kind, filled) | {"session": session}
        try:
            await day.submit(caller, kind, data, str(filled.get("event_id", "")))
        except Refused as refusal:
            return await page.show(request, session, caller, trouble=refusal, filled=filled)
        return RedirectResponse(f"/sessions/{session}/prereview", status_code=303)

    return router
