"""The registry of projects as people look it up: by code, name or enterprise."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.approvals.store import projects
from services.approvals.store.ledger import Ledger
from shared.database import Database
from shared.plans import Plans
from shared.posted import Caller
from shared.vocabulary import Formality, Level, Outcome, Scope, Word
from shared.web import Pages


def routes(database: Database, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()
    words: dict[str, Word] = {word.value: word for word in (*Formality, *Outcome, *Scope)}
    levels = {level.value: level for level in Level}

    @router.get("/projects")
    async def registry(request: Request, _: Annotated[Caller, visitor], q: str = "", campaign: str = "") -> Response:
        async with database.reading() as session:
            campaigns = await Ledger(session, plans).campaigns()
            name = campaign or (campaigns[0] if campaigns else "")
            rows = await projects.of_campaign(session, name, q.strip())
        return await pages.show(request, "projects.html", projects=rows, q=q, words=words, levels=levels)

    return router
