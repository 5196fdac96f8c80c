"""The closed sessions and their one-day clock."""

from datetime import datetime, timedelta

from sqlalchemy import text

from services.bulletin.domain.timing import Closing
from services.bulletin.store.base import Queries
from shared.events import SessionClosed

# Always later than before, even if the clock stands still or is set back: what was examined is told from what was not.
_TOUCH_ALL = text("UPDATE closing SET touched_at = greatest(:now, touched_at + interval '1 microsecond')")
_TOUCH = text(f"{_TOUCH_ALL.text} WHERE session = ANY(CAST(:sessions AS text[]))")
_CLOSE = text("""
    INSERT INTO closing (session, campaign, closed_at, due_at, touched_at, alarmed)
    VALUES (:session, :campaign, :closed_at, :due_at, :now, 0) ON CONFLICT (session) DO NOTHING
""")
_CLOSINGS = text("""
    SELECT closing.session, closed_at, due_at, touched_at, examined_at, alarmed, newest.revision,
        coalesce(bool_or(draft.signed IS NOT NULL), false) AS signed, min(draft.drafted_at) AS drafted_at
    FROM closing
    LEFT JOIN LATERAL (
        SELECT max(revision) AS revision FROM edition WHERE edition.session = closing.session
    ) AS newest ON true
    LEFT JOIN draft ON draft.session = closing.session AND draft.revision = coalesce(newest.revision + 1, 0)
    GROUP BY closing.session, newest.revision ORDER BY closed_at, closing.session
""")


class Closings(Queries):
    """What is outstanding."""

    async def touch(self, sessions: set[str], now: datetime) -> None:
        """Note that something new is known of these sessions."""
        await self._execute(_TOUCH, sessions=list(sessions), now=now)

    async def touch_all(self, now: datetime) -> None:
        """Note that something new is known that may bear on any session."""
        await self._execute(_TOUCH_ALL, now=now)

    async def close(self, event: SessionClosed, within: timedelta, now: datetime) -> None:
        """Start the one-day clock of a session."""
        await self._execute(
            _CLOSE,
            session=event.session,
            campaign=event.session.rpartition("-")[0],
            closed_at=event.closed_at,
            due_at=event.closed_at + within,
            now=now,
        )

    async def set_limits(self, campaign: str, within: timedelta) -> None:
        """Give sessions that closed before their campaign's plan was heard the limit it sets."""
        statement = text("UPDATE closing SET due_at = closed_at + :within WHERE campaign = :campaign")
        await self._execute(statement, campaign=campaign, within=within)

    async def closings(self) -> list[Closing]:
        """List closed sessions with the newest revision of each, and how far the next one is."""
        return [Closing(**row) for row in (await self._execute(_CLOSINGS)).mappings()]

    async def closing(self, session: str) -> Closing | None:
        """Return one closed session."""
        return next((one for one in await self.closings() if one.session == session), None)

    async def note_examined(self, session: str, at: datetime) -> None:
        """Note that what was known at `at` has been considered."""
        statement = text("UPDATE closing SET examined_at = :at WHERE session = :session")
        await self._execute(statement, session=session, at=at)

    async def note_alarm(self, session: str, hours: int) -> bool:
        """Note an alarm; False when another worker raised it first."""
        raised = text("UPDATE closing SET alarmed = :hours WHERE session = :session AND alarmed < :hours RETURNING 1")
        return (await self._execute(raised, session=session, hours=hours)).first() is not None
