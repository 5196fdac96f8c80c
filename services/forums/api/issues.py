"""A session's issues and their totals."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from services.forums import tables
from services.forums.store import Store
from shared.database import Database


class Totals(BaseModel):
    """How many issues a session has now, and how many its forum's end stated."""

    session: str
    issues: int
    late: int
    held_at: AwareDatetime | None
    stated: int | None


def routes(database: Database) -> APIRouter:
    """Return the routes of issues."""
    router = APIRouter()

    @router.get("/issues")
    async def issues(session_id: str) -> Sequence[tables.Issue]:
        """List a session's issues in the order they were raised."""
        async with database.reading() as session:
            return await Store(session).issues_of(session_id)

    @router.get("/totals")
    async def totals(session_id: str) -> Totals:
        """Count a session's issues as they stand now."""
        async with database.reading() as session:
            store = Store(session)
            forum, all_issues = await store.forum_of(session_id), await store.issues_of(session_id)
        late = sum(issue.late for issue in all_issues)
        return Totals(session=session_id, issues=len(all_issues), late=late, held_at=forum.held_at, stated=forum.issues)

    return router
