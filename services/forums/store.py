"""Every query of the forums service."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import or_, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain import ACCEPTS, Forum, ForumsWorld, Issue
from shared import plans
from shared.campaign import UnknownSession
from shared.events import CampaignPlanned, Event, ForumHeld, IssueRaised, SessionEvent
from shared.vocabulary import SessionKind


class Desk:
    """The forums service's side of the intake."""

    accepts = ACCEPTS

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = plans.Plans()

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> ForumsWorld:
        """Load the forums and issues the events touch, and every issue of a forum that is held."""
        world = ForumsWorld(registries=await self._plans.of(session, events))
        names = {event.session for event in events if isinstance(event, SessionEvent)}
        held = {event.session for event in events if isinstance(event, ForumHeld)}
        forums = select(tables.Forum).where(col(tables.Forum.session).in_(names)).order_by(col(tables.Forum.session))
        # A forum being held waits for issues under way in other instances, and they for it: its count misses nothing.
        locked = forums.with_for_update(read=not held, key_share=not held)
        world.forums = {row.session: Forum(**row.model_dump()) for row in await session.exec(locked)}
        raised = [(event.session, event.issue) for event in events if isinstance(event, IssueRaised)]
        asked = tuple_(col(tables.Issue.session), col(tables.Issue.issue)).in_(raised)
        issues = select(tables.Issue).where(or_(asked, col(tables.Issue.session).in_(held)))
        world.issues = {(row.session, row.issue): Issue(**row.model_dump()) for row in await session.exec(issues)}
        return world

    async def save(self, session: AsyncSession, world: ForumsWorld) -> None:
        """Save what deciding changed."""
        session.add_all([tables.Issue(**asdict(issue)) for issue in world.changes.issues])
        for name in sorted(world.changes.forums):
            await session.merge(tables.Forum(**asdict(world.forums[name])))
        await session.flush()


class Store:
    """The service's reads, and what it learns from others."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def expect(self, campaigns: Sequence[CampaignPlanned]) -> None:
        """Keep plans, with a forum for every banner session."""
        await plans.keep(self._session, campaigns)
        banner = [one.session for plan in campaigns for one in plan.sessions if one.kind is SessionKind.BANNER]
        if banner:
            new = insert(tables.Forum).on_conflict_do_nothing()
            await (await self._session.connection()).execute(new, [{"session": name} for name in banner])

    async def forum_of(self, session: str) -> tables.Forum:
        """Return a session's forum as it stands now."""
        forum = await self._session.get(tables.Forum, session)
        if forum is None:
            raise UnknownSession(session=session)
        return forum

    async def issues_of(self, session: str) -> Sequence[tables.Issue]:
        """List a session's issues in the order they were raised."""
        await self.forum_of(session)
        query = select(tables.Issue).where(col(tables.Issue.session) == session)
        return (await self._session.exec(query.order_by(col(tables.Issue.raised_at), col(tables.Issue.issue)))).all()
