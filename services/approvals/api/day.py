"""A session's day for other systems: who is in the queue, who has a seat, the desk signs to print."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from services.approvals.domain.queue import Stage
from services.approvals.papers import desksigns
from services.approvals.store.daybook import Daybook, Daybooks
from shared.database import Database
from shared.plans import Plans
from shared.printing.papers import Papers


class Turn(BaseModel):
    """An enterprise's place in the queue."""

    number: int
    owner_code: str
    owner_name: str
    stage: Stage
    since: datetime | None
    skips: int
    next: bool
    """Whether it is the one to be called next."""


class Seated(BaseModel):
    """A unit's seat, and what it decides here; nothing, if the host added it."""

    unit: str
    name: str
    formalities: tuple[str, ...]


def routes(database: Database, papers: Papers) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(), Plans()

    async def book(session_id: str) -> Daybook:
        async with database.reading() as session:
            return await Daybooks(session, plans).of(session_id)

    @router.get("/sessions/{session_id}/queue")
    async def queue(session_id: str) -> Sequence[Turn]:
        """List a session's enterprises in their order of entry, with how far each is."""
        day = await book(session_id)
        return [
            Turn(
                number=place.number,
                owner_code=place.owner_code,
                owner_name=place.owner_name,
                stage=place.stage,
                since=place.since,
                skips=place.skips,
                next=place == day.next,
            )
            for place in day.queue
        ]

    @router.get("/sessions/{session_id}/seats")
    async def seats(session_id: str) -> Sequence[Seated]:
        """List a session's seats in the registry's order: one for each unit."""
        day = await book(session_id)
        return [Seated(unit=one.unit.code, name=one.unit.name, formalities=one.formalities) for one in day.seats]

    @router.get("/sessions/{session_id}/desk-signs.pdf", response_class=Response)
    async def signs(session_id: str) -> Response:
        """Return the desk signs of a session as PDF: an A4 sheet to fold for each unit."""
        day = await book(session_id)
        pdf = await desksigns.printed(papers, day.registry, day.state, day.seats)
        return Response(pdf, media_type="application/pdf")

    return router
