"""The entrance of the forums service: the banner sessions' forums."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.forums.store import Store
from shared.database import Database
from shared.posted import Caller
from shared.web import Pages


def routes(database: Database, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    visitor = pages.needs_login()

    @router.get("/")
    async def sessions(request: Request, _: Annotated[Caller, visitor]) -> Response:
        async with database.reading() as session:
            rows = await Store(session).all_forums()
        return await pages.show(request, "sessions.html", forums=rows)

    return router
