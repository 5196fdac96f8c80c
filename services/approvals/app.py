"""The approvals service put together."""

from fastapi import FastAPI

from services.approvals import api
from services.approvals.store import Desk
from shared.settings import ServiceSettings
from shared.spine import Spine


def build(settings: ServiceSettings) -> FastAPI:
    """Build the application."""
    spine = Spine("approvals", settings, desk=Desk())
    return spine.application(
        summary="Campaign, dockets, decisions and licences",
        routes=[api.routes(spine.database, spine.keys)],
    )
