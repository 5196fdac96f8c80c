"""What people and their systems read: forums and their issues."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from shared.campaign import UnknownSession


class Store:
    """Reads for the service's own API and pages."""

    def __init__(self, session: AsyncSession) -> None:
        """Read within one database session."""
        self._session = session

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
