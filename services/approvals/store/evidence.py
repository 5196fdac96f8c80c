"""Duties that facts show done, kept until the service has published it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals import tables
from services.approvals.domain.evidence import Shown, campaign_of, reviewed_shares, shown_done
from services.approvals.domain.state import DutyKey, Fulfilment
from services.approvals.store.notices import applications_of, state_of
from services.approvals.store.preparation import duties_of
from shared.campaign import Registry
from shared.events import BulletinIssued, DutyFulfilled, SessionEvent
from shared.plans import Plans

_KEEP = text("""
    INSERT INTO duty (campaign, session, duty, unit, fulfilled_at, note, evidence, untold)
    VALUES (:campaign, :session, :duty, :unit, :fulfilled_at, NULL, :evidence, true)
    ON CONFLICT (campaign, session, duty, unit) DO UPDATE SET fulfilled_at = excluded.fulfilled_at, note = NULL,
        evidence = excluded.evidence, untold = true
    WHERE duty.fulfilled_at IS NULL
""")
_IS_DUE = text("SELECT EXISTS (SELECT FROM duty WHERE untold)")
# A duty that an intake is writing just now is left for the next look: it holds the row and waits for our turn to end.
_PUBLISH = text("""
    UPDATE duty SET untold = false FROM (SELECT campaign, session, duty, unit FROM duty WHERE untold
        FOR UPDATE SKIP LOCKED) AS mine
    WHERE (duty.campaign, duty.session, duty.duty, duty.unit) = (mine.campaign, mine.session, mine.duty, mine.unit)
    RETURNING duty.campaign, duty.session, duty.duty, duty.unit, fulfilled_at, evidence
""")
_ISSUED = text("""
    UPDATE session SET bulletin_number = :number, bulletin_issued_at = :issued_at
    WHERE session = :session AND bulletin_number IS NULL
""")


class Evidence:
    """Takes facts and keeps which duties they show done, within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        """Take the session."""
        self._session = session
        self._known: dict[DutyKey, Fulfilment] = {}

    async def take(self, facts: Sequence[Shown]) -> None:
        """Keep what facts show; of campaigns without duties, nothing."""
        campaigns = {name for one in facts if (name := campaign_of(one.event)) is not None}
        registries = await Plans().named(self._session, campaigns)
        connection = await self._session.connection()
        self._known = await duties_of(connection, set(registries))
        for one in facts:
            registry = registries.get(campaign_of(one.event) or "")
            if registry is None or not registry.plan.duties:
                continue
            reviewed = await self._reviewed(registry, one)
            for done in shown_done(registry, one, self._known, reviewed):
                self._known[done.key] = done
                await connection.execute(_KEEP, done._asdict())

    async def _reviewed(self, registry: Registry, shown: Shown) -> dict[str, bool]:
        event = shown.event
        row = await self._session.get(tables.Session, event.session) if isinstance(event, SessionEvent) else None
        if row is None:
            return {}
        query = select(tables.Prereview.subject).where(
            tables.Prereview.session == row.session, col(tables.Prereview.passed)
        )
        passed = set((await self._session.exec(query)).all())
        return reviewed_shares(registry, state_of(row), await applications_of(self._session, row.session), passed)

    async def is_due(self) -> bool:
        """Tell whether a duty was shown done that nobody has been told of."""
        return bool((await (await self._session.connection()).execute(_IS_DUE)).scalar_one())

    async def publish(self) -> list[tuple[DutyFulfilled, str, datetime]]:
        """Return the facts of the duties shown done, each with its cause and its hour."""
        rows = await (await self._session.connection()).execute(_PUBLISH)
        facts = []
        for row in sorted(rows, key=lambda row: (row.fulfilled_at, row.session, row.duty, row.unit)):
            event = DutyFulfilled(
                campaign=row.campaign,
                session=row.session or None,
                duty=row.duty,
                unit=row.unit,
                fulfilled_at=row.fulfilled_at,
                evidence=row.evidence,
            )
            facts.append((event, f"{row.unit} {row.evidence}", row.fulfilled_at))
        return facts

    async def issued(self, bulletins: Sequence[BulletinIssued]) -> None:
        """Keep the number and hour of sessions' bulletins; a revision changes neither."""
        connection = await self._session.connection()
        for one in bulletins:
            values = {"session": one.session, "number": one.number, "issued_at": one.issued_at}
            await connection.execute(_ISSUED, values)
