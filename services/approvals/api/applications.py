"""Applications and their totals, to be read by other systems."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.approvals import tables
from services.approvals.store import Store
from shared.database import Database
from shared.events import ApprovalTotals


def routes(database: Database) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/sessions/{session_id}/applications")
    async def applications(session_id: str) -> Sequence[tables.Application]:
        """List a session's applications: the ledger."""
        async with database.reading() as session:
            return await Store(session).applications_of(session_id)

    @router.get("/sessions/{session_id}/totals")
    async def totals(session_id: str) -> ApprovalTotals:
        """Count a session's applications by level, formality and outcome as they stand now."""
        async with database.reading() as session:
            return await Store(session).totals_of(session_id)

    return router
