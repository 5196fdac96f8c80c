"""The ledger of issues as data and as spreadsheets, the rates, and one issue with its whole history."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from services.forums import sheets
from services.forums.domain.issue_ledger import Line, Rates, rate_tables
from services.forums.store.issue_dossier import Dossier, opened
from services.forums.store.issue_ledger import SORTS, Filters, IssueLedger
from shared.clock import Clock, shanghai_date
from shared.database import Database
from shared.keys import Keys
from shared.lights import Light
from shared.plans import Plans
from shared.web import needs_key
from shared.web.imports import Form

Sort = Annotated[str, Query(pattern=f"^-?({'|'.join(SORTS)})$")]


class IssuesPage(BaseModel):
    """One page of the ledger of issues."""

    total: int
    page: int
    size: int
    lights: dict[Light, int]
    lines: list[Line]


class Shares(BaseModel):
    """How a number of issues were treated, with the four rates; a rate of nothing is null."""

    counts: Rates
    response: float | None
    resolution: float | None
    punctuality: float | None
    satisfaction: float | None


class RatesPage(BaseModel):
    """The rates of a campaign (row 37)."""

    whole: Shares
    banners: list[Shares]
    units: list[Shares]


def _shares(one: Rates) -> Shares:
    return Shares(
        counts=one,
        response=one.response,
        resolution=one.resolution,
        punctuality=one.punctuality,
        satisfaction=one.satisfaction,
    )


def routes(database: Database, keys: Keys, clock: Clock) -> APIRouter:
    """Return the routes; each needs a key."""
    router, plans = APIRouter(prefix="/v1", dependencies=[needs_key(keys)]), Plans()

    @router.get("/campaigns/{campaign}/issues")
    async def ledger(
        campaign: str,
        filters: Annotated[Filters, Depends()],
        sort: Sort = "light",
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> IssuesPage:
        """List a campaign's issues with state, who owes the next step, due day and light."""
        asked = filters.asked(campaign, shanghai_date(clock.now()))
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            registry = await store.planned(campaign)
            lights = await store.count(registry, asked)
            lines = await store.lines(registry, asked, sort=sort, limit=size, offset=size * (page - 1))
        return IssuesPage(total=sum(lights.values()), page=page, size=size, lights=lights, lines=lines)

    @router.get("/campaigns/{campaign}/issues.{form}", response_class=Response)
    async def sheet(
        campaign: str, form: Form, filters: Annotated[Filters, Depends()], sort: Sort = "light"
    ) -> Response:
        """Return the ledger of issues as a spreadsheet, csv or xlsx."""
        asked = filters.asked(campaign, shanghai_date(clock.now()))
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            lines = await store.lines(await store.planned(campaign), asked, sort=sort)
        return sheets.issues(form, campaign, lines)

    @router.get("/campaigns/{campaign}/issue-rates")
    async def rates(campaign: str) -> RatesPage:
        """Return the rates of response, resolution, punctuality and satisfaction, by banner and by unit."""
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            registry = await store.planned(campaign)
            tables = rate_tables(registry, await store.all_of(registry), clock.now())
        return RatesPage(
            whole=_shares(tables.whole),
            banners=[_shares(one) for one in tables.banners],
            units=[_shares(one) for one in tables.units],
        )

    @router.get("/campaigns/{campaign}/issue-rates.{form}", response_class=Response)
    async def rate_sheet(campaign: str, form: Form) -> Response:
        """Return the rates as a spreadsheet, csv or xlsx."""
        async with database.reading() as session:
            store = IssueLedger(session, plans)
            registry = await store.planned(campaign)
            tables = rate_tables(registry, await store.all_of(registry), clock.now())
        return sheets.rates(form, campaign, tables)

    @router.get("/sessions/{session_id}/issues/{issue}")
    async def issue(session_id: str, issue: str) -> Dossier:
        """Return one issue with its whole history."""
        async with database.reading() as session:
            return (await opened(session, plans, session_id, issue, clock.now())).dossier

    return router
