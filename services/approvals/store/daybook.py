"""A session's day as its pages show it: docket, pre-reviews, queue and seats, read in one go."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain.owners import unit_at
from services.approvals.domain.prereview import Prereview
from services.approvals.domain.queue import Place, Stage, lined_up, next_of
from services.approvals.domain.seats import Seat, derive
from services.approvals.domain.state import Application, Departure, Session, totals
from services.approvals.store.day import place_of
from services.approvals.store.rows import application
from services.approvals.store.signings import prereview_of
from shared.campaign import Registry, UnknownSession
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationWithdrawn,
    ApprovalTotals,
    DocketLocked,
    PlannedSession,
    Unit,
)
from shared.history import poster_of
from shared.plans import Plans
from shared.vocabulary import Level

_STATE = text(f"SELECT {', '.join(Session._fields)} FROM session WHERE session = :session")  # noqa: S608  (own words)
_APPLICATIONS = text(
    f"SELECT {', '.join(Application._fields)} FROM application WHERE session = :session "  # noqa: S608  (likewise)
    "ORDER BY project_code, level, formality"
)
_PREREVIEWS = text(f"SELECT {', '.join(Prereview._fields)} FROM prereview WHERE session = :session")  # noqa: S608  (own words)
_PLACES = text("SELECT * FROM place WHERE session = :session ORDER BY number")
_SEATING = text("SELECT units FROM seating WHERE session = :session")
_DEPARTURES = text(
    "SELECT session, subject, reason, withdrawn FROM departure WHERE session = :session ORDER BY subject"
)
_LICENCES = text("SELECT issuer, number, subject FROM licence WHERE subject = ANY(CAST(:subjects AS text[]))")
_LOG = text("""
    SELECT event_id, type, envelope, recorded_at FROM outbox
    WHERE subject = ANY(CAST(:subjects AS text[])) AND type = ANY(CAST(:types AS text[]))
        AND envelope::jsonb #>> '{data,session}' = :session
    ORDER BY sequence DESC LIMIT 200
""")
_LOGGED: Final = (ApplicationDocketed, ApplicationWithdrawn, ApplicationPostponed, DocketLocked)


class Logged(NamedTuple):
    """One change of a docket: what, when it was recorded, by whom, whether after the lock, and why."""

    type: str
    at: datetime
    data: dict[str, Any]
    unit: str
    late: bool

    @property
    def reason(self) -> str | None:
        """What was said why."""
        reason: str | None = self.data.get("late_reason") or self.data.get("reason")
        return reason


@dataclass(frozen=True)
class Daybook:
    """What is known of one session's day."""

    registry: Registry
    planned: PlannedSession
    state: Session
    applications: tuple[Application, ...]
    departures: tuple[Departure, ...]
    prereviews: dict[str, Prereview]
    places: tuple[Place, ...]
    added: tuple[str, ...]
    """Units the host gave a seat."""
    licences: dict[str, tuple[str, ...]]
    """The numbers of the licences of an application."""

    @cached_property
    def standing(self) -> list[Application]:
        """The applications to be decided here, or decided."""
        return [one for one in self.applications if one.standing]

    @cached_property
    def queue(self) -> list[Place]:
        """The enterprises in their order."""
        return lined_up(self.places, self.applications)

    @property
    def next(self) -> Place | None:
        """Whose turn it is."""
        return next_of(self.queue)

    def at(self, *stages: Stage) -> list[Place]:
        """Return who is at one of these stages, by number."""
        return [place for place in self.queue if place.stage in stages]

    def of(self, owner_code: str) -> list[Application]:
        """Return an enterprise's standing applications."""
        return [one for one in self.standing if one.owner_code == owner_code]

    def unit(self, application: Application) -> Unit | None:
        """Return the unit that decides an application."""
        return unit_at(self.registry, self.planned.division, self.state, application.level, application.formality)

    def of_unit(self, code: str) -> list[Application]:
        """Return what a unit decides here."""
        return [one for one in self.standing if (unit := self.unit(one)) is not None and unit.code == code]

    @cached_property
    def seats(self) -> list[Seat]:
        """The seats, one for each unit, in the registry's order."""
        return derive(self.registry, self.state, self.standing, self.added)

    @cached_property
    def totals(self) -> ApprovalTotals:
        """The session's figures as they stand."""
        return totals(self.applications, self.departures)

    def levels(self) -> tuple[Level, ...]:
        """Return the levels with anything on the docket."""
        return tuple(level for level in Level if any(one.level is level for one in self.standing))


class Daybooks:
    """Reads days within one database session."""

    def __init__(self, session: AsyncSession, plans: Plans) -> None:
        """Take the session, and the plans read so far."""
        self._session = session
        self._plans = plans

    async def of(self, name: str) -> Daybook:
        """Return a session's day, or refuse a session that nobody has planned."""
        campaign = name.rpartition("-")[0]
        registry = (await self._plans.named(self._session, {campaign})).get(campaign)
        planned = registry.session(name) if registry is not None else None
        if registry is None or planned is None:
            raise UnknownSession(path="session", session=name[:64])
        (state,) = await self._rows(_STATE, session=name)
        applications = tuple(application(row) for row in await self._rows(_APPLICATIONS, session=name))
        licences: dict[str, tuple[str, ...]] = {}
        for row in await self._rows(_LICENCES, subjects=[one.subject for one in applications if one.licences]):
            licences[row.subject] = (*licences.get(row.subject, ()), row.number)
        seating = [json.loads(row.units) for row in await self._rows(_SEATING, session=name)]
        return Daybook(
            registry=registry,
            planned=planned,
            state=Session(*state),
            applications=applications,
            departures=tuple(Departure(*row) for row in await self._rows(_DEPARTURES, session=name)),
            prereviews={row.subject: prereview_of(row) for row in await self._rows(_PREREVIEWS, session=name)},
            places=tuple(place_of(row) for row in await self._rows(_PLACES, session=name)),
            added=tuple(seating[0]) if seating else (),
            licences=licences,
        )

    async def log_of(self, book: Daybook) -> list[Logged]:
        """List the changes of a docket, the newest first; each says who made it and, after the lock, why (row 16)."""
        types = [kind.type for kind in _LOGGED]
        entries = []
        subjects = [one.subject for one in book.applications] + [one.subject for one in book.departures]
        values = {"types": types, "subjects": [book.planned.session, *subjects], "session": book.planned.session}
        for row in await self._rows(_LOG, **values):
            data, code = json.loads(row.envelope)["data"], poster_of(row.event_id) or ""
            unit = book.registry.unit(code)
            entries.append(Logged(row.type, row.recorded_at, data, unit.name if unit else code, bool(data.get("late"))))
        return entries

    async def _rows(self, query: Any, **values: Any) -> Any:  # noqa: ANN401  (a statement, and its rows)
        return (await (await self._session.connection()).execute(query, values)).all()
