"""Signing at the table: a clerk fills in, looks at what will be recorded, and confirms; licences and corrections too.

Nothing is recorded before the confirmation: the preview asks the rules as if it were posted, and shows what they say.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.history import compared, licence_change
from services.approvals.domain.queue import Stage
from services.approvals.domain.state import Application
from services.approvals.pages.day import Day, new_id
from services.approvals.pages.prereview import of_whom
from services.approvals.pages.trial import Draft, tried
from services.approvals.store.daybook import Daybook
from services.approvals.store.dossier import NoSuchApplication
from shared.events import ApplicationEvent, ApprovalCorrected, ApprovalSigned, LicenceCorrected, LicenceIssued
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import Formality, Outcome
from shared.web.forms import data_of, flat

_FORMS: Final[Mapping[str, type[ApplicationEvent]]] = {
    "sign": ApprovalSigned,
    "correct": ApprovalCorrected,
    "licence": LicenceIssued,
    "relicense": LicenceCorrected,
}
_PARTS: Final = {Outcome.DEFERRED: "deferral", Outcome.FORWARDED: "forwarding"}
_AT_TABLE: Final = (Stage.SEATED, Stage.CALLED, Stage.WAITING, Stage.SKIPPED, Stage.FINISHED)


def by_turn(book: Daybook, applications: Sequence[Application]) -> list[Application]:
    """Return what is still to be decided, of who sits at the table first, then what is decided."""
    turn = {place.owner_code: (_AT_TABLE.index(place.stage), place.number) for place in book.queue}
    last = (len(_AT_TABLE), 0)
    return sorted(applications, key=lambda one: (one.outcome is not None, turn.get(one.owner_code, last)))


def said(kind: type[ApplicationEvent], form: FormData) -> dict[str, Any]:
    """Return what a form says; the particulars of an outcome that was not chosen are not said."""
    data = data_of(kind, form)
    for outcome, part in _PARTS.items():
        if data.get("outcome") != outcome:
            data.pop(part, None)
    return data


class SigningPage:
    """The pages as they stand for a caller."""

    def __init__(self, day: Day) -> None:
        """Take the day's pages."""
        self._day = day

    async def found(self, session: str, subject: str) -> tuple[Daybook, Application]:
        """Return a session's day and one of its applications."""
        book = await self._day.book(session)
        application = next((one for one in book.standing if one.subject == subject), None)
        if application is None:
            raise NoSuchApplication(subject=subject[:128])
        return book, application

    async def show(  # noqa: PLR0913  (what a page is made of)
        self,
        request: Request,
        session: str,
        subject: str,
        caller: Caller,
        *,
        trouble: Refused | None = None,
        at: str = "",
        values: Mapping[str, Sequence[str]] | None = None,
    ) -> Response:
        """Show one application with its forms; after a refusal, with what was filled in and what was wrong."""
        book, one = await self.found(session, subject)
        decision = json.loads(one.decision) if one.decision else {}
        kept: dict[str, list[str]] = {}
        for name, value in flat(decision):
            kept.setdefault(name, []).append(value)
        return await self._day.show(
            request,
            "signing_one.html",
            book,
            trouble=trouble,
            at=at,
            one=one,
            mine=(unit := book.unit(one)) is not None and unit.code == caller.unit,
            unit=unit,
            review=book.prereviews.get(subject),
            place=next((place for place in book.queue if place.owner_code == one.owner_code), None),
            together=self.together(book, one),
            decided=compared(None, decision) if decision else (),
            values=values if values is not None else kept,
            outcomes=[*Outcome],
            checklist=book.registry.plan.checklists.get(one.formality, ()),
        )

    def together(self, book: Daybook, one: Application) -> list[Application]:
        """Return what the same unit decides of the same project and one document may close with it (row 22)."""
        unit = book.unit(one)
        return [
            other
            for other in book.standing
            if other.project_code == one.project_code and other.level is one.level and other.outcome is None
            if other.subject != one.subject and unit is not None and book.unit(other) == unit
        ]

    def drafts(self, form: str, filled: FormData) -> list[Draft]:
        """Return the events a form stands for: one, or one for each formality that its document closes."""
        kind = _FORMS[form]
        data = said(kind, filled)
        also = [str(one) for one in filled.getlist("also") if str(one) in {*Formality}]
        return [(kind, data), *((kind, data | {"formality": formality}) for formality in also if form == "sign")]

    async def preview(self, request: Request, session: str, form: str, filled: FormData, caller: Caller) -> Response:
        """Show what would be recorded, if the rules agree, with the old beside the new; nothing is recorded yet."""
        subject, drafts = str(filled.get("subject", "")), self.drafts(form, filled)
        try:
            await tried(self._day.spine, caller, drafts)
        except Refused as refusal:
            values = {name: [str(one) for one in filled.getlist(name)] for name in filled}
            return await self.show(request, session, subject, caller, trouble=refusal, at=form, values=values)
        book, one = await self.found(session, subject)
        _, data = drafts[0]
        old, new = json.loads(one.decision) if one.decision and form == "correct" else None, data
        if form == "relicense":
            old, new = licence_change(data)
        fields = [*flat(data), ("subject", subject), ("event_id", new_id())]
        fields += [("also", other["formality"]) for _, other in drafts[1:]]
        return await self._day.show(
            request,
            "signing_preview.html",
            book,
            one=one,
            form=form,
            old=old,
            changes=compared(old, new),
            also=[Formality(other["formality"]) for _, other in drafts[1:]],
            fields=fields,
        )

    async def record(self, request: Request, session: str, form: str, filled: FormData, caller: Caller) -> Response:
        """Record what was looked at; the same confirmation twice records it once."""
        subject, event_id = str(filled.get("subject", "")), str(filled.get("event_id", ""))
        try:
            for number, (kind, data) in enumerate(self.drafts(form, filled)):
                await self._day.submit(caller, kind, data, f"{event_id}-{number}" if number else event_id)
        except Refused as refusal:
            return await self.show(request, session, subject, caller, trouble=refusal, at=form)
        return RedirectResponse(f"/sessions/{session}/signing/of/{subject}", status_code=303)


def routes(day: Day) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False, prefix="/sessions/{session}/signing"), SigningPage(day)
    visitor = day.pages.needs_login()

    @router.get("")
    async def signing(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        book = await day.book(session)
        return await day.show(
            request,
            "signing.html",
            book,
            applications=by_turn(book, of_whom(book, caller)),
            stages={place.owner_code: place for place in book.queue},
        )

    @router.get("/of/{subject:path}")
    async def one(request: Request, session: str, subject: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, session, subject, caller)

    @router.post("/{form}/{step}")
    async def fill_in(
        request: Request, session: str, form: str, step: str, caller: Annotated[Caller, visitor]
    ) -> Response:
        steps = {"preview": page.preview, "record": page.record}
        if form not in _FORMS or step not in {*steps, "edit"}:
            return Response(status_code=404)
        filled = await request.form()
        if step == "edit":
            values = {name: [str(one) for one in filled.getlist(name)] for name in filled}
            subject = str(filled.get("subject", ""))
            return await page.show(request, session, subject, caller, at=form, values=values)
        return await steps[step](request, session, form, filled, caller)

    return router
