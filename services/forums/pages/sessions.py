"""The entrance of the forums service: the banner sessions' forums."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.forums.domain.readiness import points
from services.forums.store import Gathering, Gatherings
from services.forums.store.notices import Notices
from shared.database import Database
from shared.plans import Plans
from shared.posted import Caller
from shared.web import Pages


def routes(database: Database, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()

    @router.get("/")
    async def sessions(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        async with database.reading() as session:
            found = await Gatherings(session, plans).all()
            unseen = await Notices(session, plans).unseen(caller.unit)
        rows = [(one, sum(person.confirmed for person in one.roster.values()), _undone(one)) for one in found]
        return await pages.show(request, "sessions.html", forums=rows, unseen=unseen)

    return router


def _undone(gathering: Gathering) -> int:
    return sum(not point.ready for point in points(gathering.prepared))
