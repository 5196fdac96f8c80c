"""HTTP routes of the approvals service beside the intake, a file for each part of its work; each needs a key."""

from fastapi import APIRouter

from services.approvals.api import applications, day, ledger, projects, sessions, whoami
from shared.clock import Clock
from shared.database import Database
from shared.keys import Keys
from shared.printing.papers import Papers
from shared.web import needs_key


def routes(database: Database, keys: Keys, clock: Clock, papers: Papers) -> APIRouter:
    """Return the service's own routes."""
    router = APIRouter(prefix="/v1", dependencies=[needs_key(keys)])
    router.include_router(sessions.routes(database, clock))
    router.include_router(applications.routes(database))
    router.include_router(day.routes(database, papers))
    router.include_router(projects.routes(database))
    router.include_router(ledger.routes(database, clock))
    router.include_router(whoami.routes(keys))
    return router
