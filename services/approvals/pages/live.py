"""The live view for leaders: counts by level, formality and outcome, and who is at the table now (row 26)."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.approvals.domain.queue import Stage
from services.approvals.pages.day import Day
from services.approvals.store.campaign_live import Watched, watched
from services.approvals.store.daybook import Daybook
from services.approvals.store.ledger import Ledger
from shared.plans import Plans
from shared.posted import Caller
from shared.vocabulary import Formality, Level, Outcome
from shared.web import live
from shared.web.pages import markup

COLUMNS = (*Outcome, None)
"""Outcomes in the notice's order; None is what is still to be decided."""


class Row(NamedTuple):
    """A row of the table: a formality, or all of a level, with its counts by outcome."""

    formality: Formality | None
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many applications."""
        return sum(self.counts)


def table(book: Daybook, level: Level | None = None) -> Sequence[Row]:
    """Return a level's counts, or both levels': a row for each formality on the docket, and the sum of them last."""
    cells = [one for one in book.totals.counts if level in (None, one.level)]

    def count(formality: Formality | None, outcome: Outcome | None) -> int:
        mine = [one for one in cells if formality in (None, one.formality) and one.outcome is outcome]
        return sum(one.applications for one in mine)

    there = [formality for formality in Formality if any(one.formality is formality for one in cells)]
    return [Row(one, tuple(count(one, outcome) for outcome in COLUMNS)) for one in (*there, None)]


def part(day: Day, request: Request, book: Daybook, caller: Caller) -> str:
    """Return the part that changes as decisions come."""
    return day.pages.render(
        request,
        "live_part.html",
        caller,
        book=book,
        whole=table(book)[-1],
        tables=[(level, table(book, level)) for level in book.levels()],
        outcomes=COLUMNS,
        seated=book.at(Stage.SEATED),
        called=book.at(Stage.CALLED),
        finished=len(book.at(Stage.FINISHED)),
        wall="wall" in request.query_params,
    )


def routes(day: Day) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, prefix="/sessions/{session}/live")
    visitor = day.pages.needs_login()

    @router.get("")
    async def view(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        book = await day.book(session)
        return await day.show(request, "live.html", book, part=markup(part(day, request, book, caller)))

    @router.get("/stream")
    async def stream(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        await day.book(session)  # an unknown session is told at once, not in the stream

        async def now() -> str:
            return part(day, request, await day.watched(session), caller)

        return live.stream(request, caller, now, day.watch)

    return router


def campaign_routes(day: Day) -> APIRouter:
    """Return the routes of the view of all sessions of the newest campaign."""
    router, plans = APIRouter(include_in_schema=False, prefix="/live"), Plans()
    visitor = day.pages.needs_login()

    async def newest() -> Watched | None:
        async with day.spine.database.reading() as session:
            ledger = Ledger(session, plans)
            names = await ledger.campaigns()
            registry = await ledger.registry(names[0]) if names else None
            return await watched(session, registry) if registry is not None else None

    def written(request: Request, caller: Caller, seen: Watched | None) -> str:
        words = {outcome.value: outcome for outcome in Outcome}
        return day.pages.render(
            request, "live_campaign_part.html", caller, seen=seen, levels=[*Level], none=None, **words
        )

    @router.get("")
    async def view(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        wall = "wall" in request.query_params
        return await day.pages.show(
            request, "live_campaign.html", part=markup(written(request, caller, await newest())), wall=wall
        )

    @router.get("/stream")
    async def stream(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        async def now() -> str:
            return written(request, caller, await day.watch.once("campaign", newest))

        return live.stream(request, caller, now, day.watch)

    return router
