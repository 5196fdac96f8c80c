"""The ledger of issues as people look at it, the rates, and both to take along as spreadsheets."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.forums import sheets
from services.forums.domain.issue_ledger import rate_tables
from services.forums.store.issue_ledger import SORTS, Filters, IssueLedger
from services.forums.store.notices import Notices
from shared.campaign import Registry
from shared.clock import Clock, shanghai_date
from shared.database import Database
from shared.lights import Light
from shared.plans import Plans
from shared.posted import Caller
from shared.vocabulary import IssueSource, IssueState, SessionKind
from shared.web import Pages
from shared.web.imports import Form
from shared.web.pages import address

_LINES: Final = 50


def choices(registry: Registry) -> Mapping[str, Any]:
    """Return what the filter offers: banner sessions, units in the order of precedence, states and lights."""
    sessions = [one for one in registry.plan.sessions if one.kind is SessionKind.BANNER]
    return {
        "sessions": sorted(sessions, key=lambda one: one.position),
        "units": sorted(registry.plan.units, key=lambda one: (one.level == "banner", one.division, one.precedence)),
        "states": [*IssueState],
        "sources": [*IssueSource],
        "lights_offered": [light for light in Light if light is not Light.NONE],
    }


def routes(database: Database, clock: Clock, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()

    @router.get("/issues")
    async def ledger(  # noqa: PLR0913, PLR0917  (one parameter of the address each)
        request: Request,
        caller: Annotated[Caller, visitor],
        filters: Annotated[Filters, Depends()],
        campaign: str = "",
        sort: str = "light",
        page: int = 1,
    ) -> Response:
        page, sort = max(page, 1), sort if sort.removeprefix("-") in SORTS else "light"
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            campaigns = await store.campaigns()
            registry = await store.registry(campaign or (campaigns[0] if campaigns else ""))
            if registry is None:
                return await pages.show(request, "issues.html", registry=None)
            asked = filters.asked(registry.plan.campaign, shanghai_date(clock.now()), caller.unit)
            lights = await store.count(registry, asked)
            lines = await store.lines(registry, asked, sort=sort, limit=_LINES, offset=_LINES * (page - 1))
            unseen = await Notices(session, plans).unseen(caller.unit)
        return await pages.show(
            request,
            "issues.html",
            registry=registry,
            campaigns=campaigns,
            asked=asked,
            lights=lights,
            lines=lines,
            total=sum(lights.values()),
            unseen=unseen,
            page=page,
            pages=max(-(-sum(lights.values()) // _LINES), 1),
            sort=sort,
            address=lambda **changes: address(request, **changes),
            **choices(registry),
        )

    @router.get("/issues.{form}")
    async def sheet(
        caller: Annotated[Caller, visitor],
        form: Form,
        filters: Annotated[Filters, Depends()],
        campaign: str,
        sort: str = "light",
    ) -> Response:
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            registry = await store.planned(campaign)
            asked = filters.asked(campaign, shanghai_date(clock.now()), caller.unit)
            lines = await store.lines(registry, asked, sort=sort)
        return sheets.issues(form, campaign, lines)

    @router.get("/issue-rates")
    async def rates(request: Request, _: Annotated[Caller, visitor], campaign: str = "") -> Response:
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            campaigns = await store.campaigns()
            registry = await store.registry(campaign or (campaigns[0] if campaigns else ""))
            tables = rate_tables(registry, await store.all_of(registry), clock.now()) if registry else None
        return await pages.show(
            request, "issue_rates.html", registry=registry, tables=tables, percent=sheets.percent, now=clock.now()
        )

    @router.get("/issue-rates.{form}")
    async def rate_sheet(_: Annotated[Caller, visitor], form: Form, campaign: str) -> Response:
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            registry = await store.planned(campaign)
            tables = rate_tables(registry, await store.all_of(registry), clock.now())
        return sheets.rates(form, campaign, tables)

    return router
