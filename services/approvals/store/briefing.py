"""Sessions as their pages and programs show them: state, plan, duties, life, notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals import tables
from services.approvals.domain.actions import read_actions
from services.approvals.domain.lifecycle import SessionStage, Step, called_off, light_of, stage_of, timeline
from services.approvals.domain.matrix import Owed, all_owed, of_unit, owed_to
from services.approvals.domain.state import DutyKey, Fulfilment, Session
from services.approvals.store.notices import state_of
from services.approvals.store.preparation import duties_of
from shared.campaign import Registry, UnknownSession
from shared.clock import shanghai_date
from shared.events import PlannedAction, PlannedSession
from shared.outbox import facts_of
from shared.plans import Plans
from shared.vocabulary import SessionKind


class DutyLine(BaseModel):
    """A unit's duty as it stands."""

    model_config = ConfigDict(frozen=True)
    campaign: str
    session: str | None
    """Nothing for what is owed once."""
    session_name: str | None
    duty: str
    ref: str
    title: str
    title_en: str
    source: str
    unit: str
    unit_name: str
    gate: bool
    done: bool
    fulfilled_at: datetime | None
    note: str | None
    evidence: str | None
    due: date | None
    light: str


class SessionView(BaseModel):
    """A session as it stands."""

    model_config = ConfigDict(frozen=True)
    session: str
    name: str
    kind: SessionKind
    division: str
    position: int
    stage: SessionStage
    scheduled_at: datetime | None
    venue: str | None
    venue_kind: str | None
    actions: tuple[PlannedAction, ...]
    cancelled_at: datetime | None
    docket_locked_at: datetime | None
    ready_at: datetime | None
    opened_at: datetime | None
    opened_by: str | None
    closed_at: datetime | None
    bulletin_number: int | None
    bulletin_issued_at: datetime | None
    moves: int
    duties: int
    """Those it waits for."""
    duties_done: int


@dataclass(frozen=True, slots=True)
class Brief:
    """One session with what belongs to it."""

    registry: Registry
    planned: PlannedSession
    state: Session
    view: SessionView
    duties: Sequence[DutyLine]

    @property
    def missing(self) -> list[DutyLine]:
        """What the session still waits for."""
        return [one for one in self.duties if one.gate and not one.done]


class Briefings:
    """Reads sessions within one database session."""

    def __init__(self, session: AsyncSession, plans: Plans, now: datetime) -> None:
        """Take the session, the plans read so far and the hour."""
        self._session = session
        self._plans = plans
        self._today = shanghai_date(now)

    async def campaigns(self) -> Sequence[str]:
        """Name the campaigns, the one planned last first."""
        rows = await self._session.exec(select(tables.Campaign.campaign).order_by(col(tables.Campaign.campaign).desc()))
        return rows.all()

    async def registry(self, campaign: str) -> Registry | None:
        """Return a campaign's plan."""
        return (await self._plans.named(self._session, {campaign})).get(campaign)

    async def of(self, session: str) -> Brief:
        """Return one session, or refuse a name that no campaign has."""
        registry = await self.registry(session.rpartition("-")[0])
        planned = registry.session(session) if registry is not None else None
        row = await self._session.get(tables.Session, session) if planned is not None else None
        if registry is None or planned is None or row is None:
            raise UnknownSession(path="session", session=session[:80])
        known = await self._known(registry)
        return self._brief(registry, planned, row, known)

    async def all_of(self, registry: Registry) -> list[Brief]:
        """Return a campaign's sessions in their order."""
        names = [one.session for one in registry.plan.sessions]
        rows = (await self._session.exec(select(tables.Session).where(col(tables.Session.session).in_(names)))).all()
        found, known = {row.session: row for row in rows}, await self._known(registry)
        sessions = sorted(registry.plan.sessions, key=lambda one: one.position)
        return [self._brief(registry, one, found[one.session], known) for one in sessions if one.session in found]

    async def duties(self, registry: Registry, unit: str | None = None) -> list[DutyLine]:
        """List everything owed in a campaign, or what one unit owes."""
        owed, known = all_owed(registry), await self._known(registry)
        dates = {brief.planned.session: brief.state.scheduled_at for brief in await self.all_of(registry)}
        return [self._line(registry, one, known, dates) for one in (of_unit(owed, unit) if unit else owed)]

    async def life_of(self, brief: Brief) -> Sequence[Step]:
        """Return who did what when with a session."""
        campaign = brief.registry.plan.campaign
        facts = [*await facts_of(self._session, campaign), *await facts_of(self._session, brief.planned.session)]
        number, issued_at = brief.view.bulletin_number, brief.view.bulletin_issued_at
        return timeline(brief.registry, facts, (number, issued_at) if number and issued_at else None)

    async def called_off(self, brief: Brief) -> tuple[tuple[PlannedAction, ...], str]:
        """Return the plan that a cancelled session had, and why it was cancelled."""
        return called_off(await facts_of(self._session, brief.planned.session))

    async def _known(self, registry: Registry) -> dict[DutyKey, Fulfilment]:
        return await duties_of(await self._session.connection(), {registry.plan.campaign})

    def _brief(
        self, registry: Registry, planned: PlannedSession, row: tables.Session, known: dict[DutyKey, Fulfilment]
    ) -> Brief:
        dates = {planned.session: row.scheduled_at}
        duties = [self._line(registry, one, known, dates) for one in owed_to(registry, planned)]
        gates = [one for one in duties if one.gate]
        state = state_of(row)
        view = SessionView(
            name=planned.name,
            kind=planned.kind,
            division=planned.division,
            position=planned.position,
            stage=stage_of(state, row.bulletin_number),
            actions=read_actions(row.actions),
            duties=len(gates),
            duties_done=sum(one.done for one in gates),
            **row.model_dump(exclude={"actions", "owners"}),
        )
        return Brief(registry, planned, state, view, duties)

    def _line(
        self, registry: Registry, owed: Owed, known: dict[DutyKey, Fulfilment], dates: dict[str, datetime | None]
    ) -> DutyLine:
        found, duty = known.get(owed.key), owed.duty
        # What is owed once has to be there for the first of the sessions.
        days = [moment for name, moment in dates.items() if moment is not None and owed.session in ("", name)]
        due = shanghai_date(min(days)) - timedelta(days=duty.days_before) if days else None
        done = found is not None and found.fulfilled_at is not None
        planned = registry.session(owed.session)
        return DutyLine(
            campaign=owed.campaign,
            session=owed.session or None,
            session_name=planned.name if planned else None,
            **duty.model_dump(include={"duty", "ref", "title", "title_en", "source", "gate"}),
            unit=owed.unit.code,
            unit_name=owed.unit.name,
            done=done,
            fulfilled_at=found.fulfilled_at if found else None,
            note=found.note if found else None,
            evidence=found.evidence if found and done else None,
            due=due,
            light=light_of(due, self._today, done=done),
        )
