"""Every query of the policy service."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import or_, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from services.policy.domain import ACCEPTS, PolicyWorld, Team, Visits
from shared import plans
from shared.campaign import UnknownSession
from shared.events import CampaignPlanned, Event, SessionEvent, TeamAssigned, VisitsConcluded
from shared.vocabulary import SessionKind


class Desk:
    """The policy service's side of the intake."""

    accepts = ACCEPTS

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = plans.Plans()

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> PolicyWorld:
        """Load the visits and teams the events touch, and every team of visits that are concluded."""
        world = PolicyWorld(registries=await self._plans.of(session, events))
        names = {event.session for event in events if isinstance(event, SessionEvent)}
        concluded = {event.session for event in events if isinstance(event, VisitsConcluded)}
        visits = select(tables.Visits).where(col(tables.Visits.session).in_(names)).order_by(col(tables.Visits.session))
        # Concluding waits for teams under way in other instances, and they for it: its count misses nothing.
        locked = visits.with_for_update(read=not concluded, key_share=not concluded)
        world.visits = {row.session: Visits(**row.model_dump()) for row in await session.exec(locked)}
        assigned = [(event.session, event.team) for event in events if isinstance(event, TeamAssigned)]
        asked = tuple_(col(tables.Team.session), col(tables.Team.team)).in_(assigned)
        teams = select(tables.Team).where(or_(asked, col(tables.Team.session).in_(concluded)))
        world.teams = {(row.session, row.team): Team(**row.model_dump()) for row in await session.exec(teams)}
        return world

    async def save(self, session: AsyncSession, world: PolicyWorld) -> None:
        """Save what deciding changed."""
        session.add_all([tables.Team(**asdict(team)) for team in world.changes.teams])
        for name in sorted(world.changes.visits):
            await session.merge(tables.Visits(**asdict(world.visits[name])))
        await session.flush()


class Store:
    """The service's reads, and what it learns from others."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def expect(self, campaigns: Sequence[CampaignPlanned]) -> None:
        """Keep plans, with a day of visits for every banner session."""
        await plans.keep(self._session, campaigns)
        banner = [one.session for plan in campaigns for one in plan.sessions if one.kind is SessionKind.BANNER]
        if banner:
            new = insert(tables.Visits).on_conflict_do_nothing()
            await (await self._session.connection()).execute(new, [{"session": name} for name in banner])

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
