"""A session's needs, officials, teams, visits and questions, as they stand now."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from services.policy.domain.slots import Slot
from services.policy.store.desk import state_of
from shared.campaign import Registry, UnknownSession
from shared.clock import SHANGHAI, shanghai_date
from shared.events import CampaignPlanned, PlannedSession


class Store:
    """The service's reads about sessions."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = self.session = session

    async def registry_of(self, session: str) -> tuple[Registry, PlannedSession]:
        """Return a session's campaign and its plan."""
        registry = await self.registry(session.rpartition("-")[0])
        planned = registry.session(session) if registry else None
        if registry is None or planned is None:
            raise UnknownSession(session=session)
        return registry, planned

    async def registry(self, campaign: str) -> Registry | None:
        """Return a campaign, if it was planned."""
        row = await self._session.get(tables.Campaign, campaign)
        return Registry(CampaignPlanned.model_validate_json(row.plan)) if row else None

    async def campaigns(self) -> Sequence[CampaignPlanned]:
        """List the campaigns planned."""
        rows = await self._session.exec(select(tables.Campaign).order_by(col(tables.Campaign.campaign).desc()))
        return [CampaignPlanned.model_validate_json(row.plan) for row in rows]

    async def days(self) -> Sequence[tables.Visits]:
        """List every session with visits."""
        return (await self._session.exec(select(tables.Visits).order_by(col(tables.Visits.session)))).all()

    async def visits_of(self, session: str) -> tables.Visits:
        """Return a session's visits as they stand now."""
        visits = await self._session.get(tables.Visits, session)
        if visits is None:
            raise UnknownSession(session=session)
        return visits

    async def teams_of(self, session: str) -> Sequence[tables.Team]:
        """List a session's teams by their ids."""
        await self.visits_of(session)
        query = select(tables.Team).where(col(tables.Team.session) == session)
        return (await self._session.exec(query.order_by(col(tables.Team.team)))).all()

    async def needs_of(self, session: str, *, withdrawn: bool = False) -> Sequence[tables.Need]:
        """List a session's needs, enterprise by enterprise."""
        query = select(tables.Need).where(col(tables.Need.session) == session)
        if not withdrawn:
            query = query.where(col(tables.Need.withdrawn).is_(None))
        ordered = query.order_by(col(tables.Need.enterprise_code), col(tables.Need.topic), col(tables.Need.need))
        return (await self._session.exec(ordered)).all()

    async def officials_of(self, campaign: str) -> Sequence[tables.Official]:
        """List whom the units have named."""
        table = tables.Official
        query = select(table).where(col(table.campaign) == campaign)
        return (await self._session.exec(query.order_by(col(table.unit), col(table.official)))).all()

    async def log_of(self, session: str) -> Sequence[tables.Visit]:
        """List a session's visits in the order of their times."""
        table = tables.Visit
        when = func.coalesce(table.started_at, table.planned_from)
        query = select(table).where(col(table.session) == session).order_by(when, col(table.visit))
        return (await self._session.exec(query)).all()

    async def visit(self, session: str, visit: str) -> tables.Visit | None:
        """Return one visit."""
        return await self._session.get(tables.Visit, (session, visit))

    async def questions_of(self, session: str) -> Sequence[tables.Question]:
        """List what was asked, open questions first."""
        table = tables.Question
        query = select(table).where(col(table.session) == session)
        answered = col(table.answer).is_not(None)
        return (await self._session.exec(query.order_by(answered, col(table.asked_at), col(table.question)))).all()

    async def slots_of(self, session: str) -> list[Slot]:
        """List what people are booked for in a session."""
        query = select(tables.Slot).where(col(tables.Slot.session) == session)
        return [state_of(Slot, row) for row in await self._session.exec(query)]

    async def booked(self, people: Collection[tuple[str, str]], start: datetime, end: datetime) -> list[Slot]:
        """List what people, by unit and name, are booked for within a window."""
        table = tables.Slot
        query = select(table).where(col(table.starts_at) < end, col(table.ends_at) > start)
        rows = [state_of(Slot, row) for row in await self._session.exec(query)]
        return [slot for slot in rows if (slot.unit, slot.name) in people]

    async def booked_on(self, people: Collection[tuple[str, str]], moment: datetime) -> list[Slot]:
        """List what people are booked for on the day of a moment."""
        midnight = datetime.combine(shanghai_date(moment), time(), tzinfo=SHANGHAI)
        return await self.booked(people, midnight, midnight + timedelta(days=1))

    async def counts(self) -> dict[str, dict[str, int]]:
        """Count needs, teams, visits planned and made, and open questions of every session."""
        counted: dict[str, dict[str, int]] = {}
        made, still_open = col(tables.Visit.started_at).is_not(None), col(tables.Question.answer).is_(None)
        queries: dict[str, Any] = {
            "needs": select(tables.Need.session, func.count()).where(col(tables.Need.withdrawn).is_(None)),
            "teams": select(tables.Team.session, func.count()),
            "planned": select(tables.Visit.session, func.count()).where(col(tables.Visit.cancelled).is_(None)),
            "made": select(tables.Visit.session, func.count()).where(made),
            "open": select(tables.Question.session, func.count()).where(still_open),
        }
        for name, query in queries.items():
            for session, count in await self._session.exec(query.group_by("session")):
                counted.setdefault(session, {})[name] = count
        return counted
