"""What the approvals service knows of sessions and applications. Frozen values."""

import json
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
    docket_locked_at: datetime | None = None
    owners: str | None = None
    """Which formalities were given to another bureau here than in the plan, as JSON: level/formality → bureau."""
    venue_kind: str | None = None
    actions: str | None = None
    """The plan of its actions, as JSON."""
    cancelled_at: datetime | None = None
    ready_at: datetime | None = None
    moves: int = 0
    """How often its date, place or plan has changed: calendars go by it."""


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
    postponed: str | None = None
    """Why it was put off; it is docketed anew in another session, or stays in this one's ledger."""

    @property
    def standing(self) -> bool:
        """Whether it is to be decided at this session, or has been."""
        return self.withdrawn is None and self.postponed is None


class Departure(NamedTuple):
    """An application that left a session's docket and is on another's now; the ledger of the first still has it."""

    session: str
    subject: str
    reason: str
    withdrawn: bool
    """Withdrawn and applied for anew, or else postponed."""


class First(NamedTuple):
    """The post an application's docketing or decision came from, for whoever posts the same again."""

    event_id: str
    unit: str


def documents(applications: Iterable[Application]) -> set[tuple[Level, str]]:
    """Return the documents in force: one may close two formalities of a project (row 22; 林草手续一文批复)."""
    decisions = [(one.level, json.loads(one.decision)) for one in applications if one.decision]
    return {(level, data["document_number"]) for level, data in decisions if data.get("document_number")}


def totals(applications: Iterable[Application], departures: Iterable[Departure] = ()) -> ApprovalTotals:
    """Count a session's applications by level, formality and outcome; those that left are counted apart (row 59)."""
    applications, departures = list(applications), list(departures)
    standing = [one for one in applications if one.standing]
    counts = Counter((one.level, one.formality, one.outcome) for one in standing)
    order = {word: place for place, word in enumerate([*Level, *Formality, *Outcome])}
    withdrawn = sum(one.withdrawn is not None for one in applications) + sum(one.withdrawn for one in departures)
    return ApprovalTotals(
        docketed=len(applications) + len(departures),
        withdrawn=withdrawn,
        postponed=len(applications) + len(departures) - len(standing) - withdrawn,
        documents=len(documents(standing)),
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


DutyKey = tuple[str, str, str, str]
"""A unit's duty: campaign, session or nothing if it is owed once, duty, unit."""


class Fulfilment(NamedTuple):
    """How a unit's duty stands; without a moment it is open, having been taken back."""

    campaign: str
    session: str
    duty: str
    unit: str
    fulfilled_at: datetime | None = None
    note: str | None = None
    evidence: str | None = None

    @property
    def key(self) -> DutyKey:
        """Whose duty it is."""
        return self.campaign, self.session, self.duty, self.unit


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    plans: list[CampaignPlanned] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    applications: set[str] = field(default_factory=set)
    licences: set[tuple[str, str]] = field(default_factory=set)
    """Numbers, by their issuer, that were taken or set free."""
    followups: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    """Applications put off or docketed anew: the row gets another project or session."""
    departures: list[Departure] = field(default_factory=list)
    prereviews: set[str] = field(default_factory=set)
    projects: set[tuple[str, str]] = field(default_factory=set)
    """Registered or mended: (campaign, project code)."""
    places: set[tuple[str, str]] = field(default_factory=set)
    documents: list[tuple[str, str, str]] = field(default_factory=list)
    """(issuing unit, document number, project)."""
    seats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Units given a seat beside those the docket needs, by session."""
    untold: dict[str, str | None] = field(default_factory=dict)
    """Sessions whose date or place changed, of which those concerned are to be told, with the reason."""
    duties: set[DutyKey] = field(default_factory=set)
