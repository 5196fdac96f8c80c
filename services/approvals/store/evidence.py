"""Duties that facts show done, kept until the service has published it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals import tables
from services.approvals.domain.evidence import (
    ON_THE_DOCKET,
    WORSENING,
    Shown,
    campaign_of,
    lacking,
    reviewed_shares,
    shown_done,
)
from services.approvals.domain.matrix import owed_to
from services.approvals.domain.state import DutyKey, Fulfilment
from services.approvals.store.notices import applications_of, state_of
from services.approvals.store.preparation import duties_of
from shared.campaign import Registry
from shared.events import BulletinIssued, DutyEvent, DutyFulfilled, DutyReopened, Event
from shared.plans import Plans

_KEEP = text("""
    INSERT INTO duty (campaign, session, duty, unit, fulfilled_at, note, evidence, untold)
    VALUES (:campaign, :session, :duty, :unit, :fulfilled_at, NULL, :evidence, true)
    ON CONFLICT (campaign, session, duty, unit) DO UPDATE SET fulfilled_at = excluded.fulfilled_at, note = NULL,
        evidence = excluded.evidence, untold = true
    WHERE duty.fulfilled_at IS NULL
""")
_TAKE_BACK = text("""
    UPDATE duty SET fulfilled_at = NULL, note = :note, evidence = :evidence, untold = true
    WHERE (campaign, session, duty, unit) = (:campaign, :session, :duty, :unit)
        AND fulfilled_at IS NOT NULL AND evidence IS NOT NULL
""")
_LOCK = text("""
    SELECT FROM session WHERE session = ANY(CAST(:sessions AS text[])) ORDER BY session FOR NO KEY UPDATE
""")
_UNREADY = text("""
    UPDATE session SET ready_at = NULL
    WHERE session = ANY(CAST(:sessions AS text[])) AND ready_at IS NOT NULL AND opened_at IS NULL
""")
# Of what is told again the newest word counts, in whatever order it comes.
_SAID = text("""
    INSERT INTO saying (session, type, subject, version, lacking)
    VALUES (:session, :type, :subject, :version, :lacking)
    ON CONFLICT (session, type, subject) DO UPDATE SET version = excluded.version, lacking = excluded.lacking
    WHERE saying.version < excluded.version
""")
_LACKING = text("""
    SELECT lacking FROM saying WHERE session = :session AND type = :type AND lacking IS NOT NULL ORDER BY subject
""")
_IS_DUE = text("SELECT EXISTS (SELECT FROM duty WHERE untold)")
# A duty that an intake is writing just now is left for the next look: it holds the row and waits for our turn to end.
_PUBLISH = text("""
    UPDATE duty SET untold = false FROM (SELECT campaign, session, duty, unit FROM duty WHERE untold
        FOR UPDATE SKIP LOCKED) AS mine
    WHERE (duty.campaign, duty.session, duty.duty, duty.unit) = (mine.campaign, mine.session, mine.duty, mine.unit)
    RETURNING duty.campaign, duty.session, duty.duty, duty.unit, fulfilled_at, note, evidence
""")
_ISSUED = text("""
    UPDATE session SET bulletin_number = :number, bulletin_issued_at = :issued_at
    WHERE session = :session AND bulletin_number IS NULL
