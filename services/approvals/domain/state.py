"""What the approvals service knows of sessions and applications. Frozen values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from shared.events import ApprovalTotals, CampaignPlanned, Count
from shared.vocabulary import Formality, Level, Outcome, Scope, SessionKind


class Session(NamedTuple):
    """One session's life so far."""

    session: str
    scheduled_at: datetime | None = None
    venue: str | None = None
    opened_at: datetime | None = None
    opened_by: str | None = None
    closed_at: datetime | None = None


class Application(NamedTuple):
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
    followups: set[str] = field(default_factory=set)
