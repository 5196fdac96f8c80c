"""All pages of a session's day and the registry of projects, put together."""

from fastapi import APIRouter

from services.approvals.pages import docket, live, owners, prereview, projects, queue, seats, signing
from services.approvals.pages.day import Day
from shared.printing.papers import Papers


def routes(day: Day, papers: Papers) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    for page in (docket, prereview, queue, signing, live, owners):
        router.include_router(page.routes(day))
    router.include_router(live.campaign_routes(day))
    router.include_router(seats.routes(day, papers))
    router.include_router(projects.routes(day.spine.database, day.pages))
    return router
