"""The ledger as people look at it: filtered, sorted, paged, and taken along as a spreadsheet."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.approvals import sheets
from services.approvals.domain.lights import Light, State
from services.approvals.store.ledger import SORTS, Filters, Ledger
from shared.campaign import Registry
from shared.clock import Clock, shanghai_date
from shared.database import Database
from shared.plans import Plans
from shared.posted import Caller
from shared.web import Pages
from shared.web.pages import address

_LINES: Final = 50


def choices(registry: Registry) -> Mapping[str, Any]:
    """Return what the filter offers: sessions and the units that decide something, in the registry's order."""
    bureaus = {(level, bureau) for level, owners in registry.plan.owners.items() for bureau in owners.values()}
    units = [unit for unit in registry.plan.units if (unit.level, unit.bureau) in bureaus]
    return {
        "sessions": sorted(registry.plan.sessions, key=lambda one: one.position),
        "units": sorted(units, key=lambda one: (one.level == "banner", one.division, one.precedence)),
        "states": [*State],
        "lights_offered": [light for light in Light if light is not Light.NONE],
    }


def routes(database: Database, clock: Clock, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()

    @router.get("/ledger")
    async def ledger(
        request: Request,
        _: Annotated[Caller, visitor],
        filters: Annotated[Filters, Depends()],
        campaign: str = "",
        sort: str = "session",
        page: int = 1,
    ) -> Response:
        page, sort = max(page, 1), sort if sort.removeprefix("-") in SORTS else "session"
        async with database.reading() as session:
            store = Ledger(session, plans)
            campaigns = await store.campaigns()
            registry = await store.registry(campaign or (campaigns[0] if campaigns else ""))
            if registry is None:
                return await pages.show(request, "ledger.html", registry=None)
            asked = filters.asked(registry.plan.campaign, shanghai_date(clock.now()))
            lights = await store.count(registry, asked)
            lines = await store.lines(registry, asked, sort=sort, limit=_LINES, offset=_LINES * (page - 1))
        return await pages.show(
            request,
            "ledger.html",
            registry=registry,
            campaigns=campaigns,
            asked=asked,
            lights=lights,
            lines=lines,
            total=sum(lights.values()),
            page=page,
            pages=max(-(-sum(lights.values()) // _LINES), 1),
            sort=sort,
            address=lambda **changes: address(request, **changes),
            **choices(registry),
        )

    @router.get("/ledger.{form}")
    async def sheet(
        _: Annotated[Caller, visitor],
        form: sheets.Form,
        filters: Annotated[Filters, Depends()],
        campaign: str,
        sort: str = "session",
    ) -> Response:
        async with database.reading() as session:
            store = Ledger(session, plans)
            registry = await store.planned(campaign)
            asked = filters.asked(campaign, shanghai_date(clock.now()))
            lines = await store.lines(registry, asked, sort=sort)
        return sheets.answer(form, campaign, lines)

    return router
