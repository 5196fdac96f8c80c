"""HTTP routes of the policy service beside the intake: a session's teams and their totals."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from services.policy import tables
from services.policy.store import Store
from shared.database import Database
from shared.keys import Keys
from shared.web import needs_key


class Totals(BaseModel):
    """How many teams a session has now, and how many were stated when its visits ended."""

    session: str
    teams: int
    late: int
    concluded_at: AwareDatetime | None
    stated: int | None


def routes(database: Database, keys: Keys) -> APIRouter:
    """Return the service's own routes; each needs a key."""
    router = APIRouter(prefix="/v1/sessions/{session_id}", dependencies=[needs_key(keys)])

    @router.get("/teams")
    async def teams(session_id: str) -> Sequence[tables.Team]:
        """List a session's teams by their ids."""
        async with database.reading() as session:
            return await Store(session).teams_of(session_id)

    @router.get("/totals")
    async def totals(session_id: str) -> Totals:
        """Count a session's teams as they stand now."""
        async with database.reading() as session:
            store = Store(session)
            visits, all_teams = await store.visits_of(session_id), await store.teams_of(session_id)
        late = sum(team.late for team in all_teams)
        return Totals(
            session=session_id, teams=len(all_teams), late=late, concluded_at=visits.concluded_at, stated=visits.teams
        )

    return router
