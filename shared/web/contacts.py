"""/contacts: whom to call, seen by those who work together and forgotten in time (row 89)."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from shared import contacts
from shared.clock import Clock
from shared.contacts import NewContact
from shared.database import Database
from shared.keys import ReadsOnly
from shared.posted import Caller
from shared.problems import Refused, invalid
from shared.vocabulary import Role
from shared.web.pages import Pages, Text


def contact_routes(database: Database, clock: Clock, pages: Pages, days: int) -> APIRouter:
    """Return the routes."""
    router, visitor = APIRouter(include_in_schema=False), pages.needs_login()

    async def show(request: Request, caller: Caller, trouble: Refused | None = None, **filled: str) -> Response:
        async with database.reading() as session:
            seen = await contacts.seen_by(session, caller)
            counted = await contacts.counts(session)
        return await pages.show(
            request,
            "contacts.html",
            status=trouble.status if trouble else 200,
            contacts=seen,
            counts=counted,
            days=days,
            mine=caller.unit,
            problem=trouble.problem() if trouble else None,
            filled={"purpose": "", "name": "", "phone": "", "note": ""} | filled,
        )

    @router.get("/contacts")
    async def listing(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await show(request, caller)

    @router.post("/contacts")
    async def add(  # noqa: PLR0913, PLR0917  (a form's fields)
        request: Request,
        caller: Annotated[Caller, visitor],
        purpose: Text = "",
        name: Text = "",
        phone: Text = "",
        note: Text = "",
    ) -> Response:
        if caller.role is Role.VIEWER:
            raise ReadsOnly(unit=caller.unit_name, role=caller.role)
        try:
            new = NewContact(purpose=purpose, name=name, phone=phone, note=note or None)
        except ValidationError as failure:
            return await show(request, caller, invalid(failure), purpose=purpose, name=name, phone=phone, note=note)
        async with database.transaction() as session:
            await contacts.add(session, new, caller, clock.now(), days)
        return RedirectResponse("/contacts", status_code=303)

    @router.post("/contacts/{number}/forget")
    async def forget(number: int, caller: Annotated[Caller, visitor]) -> Response:
        async with database.transaction() as session:
            found = await contacts.forget_one(session, number, caller, clock.now())
        return RedirectResponse("/contacts", status_code=303) if found else Response(status_code=404)

    return router
