"""The docket's page: what is to be decided and in which order enterprises enter; once locked, changed with a reason."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.state import legal_levels, legal_scopes
from services.approvals.pages.day import Day, Filled, may_keep
from services.approvals.store.daybook import Daybook
from shared.events import ApplicationDocketed, ApplicationPostponed, ApplicationWithdrawn, DocketLocked, SessionEvent
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import Formality
from shared.web.forms import EMPTY, data_of

_FORMS: Final[Mapping[str, type[SessionEvent]]] = {
    "add": ApplicationDocketed,
    "withdraw": ApplicationWithdrawn,
    "postpone": ApplicationPostponed,
    "lock": DocketLocked,
}
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    ApplicationDocketed.type: ("列入", "added"),
    ApplicationWithdrawn.type: ("撤回", "withdrawn"),
    ApplicationPostponed.type: ("延期", "put off"),
    DocketLocked.type: ("锁定", "locked"),
}


def enterprises(book: Daybook) -> list[tuple[str, str]]:
    """List who enters, in the order of the queue once there is one, else of the docket."""
    names = {one.owner_code: one.owner_name for one in book.standing}
    queued = [place.owner_code for place in book.queue]
    return [(code, names[code]) for code in dict.fromkeys((*queued, *names))]


def ordered(form: FormData) -> list[str]:
    """Return the enterprises a form gives a number to, by that number; the others follow by themselves."""
    wanted = []
    for name, value in form.multi_items():
        number = str(value).strip()
        if name.startswith("number.") and number.isdecimal() and len(number) <= len("000"):
            wanted.append((int(number), name.removeprefix("number.")))
    return [code for _, code in sorted(wanted)]


class DocketPage:
    """The page as it stands for a caller."""

    def __init__(self, day: Day) -> None:
        """Take the day's pages."""
        self._day = day

    def event(self, form: str, session: str, filled: FormData) -> dict[str, Any]:
        """Return what a form says, as the data of its event."""
        data = data_of(_FORMS[form], filled) | {"session": session}
        if form == "lock":
            data |= {"locked_at": self._day.now().isoformat(), "order": ordered(filled)}
        return data

    async def show(
        self, request: Request, session: str, caller: Caller, *, trouble: Refused | None = None, filled: Filled = EMPTY
    ) -> Response:
        """Show the docket; after a refusal, what was filled in and what was wrong beside it."""
        book = await self._day.book(session)
        later = [one for one in book.registry.plan.sessions if one.position > book.planned.position]
        return await self._day.show(
            request,
            "docket.html",
            book,
            trouble=trouble,
            at=str(filled.get("at", "")),
            filled=filled,
            enterprises=enterprises(book),
            log=await self._day.log(book),
            words=WORDS,
            keeps=may_keep(book, caller),
            later=later,
            levels=legal_levels(book.planned.kind),
            scopes=legal_scopes(book.planned.kind),
            formalities=[*Formality],
        )


def routes(day: Day) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False, prefix="/sessions/{session}/docket"), DocketPage(day)
    visitor = day.pages.needs_login()

    @router.get("")
    async def docket(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, session, caller)

    @router.post("/{form}")
    async def record(request: Request, session: str, form: str, caller: Annotated[Caller, visitor]) -> Response:
        if form not in _FORMS:
            return Response(status_code=404)
        filled = await request.form()
        try:
            data = page.event(form, session, filled)
            await day.submit(caller, _FORMS[form], data, str(filled.get("event_id", "")))
        except Refused as refusal:
            return await page.show(request, session, caller, trouble=refusal, filled=filled)
        return RedirectResponse(f"/sessions/{session}/docket", status_code=303)

    return router
