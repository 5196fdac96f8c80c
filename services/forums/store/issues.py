"""What the rules of issues need to know."""

from collections.abc import Sequence

from sqlalchemy import or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain import ForumsWorld
from services.forums.domain.issue import Issue
from services.forums.domain.notices import Notice
from services.forums.store.rows import state_of
from shared.events import Event, ForumHeld, IssueAcknowledged, IssueEvent


async def load(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    """Load the issues that these events name, and every issue of a forum that is held."""
    held = {event.session for event in events if isinstance(event, ForumHeld)}
    named = [(event.session, event.issue) for event in events if isinstance(event, IssueEvent)]
    if held or named:
        asked = tuple_(col(tables.Issue.session), col(tables.Issue.issue)).in_(named)
        query = select(tables.Issue).where(or_(asked, col(tables.Issue.session).in_(held)))
        world.issues = {(row.session, row.issue): state_of(Issue, row) for row in await session.exec(query)}
    if seen := [(event.session, event.issue) for event in events if isinstance(event, IssueAcknowledged)]:
        of_these = tuple_(col(tables.Notice.session), col(tables.Notice.issue)).in_(seen)
        for row in await session.exec(select(tables.Notice).where(of_these)):
            world.notices[row.session, row.issue, row.number, row.unit] = state_of(Notice, row)
