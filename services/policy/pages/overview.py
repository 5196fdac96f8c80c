"""The entrance of the policy service: every banner session's needs, teams, visits and open questions at a glance."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.policy.brochures.board import board
from services.policy.pages.desk import Counter, banner_sessions
from services.policy.store import Store
from shared.posted import Caller


def routes(counter: Counter) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    visitor = counter.pages.needs_login()

    @router.get("/")
    async def overview(request: Request, _: Annotated[Caller, visitor], campaign: str = "") -> Response:
        registry = await counter.campaign(campaign)
        if registry is None:
            return await counter.show(request, "overview.html", registry=None)
        async with counter.database.reading() as session:
            store = Store(session)
            days = {day.session: day for day in await store.days()}
            counts = await store.counts()
            departments = await board(session, registry.plan.campaign, counter.spine.clock.now())
        sessions = banner_sessions(registry)
        return await counter.show(
            request,
            "overview.html",
            registry=registry,
            sessions=[(one, days.get(one.session), counts.get(one.session, {})) for one in sessions],
            departments=departments,
            missing=[one.name for one in departments if not one.brochures],
            open_now=sum(counts.get(one.session, {}).get("open", 0) for one in sessions),
            visits=sum(counts.get(one.session, {}).get("made", 0) for one in sessions),
            needs=sum(counts.get(one.session, {}).get("needs", 0) for one in sessions),
        )

    return router
