"""Sessions, who owes what to them, and what their units are told, to be read by other systems."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.approvals.domain.clone import clone
from services.approvals.store.briefing import Briefings, DutyLine, SessionView
from services.approvals.store.ledger import NoSuchCampaign
from services.approvals.store.notices import Notices
from shared.campaign import Registry
from shared.clock import Clock
from shared.database import Database
from shared.events import NoticeSent
from shared.identifiers import Slug
from shared.plans import Plans

Unit = Annotated[str | None, Query(description="A credit code, or a city bureau such as drc", max_length=64)]


class Moment(BaseModel):
    """A step of a session's life."""

    at: Any
    title: str
    title_en: str
    unit: str | None
    detail: str
    detail_en: str


class Notice(BaseModel):
    """A notice with its number within its session."""

    number: int
    notice: NoticeSent


async def planned(briefings: Briefings, campaign: str) -> Registry:
    """Return a campaign's plan, or refuse a campaign that nobody has planned."""
    registry = await briefings.registry(campaign)
    if registry is None:
        raise NoSuchCampaign(campaign=campaign[:128])
    return registry


def routes(database: Database, clock: Clock) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(), Plans()

    @router.get("/campaigns/{campaign}/sessions")
    async def sessions(campaign: str) -> Sequence[SessionView]:
        """List a campaign's sessions with stage, date, place, plan and readiness."""
        async with database.reading() as session:
            briefings = Briefings(session, plans, clock.now())
            return [brief.view for brief in await briefings.all_of(await planned(briefings, campaign))]

    @router.get("/campaigns/{campaign}/duties")
    async def duties(campaign: str, unit: Unit = None) -> Sequence[DutyLine]:
        """List who owes what in a campaign, or what one unit owes: the notice's responsibilities (row 9)."""
        async with database.reading() as session:
            briefings = Briefings(session, plans, clock.now())
            return await briefings.duties(await planned(briefings, campaign), unit)

    @router.get("/campaigns/{campaign}/clone")
    async def cloned(campaign: str, name: Slug, title: str = "") -> dict[str, Any]:
        """Return the plan of a new campaign with the roles of this one and none of its results, to be posted."""
        async with database.reading() as session:
            registry = await planned(Briefings(session, plans, clock.now()), campaign)
        return clone(registry.plan, name, title).model_dump(mode="json")

    @router.get("/sessions/{session_id}")
    async def one(session_id: str) -> SessionView:
        """Return one session."""
        async with database.reading() as session:
            return (await Briefings(session, plans, clock.now()).of(session_id)).view

    @router.get("/sessions/{session_id}/duties")
    async def owed(session_id: str, unit: Unit = None) -> Sequence[DutyLine]:
        """List who owes what to a session, or what one unit owes to it (rows 8, 9)."""
        async with database.reading() as session:
            briefings = Briefings(session, plans, clock.now())
            brief = await briefings.of(session_id)
            wanted = {(one.duty, one.unit) for one in await briefings.duties(brief.registry, unit)} if unit else None
            return [one for one in brief.duties if wanted is None or (one.duty, one.unit) in wanted]

    @router.get("/sessions/{session_id}/timeline")
    async def life(session_id: str) -> Sequence[Moment]:
        """Return who did what when with a session (row 7)."""
        async with database.reading() as session:
            briefings = Briefings(session, plans, clock.now())
            steps = await briefings.life_of(await briefings.of(session_id))
        return [
            Moment(
                at=step.at,
                title=step.title[0],
                title_en=step.title[1],
                unit=step.who,
                detail=step.detail[0],
                detail_en=step.detail[1],
            )
            for step in steps
        ]

    @router.get("/campaigns/{campaign}/notices")
    async def notices(campaign: str, unit: Unit = None) -> Sequence[Notice]:
        """List the notices of moved and cancelled sessions, the newest first, or those to one unit (row 6)."""
        async with database.reading() as session:
            found = await Notices(session).of(campaign)
        return [
            Notice(number=number, notice=notice) for number, notice in found if unit is None or unit in notice.units
        ]

    return router
