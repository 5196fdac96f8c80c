"""The queue's board: whose turn it is, on a wall screen or a phone; and the calls of who leads the day (row 23)."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.queue import Place, Stage
from services.approvals.pages.day import Day, Filled, may_lead
from services.approvals.store.daybook import Daybook
from shared.events import (
    EnterpriseCalled,
    EnterpriseFinished,
    EnterpriseRecalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    QueueEvent,
)
from shared.posted import Caller
from shared.problems import Refused
from shared.web import live
from shared.web.forms import EMPTY
from shared.web.pages import markup

_MOVES: Final[Mapping[str, tuple[type[QueueEvent], str]]] = {
    "call": (EnterpriseCalled, "called_at"),
    "seat": (EnterpriseSeated, "seated_at"),
    "skip": (EnterpriseSkipped, "skipped_at"),
    "recall": (EnterpriseRecalled, "recalled_at"),
    "finish": (EnterpriseFinished, "finished_at"),
}
_NEXT: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.WAITING: ("skip",),
    Stage.CALLED: ("seat", "skip"),
    Stage.SEATED: ("finish",),
    Stage.SKIPPED: ("recall",),
    Stage.FINISHED: ("recall",),
}
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "call": ("叫号", "Call"),
    "seat": ("已就座", "Seated"),
    "skip": ("过号", "Skip"),
    "recall": ("重呼", "Recall"),
    "finish": ("办完离席", "Done"),
}


def moves(book: Daybook, place: Place) -> tuple[str, ...]:
    """Name what may be done with an enterprise next; only the one whose turn it is may be called."""
    if book.state.opened_at is None or book.state.docket_locked_at is None:
        return ()
    if book.state.closed_at is not None:  # who sits at the table may still be seen off; nobody else is called any more
        return ("finish",) if place.stage is Stage.SEATED else ()
    return ("call", *_NEXT[place.stage]) if place == book.next else _NEXT[place.stage]


class Board:
    """The board as it stands for a caller."""

    def __init__(self, day: Day) -> None:
        """Take the day's pages."""
        self._day = day

    def part(self, request: Request, book: Daybook, caller: Caller, filled: Filled = EMPTY) -> str:
        """Return the part that changes as the queue moves; after a refusal with what was filled in."""
        return self._day.pages.render(
            request,
            "queue_part.html",
            caller,
            book=book,
            stages=Stage,
            moves=lambda place: moves(book, place),
            words=WORDS,
            filled=filled,
            leads=may_lead(book, caller) and "wall" not in request.query_params,
            wall="wall" in request.query_params,
        )

    async def show(
        self, request: Request, session: str, caller: Caller, trouble: Refused | None = None, filled: Filled = EMPTY
    ) -> Response:
        """Show the board; after a refusal, what was wrong and what had been filled in."""
        book = await self._day.book(session)
        part = markup(self.part(request, book, caller, filled))
        return await self._day.show(request, "queue.html", book, trouble=trouble, part=part)


def routes(day: Day) -> APIRouter:
    """Return the routes."""
    router, board = APIRouter(include_in_schema=False, prefix="/sessions/{session}/queue"), Board(day)
    visitor = day.pages.needs_login()

    @router.get("")
    async def queue(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await board.show(request, session, caller)

    @router.get("/stream")
    async def stream(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        await day.book(session)  # an unknown session is told at once, not in the stream

        async def part() -> str:
            return board.part(request, await day.watched(session), caller)

        return live.stream(request, caller, part, day.watch)

    @router.post("/{move}")
    async def moved(request: Request, session: str, move: str, caller: Annotated[Caller, visitor]) -> Response:
        if move not in _MOVES:
            return Response(status_code=404)
        kind, when = _MOVES[move]
        form = await request.form()
        data: dict[str, Any] = {"session": session, "owner_code": str(form.get("owner_code", ""))}
        data[when] = day.now().isoformat()
        if kind is EnterpriseSkipped:
            data["reason"] = str(form.get("reason", "")).strip()
        try:
            await day.submit(caller, kind, data)
        except Refused as refusal:
            return await board.show(request, session, caller, refusal, form)
        return RedirectResponse(f"/sessions/{session}/queue", status_code=303)

    return router
