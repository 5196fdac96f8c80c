"""Notices in the database: what is still to be told, and what was."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals import tables
from services.approvals.domain.notices import Told, due, notice
from services.approvals.domain.state import Application, Session
from services.approvals.store.rows import application
from shared.campaign import Registry
from shared.events import NoticeSent, SessionCancelled, SessionRescheduled, SessionScheduled
from shared.plans import Plans

_CHANGES = [SessionScheduled.type, SessionRescheduled.type, SessionCancelled.type]
_IS_DUE = text("SELECT EXISTS (SELECT FROM untold WHERE changes > 0 AND (due_at IS NULL OR due_at <= :now))")
_CHANGED = text("""
    SELECT subject AS session, max(recorded_at) AS changed_at FROM outbox
    WHERE subject = ANY(CAST(:sessions AS text[])) AND type = ANY(CAST(:types AS text[])) GROUP BY subject
""")


class Notices:
    """Reads and keeps notices within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        """Take the session."""
        self._session = session

    async def is_due(self, now: datetime) -> bool:
        """Tell whether a change waits for its hour to be set, or the hour has come."""
        return bool((await (await self._session.connection()).execute(_IS_DUE, {"now": now})).scalar_one())

    async def send(self, now: datetime) -> list[tuple[NoticeSent, str, datetime]]:
        """Set the hour of new changes; keep and return the notices whose hour has come, each with its cause."""
        await self._set_hours()
        registries = await Plans().named(self._session, await self._campaigns())
        sent = []
        query = select(tables.Untold).where(tables.Untold.changes > 0, col(tables.Untold.due_at) <= now)
        for row in (
            await self._session.exec(query.order_by(col(tables.Untold.due_at)).with_for_update(skip_locked=True))
        ).all():
            made = await self._notice(registries, row)
            row.changes, row.since, at = 0, None, row.due_at or now
            row.due_at = None
            if made is not None:
                row.notices += 1
                row.told = made.model_dump_json()
                kept = tables.Notice(session=row.session, number=row.notices, sent_at=made.sent_at, data=row.told)
                self._session.add(kept)
                sent.append((made, f"notice {row.notices}", at))
            self._session.add(row)
        await self._session.flush()
        return sent

    async def _campaigns(self) -> set[str]:
        sessions = (await self._session.exec(select(tables.Untold.session).where(tables.Untold.changes > 0))).all()
        return {session.rpartition("-")[0] for session in sessions}

    async def _set_hours(self) -> None:
        """Count the quiet time from the last change, by the service's own clock and not by the sender's."""
        # What an intake is writing just now is left for the next look: it holds the row and waits for our turn to end.
        undated = select(tables.Untold).where(tables.Untold.changes > 0, col(tables.Untold.due_at).is_(None))
        rows = (await self._session.exec(undated.with_for_update(skip_locked=True))).all()
        registries = await Plans().named(self._session, {row.session.rpartition("-")[0] for row in rows})
        values = {"sessions": [row.session for row in rows], "types": _CHANGES}
        found = await (await self._session.connection()).execute(_CHANGED, values)
        changed = {one.session: one.changed_at for one in found}
        for row in rows:
            quiet = registries[row.session.rpartition("-")[0]].plan.switches.notice_quiet
            row.since = row.since or changed[row.session]
            row.due_at = due(changed[row.session], row.since, quiet)
            self._session.add(row)
        await self._session.flush()

    async def _notice(self, registries: dict[str, Registry], row: tables.Untold) -> NoticeSent | None:
        registry = registries[row.session.rpartition("-")[0]]
        planned = registry.session(row.session)
        held = await self._session.get(tables.Session, row.session)
        if planned is None or held is None or row.due_at is None:
            return None
        last = NoticeSent.model_validate_json(row.told) if row.told else None
        return notice(
            registry,
            planned,
            state_of(held),
            Told(last.starts_at, last.venue) if last else Told(),
            await applications_of(self._session, row.session),
            sent_at=row.due_at,
            changes=row.changes,
            reason=row.reason,
        )

    async def of(self, campaign: str | None = None, session: str | None = None) -> list[tuple[int, NoticeSent]]:
        """List notices with their numbers within their session, the newest first."""
        table = tables.Notice
        query = select(table).order_by(col(table.sent_at).desc(), table.session)
        if session is not None:
            query = query.where(table.session == session)
        if campaign is not None:
            query = query.where(col(table.session).startswith(f"{campaign}-", autoescape=True))
        rows = (await self._session.exec(query)).all()
        return [(row.number, NoticeSent.model_validate_json(row.data)) for row in rows]


def state_of(row: tables.Session) -> Session:
    """Return a session's row as the domain's value."""
    return Session(*(getattr(row, name) for name in Session._fields))


async def applications_of(session: AsyncSession, name: str) -> Sequence[Application]:
    """Return a session's applications as the domain's values, in the order in which they were docketed."""
    query = text("""
        SELECT application.*, docketed
        FROM application LEFT JOIN (
            SELECT outbox.subject, max(sequence) AS docketed FROM outbox
            WHERE type = 'chunfeng.application.docketed.v1'
                AND outbox.subject IN (SELECT application.subject FROM application WHERE session = :session)
            GROUP BY outbox.subject
        ) AS entry ON entry.subject = application.subject
        WHERE session = :session ORDER BY docketed NULLS LAST, application.subject
    """)
    rows = (await (await session.connection()).execute(query, {"session": name})).all()
    return [application([getattr(row, field) for field in Application._fields]) for row in rows]
