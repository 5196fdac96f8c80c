"""The approvals service put together."""

from pathlib import Path

from fastapi import FastAPI

from services.approvals import api, sheets
from services.approvals.agenda import AGENDA
from services.approvals.gauges import Silence
from services.approvals.handlers import HANDLERS
from services.approvals.pages import (
    application,
    calendar,
    campaigns,
    followup,
    keys,
    ledger,
    ledgerimport,
    readiness,
    session_day,
    sessions,
)
from services.approvals.pages.day import Day
from services.approvals.store import Desk
from shared.agenda import Timekeeper
from shared.plans import Plans
from shared.printing.papers import Papers
from shared.settings import ServiceSettings
from shared.spine import Spine


def build(settings: ServiceSettings) -> FastAPI:
    """Build the application."""
    spine = Spine("approvals", settings, desk=Desk())
    spine.react(HANDLERS)
    pages = spine.pages(Path(__file__).with_name("templates"))
    papers, table = Papers(settings.fonts_folder), sheets.kind(Plans())
    silence = Silence(spine)
    return spine.application(
        summary="Campaign, dockets, decisions and licences",
        routes=[
            api.routes(spine.database, spine.keys, spine.clock, papers),
            sessions.routes(spine, pages, papers),
            readiness.routes(spine, pages),
            calendar.routes(spine, pages),
            campaigns.routes(spine, pages),
            ledgerimport.routes(spine, pages, table),
            ledger.routes(spine.database, spine.clock, pages),
            application.routes(spine.database, spine.clock, pages),
            followup.routes(spine, pages),
            keys.routes(spine, pages),
            session_day.routes(Day(spine, pages), papers),
        ],
        parts=(papers, Timekeeper(spine, AGENDA), silence),
        measures=(silence.measure,),
        pages=pages,
        tables=(table,),
    )
