"""HTTP routes of the forums service beside the intake, a file for each part of its work; each needs a key."""

from fastapi import APIRouter

from services.forums.api import forum, issues
from shared.database import Database
from shared.keys import Keys
from shared.web import needs_key


def routes(database: Database, keys: Keys) -> APIRouter:
    """Return the service's own routes."""
    router = APIRouter(prefix="/v1/sessions/{session_id}", dependencies=[needs_key(keys)])
    router.include_router(issues.routes(database))
    router.include_router(forum.routes(database))
    return router
