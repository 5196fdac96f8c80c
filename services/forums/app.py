"""The forums service put together."""

from pathlib import Path

from fastapi import FastAPI

from services.forums import api, photos
from services.forums.agenda import Diary
from services.forums.api import issue_ledger
from services.forums.api import notices as notice_api
from services.forums.api import surveys as survey_api
from services.forums.handlers import HANDLERS
from services.forums.pages import gathering, issue, issues, minutes, notices, prints, sessions, surveys
from services.forums.store import Desk, heard
from shared.agenda import Timekeeper
from shared.printing.papers import Papers
from shared.settings import ServiceSettings
from shared.spine import Spine
from shared.waiting import Waiting


def build(settings: ServiceSettings) -> FastAPI:
    """Build the application."""
    spine = Spine("forums", settings, desk=Desk())
    spine.react(HANDLERS)
    papers = Papers(settings.fonts_folder)
    pages = spine.pages(Path(__file__).with_name("templates"))
    return spine.application(
        summary="Forums of government and enterprises, and the issues raised there",
        routes=[
            api.routes(spine.database, spine.keys),
            issue_ledger.routes(spine.database, spine.keys, spine.clock),
            notice_api.routes(spine.database, spine.keys, spine.clock),
            survey_api.routes(spine.database, spine.keys, spine.clock),
            sessions.routes(spine.database, pages),
            issues.routes(spine.database, spine.clock, pages),
            issue.routes(spine, pages),
            notices.routes(spine, pages),
            gathering.routes(spine, pages),
            minutes.routes(spine, pages),
            prints.routes(spine, pages, papers),
            surveys.routes(spine, pages),
        ],
        parts=(
            papers,
            photos.Clearing(spine.database, spine.clock),
            Waiting(spine, heard.known),
            Timekeeper(spine, Diary()),
        ),
        pages=pages,
    )
