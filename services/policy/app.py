"""The policy service put together."""

from fastapi import FastAPI

from services.policy.agenda import Diary
from services.policy.api import brochures, library, sessions
from services.policy.handlers import HANDLERS
from services.policy.store import Desk
from shared import plans
from shared.agenda import Timekeeper
from shared.settings import ServiceSettings
from shared.spine import Spine
from shared.waiting import Waiting


def build(settings: ServiceSettings) -> FastAPI:
    """Build the application."""
    spine = Spine("policy", settings, desk=Desk())
    spine.react(HANDLERS)
    return spine.application(
        summary="Policy library, brochures, teams and their visits to enterprises",
        routes=[
            sessions.routes(spine.database, spine.keys),
            library.routes(spine.database, spine.keys, spine.clock),
            brochures.routes(spine.database, spine.keys, spine.clock),
        ],
        parts=(Waiting(spine, plans.heard), Timekeeper(spine, Diary())),
    )
