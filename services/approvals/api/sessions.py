"""Sessions, to be read by other systems."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.approvals import tables
from services.approvals.store import Store
from shared.database import Database


def routes(database: Database) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/campaigns/{campaign}/sessions")
    async def sessions(campaign: str) -> Sequence[tables.Session]:
        """List a campaign's sessions."""
        async with database.reading() as session:
            return await Store(session).sessions_of(campaign)

    return router
