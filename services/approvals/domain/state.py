"""What the approvals service knows: the campaign's registry, its sessions, its applications. Frozen values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.approvals.domain.refusals import NoOwner
from shared.events import ApplicationEvent, ApprovalTotals, CampaignPlanned, Count, PlannedSession, Unit
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome, Scope, SessionKind


class Registry:
    """A campaign's units, sessions and owners of formalities, as planned."""

    def __init__(self, plan: CampaignPlanned) -> None:
        """Index a plan."""
        self.plan = plan
        self.sessions = {planned.session: planned for planned in plan.sessions}
        self._units = {(unit.level, unit.division, unit.bureau): unit for unit in plan.units}

    def session(self, name: str) -> PlannedSession | None:
        return self.sessions.get(name)

    def owner(self, application: ApplicationEvent) -> Unit:
        """Return the unit that decides an application (row 15)."""
        level, formality = application.level, application.formality
        planned = self.sessions[application.session]
        division = CITY_DIVISION if level is Level.CITY else planned.division
        bureau = self.plan.owners.get(level, {}).get(formality)
        unit = self._units.get((level, division, bureau)) if bureau else None
        if unit is None:
            raise NoOwner(path="data.formality", level=level.zh, formality=formality.zh)
        return unit


@dataclass(frozen=True, slots=True)
class Session:
    """One session's life so far."""

    session: str
    scheduled_at: datetime | None = None
    venue: str | None = None
    opened_at: datetime | None = None
    opened_by: str | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """One application's life so far; an application exists once it is docketed."""

    subject: str
    session: str
    project_code: str
    formality: Formality
    level: Level
    project_name: str
    scope: Scope
    owner_code: str
    owner_name: str
    withdrawn: str | None = None
    outcome: Outcome | None = None
    decision: str | None = None
    """The decision in force, as the JSON of its event's data."""
    amended: bool = False
    licences: int = 0


def totals(applications: Iterable[Application]) -> ApprovalTotals:
    """Count a session's applications by level, formality and outcome; withdrawn ones are counted apart (row 59)."""
    applications = list(applications)
    standing = [one for one in applications if one.withdrawn is None]
    counts = Counter((one.level, one.formality, one.outcome) for one in standing)
    order = {word: place for place, word in enumerate([*Level, *Formality, *Outcome])}
    return ApprovalTotals(
        docketed=len(applications),
        withdrawn=len(applications) - len(standing),
        licences=sum(one.licences for one in applications),
        counts=tuple(
            Count(level=level, formality=formality, outcome=outcome, applications=number)
            for (level, formality, outcome), number in sorted(
                counts.items(), key=lambda item: tuple(order.get(word, 99) if word else 99 for word in item[0])
            )
        ),
    )


def legal_levels(kind: SessionKind) -> tuple[Level, ...]:
    """Return the levels decided at: two jointly in a banner session, the city's alone in the city session (row 18)."""
    return (Level.CITY, Level.BANNER) if kind is SessionKind.BANNER else (Level.CITY,)


def legal_scopes(kind: SessionKind) -> tuple[Scope, ...]:
    """Return the lists of projects a kind of session deals with (row 14; notice §二(一)3, (五)3)."""
    return (Scope.CITY_KEY, Scope.BANNER_KEY) if kind is SessionKind.BANNER else (Scope.CITY_OWN,)


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    plans: list[CampaignPlanned] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    applications: set[str] = field(default_factory=set)
    licences: list[tuple[str, str, str]] = field(default_factory=list)
    """(issuing unit, number, application)."""
