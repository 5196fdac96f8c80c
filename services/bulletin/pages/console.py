"""The entrance: the ten sessions with their one-day clocks, services, sources and deliveries, live (rows 84, 88)."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.bulletin.domain.board import Board, Service, Stage, part
from services.bulletin.watch import Watch
from shared.posted import Caller
from shared.web import Pages
from shared.web.live import stream
from shared.web.pages import language_of
from shared.web.quarantine import operates


def shown(board: Board, caller: Caller) -> dict[str, Any]:
    """Return what the board's template shows to a caller."""
    issued = [one for one in board.standings if one.stage is Stage.ISSUED]
    return {
        "board": board,
        "operates": operates(caller),
        "part_of": part,
        "service_of": Service,
        "stages": Stage,
        # To the second: the page counts down by itself and is sent anew only when something has changed.
        "offset": round((board.now - datetime.now(UTC)).total_seconds()),
        "issued": len(issued),
        "due": sum(one.stage is Stage.CLOSED for one in board.standings),
        "open": sum(one.stage is Stage.OPEN for one in board.standings),
    }


def routes(watch: Watch, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, visitor = APIRouter(include_in_schema=False), pages.needs_login()

    @router.get("/")
    async def entrance(request: Request, caller: Annotated[Caller, visitor], campaign: str | None = None) -> Response:
        board = await watch.board(campaign)
        return await pages.show(
            request, "console.html", server_now=datetime.now(UTC), asked=campaign, **shown(board, caller)
        )

    @router.get("/live")
    async def live(request: Request, caller: Annotated[Caller, visitor], campaign: str | None = None) -> Response:
        form = (language_of(request), caller.role, caller.level, request.url.netloc)

        async def part() -> str:
            board = await watch.board(campaign)
            return watch.drawn(board, form, lambda: pages.render(request, "board.html", caller, **shown(board, caller)))

        return stream(request, caller, part)

    return router
