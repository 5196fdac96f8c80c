"""What people and their systems read: sessions, the ledger, totals."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals import tables
from services.approvals.domain.state import Application, Departure, totals
from services.approvals.store.rows import application
from shared.events import ApprovalTotals


class Store:
    """Reads for the service's own API."""

    def __init__(self, session: AsyncSession) -> None:
        """Read within one database session."""
        self._session = session

    async def totals_of(self, session: str) -> ApprovalTotals:
        """Count a session's applications as they stand now."""
        query = select(tables.Application).where(col(tables.Application.session) == session)
        found = (await self._session.exec(query)).all()
        applications = [application([getattr(row, name) for name in Application._fields]) for row in found]
        return totals(applications, await self.left(session))

    async def left(self, session: str) -> list[Departure]:
        """List what left a session for another: withdrawn and applied for anew, or put off."""
        query = select(tables.Departure).where(col(tables.Departure.session) == session)
        rows = (await self._session.exec(query.order_by(tables.Departure.subject))).all()
        return [Departure(row.session, row.subject, row.reason, row.withdrawn) for row in rows]

    async def sessions_of(self, campaign: str) -> Sequence[tables.Session]:
        """List a campaign's sessions."""
        query = select(tables.Session).where(col(tables.Session.session).startswith(f"{campaign}-", autoescape=True))
        return (await self._session.exec(query.order_by(tables.Session.session))).all()

    async def all_sessions(self) -> Sequence[tables.Session]:
        """List every session of every campaign."""
        return (await self._session.exec(select(tables.Session).order_by(tables.Session.session))).all()

    async def applications_of(self, session: str) -> Sequence[tables.Application]:
        """List a session's ledger."""
        query = select(tables.Application).where(col(tables.Application.session) == session)
        return (await self._session.exec(query.order_by(tables.Application.subject))).all()
