"""A forum as people look at it: everything that makes it up, read at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain.gathering import Consultation, Minutes, Need, Participant, Speech
from services.forums.domain.readiness import Prepared
from services.forums.domain.state import Forum
from services.forums.store.rows import state_of
from shared.campaign import Registry, UnknownSession
from shared.events import (
    AgendaSet,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    Event,
    PlannedSession,
    SpeakersListed,
    VehiclesArranged,
)
from shared.plans import Plans

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Gathering:
    """A forum as it stands."""

    registry: Registry
    session: PlannedSession
    prepared: Prepared
    needs: Sequence[Need] = ()
    speeches: Sequence[Speech] = ()
    consultations: Sequence[Consultation] = ()
    teams: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)

    @property
    def forum(self) -> Forum:
        """The forum itself."""
        return self.prepared.forum

    @property
    def roster(self) -> Mapping[str, Participant]:
        """Everybody on the roster, its waitlist, and who has withdrawn."""
        return self.prepared.roster

    def unit_name(self, code: str) -> str:
        """Return a unit's name, or its code where the campaign does not know it."""
        unit = self.registry.unit(code)
        return unit.name if unit is not None else code

    def of(self, one: Participant) -> str:
        """Return whom somebody stands for: an enterprise, or a unit by its name."""
        return one.organisation or self.unit_name(one.unit)


class Gatherings:
    """Reads of forums as they stand."""

    def __init__(self, session: AsyncSession, plans: Plans) -> None:
        """Read within one database session, with the plans read so far."""
        self._session = session
        self._plans = plans

    async def all(self) -> list[Gathering]:
        """Return every planned forum with what it is prepared, in the order of the sessions."""
        names = (await self._session.exec(select(tables.Forum.session))).all()
        found = [one for name in names if (one := await self._find(name)) is not None]
        return sorted(found, key=lambda one: (one.session.session.rpartition("-")[0], one.session.position))

    async def of(self, session: str) -> Gathering:
        """Return a session's forum."""
        gathering = await self._find(session)
        if gathering is None:
            raise UnknownSession(session=session)
        return gathering

    async def _find(self, name: str) -> Gathering | None:
        row = await self._session.get(tables.Forum, name)
        campaign = name.rpartition("-")[0]
        registry = (await self._plans.named(self._session, {campaign})).get(campaign)
        planned = registry.session(name) if registry is not None else None
        if row is None or registry is None or planned is None:
            return None
        return Gathering(
            registry=registry,
            session=planned,
            prepared=await self._prepared(registry, state_of(Forum, row)),
            needs=await self._needs(name),
            speeches=await self._speeches(name),
            consultations=await self._consultations(name),
            teams=await self._teams(name),
        )

    async def _prepared(self, registry: Registry, forum: Forum) -> Prepared:
        name = forum.session
        persons = await self._session.exec(select(tables.Participant).where(col(tables.Participant.session) == name))
        query = select(tables.Arrangement).where(col(tables.Arrangement.session) == name)
        kept = {row.kind: row.data for row in await self._session.exec(query)}

        def arranged(kind: type[E]) -> E | None:
            return kind.model_validate(kept[kind.type]) if kind.type in kept else None

        return Prepared(
            registry=registry,
            forum=forum,
            roster={row.participant: state_of(Participant, row) for row in persons},
            invitation=arranged(DepartmentsInvited),
            agenda=arranged(AgendaSet),
            speakers=arranged(SpeakersListed),
            seats=arranged(ConsultationSeatsStaffed),
            vehicles=arranged(VehiclesArranged),
        )

    async def _needs(self, name: str) -> list[Need]:
        rows = await self._session.exec(select(tables.Need).where(col(tables.Need.session) == name))
        return sorted((state_of(Need, row) for row in rows if row.enterprise), key=lambda one: one.need)

    async def _speeches(self, name: str) -> list[Speech]:
        rows = await self._session.exec(select(tables.Speech).where(col(tables.Speech.session) == name))
        return sorted((state_of(Speech, row) for row in rows), key=lambda one: one.number)

    async def _consultations(self, name: str) -> list[Consultation]:
        rows = await self._session.exec(select(tables.Consultation).where(col(tables.Consultation.session) == name))
        return sorted((state_of(Consultation, row) for row in rows), key=lambda one: one.given_at)

    async def _teams(self, name: str) -> dict[str, list[dict[str, str]]]:
        rows = await self._session.exec(select(tables.Team).where(col(tables.Team.session) == name))
        return {row.team: row.people for row in sorted(rows, key=lambda one: one.team)}

    async def minutes_of(self, session: str) -> list[Minutes]:
        """Return every revision of a forum's minutes, the newest first."""
        table = tables.Minutes
        rows = await self._session.exec(select(table).where(col(table.session) == session))
        return sorted((state_of(Minutes, row) for row in rows), key=lambda one: -one.revision)
