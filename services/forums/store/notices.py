"""Notices in the database: what a unit was told of issues, and what it has acknowledged."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain.issue import Issue
from services.forums.domain.issue_history import title_of
from services.forums.domain.issue_ledger import Line, line
from services.forums.domain.notices import Cause
from services.forums.store.rows import state_of
from shared.campaign import Registry
from shared.plans import Plans

_T: Final = tables.Notice


class Told(BaseModel):
    """A notice as people and systems read it: what happened, why the unit is told, and how the issue stands now."""

    model_config = ConfigDict(frozen=True)
    number: int
    unit: str
    unit_name: str
    step: str
    """The wire type of the fact."""
    zh: str
    en: str
    cause: Cause
    told_at: datetime
    due: date | None
    """As it was then."""
    seen_at: datetime | None
    seen_by: str | None
    issue: Line


class Notices:
    """Reads notices within one database session."""

    def __init__(self, session: AsyncSession, plans: Plans) -> None:
        """Read within one database session, with the plans read so far."""
        self._session = session
        self._plans = plans

    async def unseen(self, unit: str) -> int:
        """Count what a unit has not acknowledged."""
        query = select(func.count()).select_from(_T).where(col(_T.unit) == unit, col(_T.seen_at).is_(None))
        return (await self._session.exec(query)).one()

    async def of_unit(
        self, unit: str, today: date, *, unseen: bool = False, limit: int, offset: int = 0
    ) -> Sequence[Told]:
        """List what a unit was told: what it has not acknowledged first, then the newest first."""
        query = select(_T).where(col(_T.unit) == unit)
        if unseen:
            query = query.where(col(_T.seen_at).is_(None))
        order = (col(_T.seen_at).is_not(None), col(_T.told_at).desc(), col(_T.session), col(_T.issue), col(_T.number))
        return await self._told([*await self._session.exec(query.order_by(*order).limit(limit).offset(offset))], today)

    async def count(self, unit: str) -> int:
        """Count what a unit was told."""
        return (await self._session.exec(select(func.count()).select_from(_T).where(col(_T.unit) == unit))).one()

    async def of_issue(self, session: str, issue: str, today: date) -> Sequence[Told]:
        """List who was told of an issue, the newest first."""
        query = select(_T).where(col(_T.session) == session, col(_T.issue) == issue)
        rows = await self._session.exec(query.order_by(col(_T.number).desc(), col(_T.cause), col(_T.unit)))
        return await self._told([*rows], today)

    async def _told(self, rows: Sequence[tables.Notice], today: date) -> list[Told]:
        if not rows:
            return []
        registries = await self._plans.named(self._session, {row.session.rpartition("-")[0] for row in rows})
        lines = await self._lines(rows, registries, today)
        return [_read(row, registries[row.session.rpartition("-")[0]], lines[row.session, row.issue]) for row in rows]

    async def _lines(
        self, rows: Sequence[tables.Notice], registries: Mapping[str, Registry], today: date
    ) -> dict[tuple[str, str], Line]:
        sessions, issues = {row.session for row in rows}, {row.issue for row in rows}
        table = tables.Issue
        query = select(table).where(col(table.session).in_(sessions), col(table.issue).in_(issues))
        return {
            (row.session, row.issue): line(registries[row.session.rpartition("-")[0]], state_of(Issue, row), today)
            for row in await self._session.exec(query)
        }


def _read(row: tables.Notice, registry: Registry, of: Line) -> Told:
    unit = registry.unit(row.unit)
    zh, en = title_of(row.kind)
    same: dict[str, Any] = {
        name: getattr(row, name) for name in ("number", "unit", "told_at", "due", "seen_at", "seen_by")
    }
    return Told(
        **same,
        unit_name=unit.name if unit else row.unit,
        step=row.kind,
        zh=zh,
        en=en,
        cause=Cause(row.cause),
        issue=of,
    )
