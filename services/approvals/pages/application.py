"""One application with its whole history, and what its unit records of its follow-up there."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.approvals.store.dossier import Dossiers
from shared.clock import Clock
from shared.database import Database
from shared.plans import Plans
from shared.posted import Caller
from shared.web import Pages


def routes(database: Database, clock: Clock, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()

    @router.get("/applications/{subject:path}")
    async def application(request: Request, subject: str, _: Annotated[Caller, visitor]) -> Response:
        async with database.reading() as session:
            dossier = await Dossiers(session, plans).of(subject, clock.now())
        return await pages.show(request, "application.html", dossier=dossier, line=dossier.line)

    return router
