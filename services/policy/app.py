"""The policy service put together."""

from fastapi import FastAPI

from services.policy import api
from services.policy.handlers import HANDLERS
from services.policy.store import Desk
from shared import plans
from shared.settings import ServiceSettings
from shared.spine import Spine
from shared.waiting import Waiting


def build(settings: ServiceSettings) -> FastAPI:
    """Build the application."""
    spine = Spine("policy", settings, desk=Desk())
    spine.react(HANDLERS)
    return spine.application(
        summary="Policy teams and their visits to enterprises",
        routes=[api.routes(spine.database, spine.keys)],
        parts=(Waiting(spine, plans.heard),),
    )
