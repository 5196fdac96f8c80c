"""HTTP routes of the approvals service beside the intake: sessions, ledger, totals."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request

from services.approvals import tables
from services.approvals.store import Store
from shared.database import Database
from shared.events import ApprovalTotals
from shared.keys import Keys
from shared.web import needs_key


def routes(database: Database, keys: Keys) -> APIRouter:
    """Return the service's own routes; each needs a key."""
    router = APIRouter(prefix="/v1", dependencies=[needs_key(keys)])

    @router.get("/campaigns/{campaign}/sessions")
    async def sessions(campaign: str) -> Sequence[tables.Session]:
        """List a campaign's sessions."""
        async with database.reading() as session:
            return await Store(session).sessions_of(campaign)

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

    @router.get("/whoami")
    async def whoami(request: Request) -> dict[str, Any]:
        """Tell what the caller's key lets it be: the first call of a new client."""
        caller = await keys.caller(request.headers.get("authorization"))
        return {
            "unit": caller.unit,
            "name": caller.unit_name,
            "role": caller.role,
            "level": caller.level,
            "division": caller.division,
            "source": caller.source,
        }

    return router
