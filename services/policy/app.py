"""The policy service put together."""

from pathlib import Path

from fastapi import FastAPI

from services.policy.agenda import Diary
from services.policy.api import brochures, library, sessions
from services.policy.brochures.printing import Printer
from services.policy.handlers import HANDLERS
from services.policy.pages import brochures as brochure_pages
from services.policy.pages import library as library_pages
from services.policy.pages import needs, overview, public, teams, visits
from services.policy.pages.desk import Counter
from services.policy.settings import Settings
from services.policy.sheets import KINDS
from services.policy.store import Desk
from shared import plans
from shared.agenda import Timekeeper
from shared.printing.papers import Papers
from shared.spine import Spine
from shared.waiting import Waiting


def build(settings: Settings) -> FastAPI:
    """Build the application."""
    spine = Spine("policy", settings, desk=Desk())
    spine.react(HANDLERS)
    pages = spine.pages(Path(__file__).with_name("templates"))
    papers, counter = Papers(settings.fonts_folder), Counter(spine, pages)
    return spine.application(
        summary="Policy library, brochures, teams and their visits to enterprises",
        routes=[
            sessions.routes(spine.database, spine.keys),
            library.routes(spine.database, spine.keys, spine.clock),
            brochures.routes(spine.database, spine.keys, spine.clock),
            public.routes(spine.database, spine.clock, pages),
            overview.routes(counter),
            library_pages.routes(counter),
            brochure_pages.routes(counter, settings.public),
            needs.routes(counter),
            teams.routes(counter),
            visits.routes(counter),
        ],
        parts=(
            papers,
            Printer(spine, papers, settings.public),
            Waiting(spine, plans.heard),
            Timekeeper(spine, Diary()),
        ),
        pages=pages,
        tables=KINDS,
    )
