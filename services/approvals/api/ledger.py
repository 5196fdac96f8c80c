"""The ledger as data and as spreadsheets, and one application with its whole history."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from services.approvals import sheets
from services.approvals.domain.ledger import Line
from services.approvals.domain.lights import Light
from services.approvals.store.dossier import Dossier, Dossiers
from services.approvals.store.ledger import SORTS, Filters, Ledger
from shared.clock import Clock, shanghai_date
from shared.database import Database
from shared.plans import Plans
from shared.vocabulary import Formality, Level

Sort = Annotated[str, Query(pattern=f"^-?({'|'.join(SORTS)})$")]


class LedgerPage(BaseModel):
    """One page of a ledger."""

    total: int
    page: int
    size: int
    lights: dict[Light, int]
    lines: list[Line]


def routes(database: Database, clock: Clock) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(), Plans()

    @router.get("/campaigns/{campaign}/ledger")
    async def ledger(
        campaign: str,
        filters: Annotated[Filters, Depends()],
        sort: Sort = "session",
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> LedgerPage:
        """List a campaign's applications with state, deadline and light."""
        asked = filters.asked(campaign, shanghai_date(clock.now()))
        async with database.reading() as session:
            store = Ledger(session, plans)
            registry = await store.planned(campaign)
            lights = await store.count(registry, asked)
            lines = await store.lines(registry, asked, sort=sort, limit=size, offset=size * (page - 1))
        return LedgerPage(total=sum(lights.values()), page=page, size=size, lights=lights, lines=lines)

    @router.get("/campaigns/{campaign}/ledger.{form}", response_class=Response)
    async def sheet(
        campaign: str, form: sheets.Form, filters: Annotated[Filters, Depends()], sort: Sort = "session"
    ) -> Response:
        """Return the ledger as a spreadsheet, csv or xlsx, that can be edited and imported again."""
        asked = filters.asked(campaign, shanghai_date(clock.now()))
        async with database.reading() as session:
            store = Ledger(session, plans)
            registry = await store.planned(campaign)
            lines = await store.lines(registry, asked, sort=sort)
        return sheets.answer(form, campaign, lines)

    @router.get("/applications/{campaign}/{project_code}/{formality}/{level}")
    async def application(campaign: str, project_code: str, formality: Formality, level: Level) -> Dossier:
        """Return one application with its whole history: who, what, when, old and new."""
        subject = f"{campaign}/{project_code}/{formality.value}/{level.value}"
        async with database.reading() as session:
            return await Dossiers(session, plans).of(subject, clock.now())

    return router
