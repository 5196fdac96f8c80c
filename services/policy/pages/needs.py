"""A session's needs as the banner files them, and the officials that units name for the teams."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.policy.domain.topics import departments
from services.policy.pages.desk import Counter, is_city_drc, may_collect
from services.policy.sheets import need_id, needs_sheet
from services.policy.store import Store
from shared.events import NeedCollected, NeedWithdrawn, OfficialNominated
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import Standing
from shared.web.forms import data_of


class NeedPages:
    """The pages as they stand for a caller."""

    def __init__(self, counter: Counter) -> None:
        """Take where forms are handed in."""
        self._counter = counter

    async def needs(  # noqa: PLR0913  (what a page needs to know)
        self,
        request: Request,
        caller: Caller,
        session: str,
        *,
        trouble: Refused | None = None,
        filled: Mapping[str, Any] | None = None,
        at: str = "",
    ) -> Response:
        """Show a session's needs by enterprise; after a refusal the form as it was filled in."""
        _, planned = await self._counter.session(session)
        async with self._counter.database.reading() as reading:
            await Store(reading).visits_of(session)
            rows = await Store(reading).needs_of(session)
            gone = [one for one in await Store(reading).needs_of(session, withdrawn=True) if one.withdrawn]
        return await self._counter.show(
            request,
            "needs.html",
            trouble=trouble,
            at=at,
            planned=planned,
            enterprises=[list(some) for _, some in groupby(rows, key=lambda one: one.enterprise_code)],
            total=len(rows),
            gone=gone,
            files=may_collect(caller, planned),
            filled=filled or {},
        )

    async def add(self, caller: Caller, session: str, form: FormData) -> None:
        """File one need for each topic ticked; without any, the schema says that a need names its topic."""
        data = data_of(NeedCollected, form) | {"session": session}
        chosen: Sequence[str | None] = [str(one) for one in form.getlist("topics")] or [None]
        for topic in chosen:
            one = data | ({"topic": topic} if topic else {})
            one["need"] = need_id(one)
            await self._counter.submit(caller, NeedCollected, one, f"{form.get('event_id', '')}-{topic or 'none'}")

    async def officials(self, request: Request, caller: Caller, trouble: Refused | None = None) -> Response:
        """Show whom the units have named, and the form to name somebody."""
        registry = await self._counter.campaign()
        if registry is None:
            return await self._counter.show(request, "officials.html", registry=None)
        async with self._counter.database.reading() as session:
            rows = await Store(session).officials_of(registry.plan.campaign)
        seventeen = departments(registry.plan.units)
        named = {unit.code: [one for one in rows if one.unit == unit.code] for unit in registry.plan.units}
        return await self._counter.show(
            request,
            "officials.html",
            trouble=trouble,
            registry=registry,
            units=[(unit, named[unit.code]) for unit in registry.plan.units if unit in seventeen or named[unit.code]],
            choices=registry.plan.units if is_city_drc(caller) else [registry.unit(caller.unit)],
            standings=[*Standing],
        )


def routes(counter: Counter) -> APIRouter:
    """Return the routes."""
    router, pages = APIRouter(include_in_schema=False), NeedPages(counter)
    visitor = counter.pages.needs_login()

    @router.get("/sessions/{session}/needs")
    async def needs(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.needs(request, caller, session)

    @router.get("/sessions/{session}/needs.xlsx")
    async def sheet(session: str, _: Annotated[Caller, visitor]) -> Response:
        async with counter.database.reading() as reading:
            await Store(reading).visits_of(session)
            return needs_sheet(session, await Store(reading).needs_of(session, withdrawn=True))

    @router.post("/sessions/{session}/needs/add")
    async def add(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        try:
            await pages.add(caller, session, form)
        except Refused as refusal:
            filled = data_of(NeedCollected, form) | {"topics": form.getlist("topics")}
            return await pages.needs(request, caller, session, trouble=refusal, filled=filled, at="add")
        return RedirectResponse(f"/sessions/{session}/needs", status_code=303)

    @router.post("/sessions/{session}/needs/withdraw")
    async def withdraw(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        data = data_of(NeedWithdrawn, form) | {"session": session}
        try:
            await counter.submit(caller, NeedWithdrawn, data, str(form.get("event_id", "")))
        except Refused as refusal:
            return await pages.needs(request, caller, session, trouble=refusal, at=str(form.get("need", "")))
        return RedirectResponse(f"/sessions/{session}/needs", status_code=303)

    @router.get("/officials")
    async def officials(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.officials(request, caller)

    @router.post("/officials")
    async def nominate(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        event_id = str(form.get("event_id", ""))
        data = data_of(OfficialNominated, form)
        data.setdefault("official", event_id.removeprefix("form-")[:16] or "person")
        try:
            await counter.submit(caller, OfficialNominated, data, event_id)
        except Refused as refusal:
            return await pages.officials(request, caller, refusal)
        return RedirectResponse("/officials", status_code=303)

    return router