""")


class Evidence:
    """Takes facts and keeps which duties they show done, or done no longer, within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        """Take the session."""
        self._session = session
        self._known: dict[DutyKey, Fulfilment] = {}
        self._reviewed: dict[str, dict[str, bool]] = {}

    async def take(self, facts: Sequence[Shown]) -> None:
        """Keep what facts show; of campaigns without duties, nothing."""
        campaigns = {name for one in facts if (name := campaign_of(one.event)) is not None}
        found = await Plans().named(self._session, campaigns)
        registries = {name: one for name, one in found.items() if one.plan.duties}
        mine = [one for one in facts if campaign_of(one.event) in registries]
        if not mine:
            return
        connection = await self._session.connection()
        # Sessions before duties, as the intake locks them: who declares one ready sees what was taken back, or waits.
        sessions = {one.event.session for one in mine if isinstance(one.event, (*WORSENING, *ON_THE_DOCKET))}
        await connection.execute(_LOCK, {"sessions": sorted(sessions)})
        self._known = await duties_of(connection, set(registries))
        for one in mine:
            await self._show(connection, registries[campaign_of(one.event) or ""], one)

    async def _show(self, connection: AsyncConnection, registry: Registry, shown: Shown) -> None:
        event, wrong = shown.event, None
        if isinstance(event, WORSENING):
            newest, wrong = await _newest(connection, shown)
            if not newest:
                return
        reviewed = await self._shares(registry, event)
        for now in shown_done(registry, shown, self._known, reviewed, wrong=wrong):
            self._known[now.key] = now
            if now.fulfilled_at is not None:
                await connection.execute(_KEEP, now._asdict())
            elif (await connection.execute(_TAKE_BACK, now._asdict())).rowcount:
                await self._unready(connection, registry, now)

    async def _unready(self, connection: AsyncConnection, registry: Registry, undone: Fulfilment) -> None:
        """Take readiness back with a duty that it waits for; a session under way stays what it is."""
        waiting = [
            planned.session
            for planned in registry.plan.sessions
            if any(one.duty.gate and one.key == undone.key for one in owed_to(registry, planned))
        ]
        await connection.execute(_UNREADY, {"sessions": waiting})

    async def _shares(self, registry: Registry, event: Event) -> dict[str, bool]:
        """Tell of units' shares of the event's docket, read once for all facts of a group."""
        if not isinstance(event, ON_THE_DOCKET):
            return {}
        if event.session not in self._reviewed:
            self._reviewed[event.session] = await self._read_shares(registry, event.session)
        return self._reviewed[event.session]

    async def _read_shares(self, registry: Registry, name: str) -> dict[str, bool]:
        row = await self._session.get(tables.Session, name)
        if row is None:
            return {}
        query = select(tables.Prereview.subject).where(tables.Prereview.session == name, col(tables.Prereview.passed))
        passed = set((await self._session.exec(query)).all())
        applications = await applications_of(self._session, name) if row.docket_locked_at is not None else []
        return reviewed_shares(registry, state_of(row), applications, passed)

    async def is_due(self) -> bool:
        """Tell whether a duty was shown done that nobody has been told of."""
        return bool((await (await self._session.connection()).execute(_IS_DUE)).scalar_one())

    async def publish(self, now: datetime) -> list[tuple[DutyEvent, str, datetime]]:
        """Return the facts of the duties shown done, or done no longer, each with its cause and its hour."""
        rows = await (await self._session.connection()).execute(_PUBLISH)
        facts: list[tuple[DutyEvent, str, datetime]] = []
        for row in sorted(rows, key=lambda row: (row.fulfilled_at or now, row.session, row.duty, row.unit)):
            at = row.fulfilled_at or now
            whose = {"campaign": row.campaign, "session": row.session or None, "duty": row.duty, "unit": row.unit}
            event: DutyEvent
            if row.fulfilled_at is not None:
                event, cause = (
                    DutyFulfilled(**whose, fulfilled_at=at, evidence=row.evidence),
                    f"{row.unit} {row.evidence}",
                )
            else:
                event = DutyReopened(**whose, reopened_at=at, reason=row.note, evidence=row.evidence)
                cause = f"{row.unit} undone by {row.evidence}"
            facts.append((event, cause, at))
        return facts

    async def issued(self, bulletins: Sequence[BulletinIssued]) -> None:
        """Keep the number and hour of sessions' bulletins; a revision changes neither."""
        connection = await self._session.connection()
        for one in bulletins:
            values = {"session": one.session, "number": one.number, "issued_at": one.issued_at}
            await connection.execute(_ISSUED, values)


async def _newest(connection: AsyncConnection, shown: Shown) -> tuple[bool, str | None]:
    """Keep what a fact says of its subject; tell whether it is the newest word, and what is lacking by all of them."""
    event = shown.event
    about = {"session": getattr(event, "session", ""), "type": event.type}
    said = about | {"subject": event.subject, "version": shown.version, "lacking": lacking(event)}
    if not (await connection.execute(_SAID, said)).rowcount:
        return False, None
    rows = (await connection.execute(_LACKING, about)).scalars().all()
    return True, rows[0] if rows else None
