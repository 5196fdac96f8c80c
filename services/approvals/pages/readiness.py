"""Is everything ready: the board of all sessions, what one unit owes, and what units have been told."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.approvals.pages.sessions import new_id
from services.approvals.store.briefing import Briefings
from services.approvals.store.notices import Notices
from shared.clock import SHANGHAI
from shared.plans import Plans
from shared.posted import Caller
from shared.spine import Spine
from shared.vocabulary import Role
from shared.web import Pages
from shared.web.forms import EMPTY


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False), Plans()
    visitor = pages.needs_login()

    @router.get("/readiness")
    async def board(request: Request, caller: Annotated[Caller, visitor], campaign: str = "") -> Response:
        async with spine.database.reading() as session:
            briefings = Briefings(session, plans, spine.clock.now())
            campaigns = await briefings.campaigns()
            registry = await briefings.registry(campaign or (campaigns[0] if campaigns else ""))
            briefs = await briefings.all_of(registry) if registry is not None else []
        return await pages.show(request, "readiness.html", registry=registry, briefs=briefs, mine=caller.unit)

    @router.get("/duties")
    async def duties(
        request: Request, caller: Annotated[Caller, visitor], unit: str = "", campaign: str = ""
    ) -> Response:
        whose = unit or caller.unit
        async with spine.database.reading() as session:
            briefings = Briefings(session, plans, spine.clock.now())
            campaigns = await briefings.campaigns()
            registry = await briefings.registry(campaign or (campaigns[0] if campaigns else ""))
            lines = await briefings.duties(registry, None if whose == "all" else whose) if registry else []
        units = sorted(registry.plan.units, key=lambda one: one.precedence) if registry else []
        return await pages.show(
            request,
            "duties.html",
            registry=registry,
            lines=lines,
            units=units,
            whose=whose,
            mine=caller.unit,
            at="",
            filled=EMPTY,
            now=spine.clock.now().astimezone(SHANGHAI),
            new_id=new_id,
        )

    @router.get("/notices")
    async def notices(request: Request, caller: Annotated[Caller, visitor], unit: str = "") -> Response:
        whose = unit or ("all" if caller.role in (Role.DRC, Role.OFFICE) else caller.unit)
        async with spine.database.reading() as session:
            briefings = Briefings(session, plans, spine.clock.now())
            found = await Notices(session).of()
            names: dict[str, str] = {}
            for name in await briefings.campaigns():
                registry = await briefings.registry(name)
                names |= {one.session: one.name for one in registry.plan.sessions} if registry else {}
        shown = [(number, one) for number, one in found if whose == "all" or whose in one.units]
        return await pages.show(request, "notices.html", notices=shown[:200], names=names, whose=whose)

    return router
