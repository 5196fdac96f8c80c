"""What is known of a site survey: the spring-start venues filed, candidates and choices, findings, the end. Frozen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.forums.domain.attendance import came
from services.forums.domain.gathering import Participant
from shared.campaign import Registry
from shared.events import StartingProject, SurveyTotals
from shared.vocabulary import ForumClass


class Picked(StrEnum):
    """How far a project is from being visited."""

    CANDIDATE = "candidate"
    CHOSEN = "chosen"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Site:
    """A spring-start venue as its banner filed it last."""

    session: str
    site: str
    kind: str
    place: str
    starts_on: date
    preparation: str
    lacking: list[str]
    projects: list[dict[str, Any]]

    @property
    def ready(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacking

    def project(self, code: str) -> StartingProject | None:
        """Return a project of its list."""
        found = next((one for one in self.projects if one["project_code"] == code), None)
        return StartingProject.model_validate(found) if found else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A project that may be, or is, visited."""

    session: str
    project_code: str
    site: str
    state: str
    project: dict[str, Any]
    proposed_at: datetime | None = None
    chosen_at: datetime | None = None
    chosen_by: str | None = None
    dropped: str | None = None
    """Why it is not visited after all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found on a project's site, and the issue it has become."""

    session: str
    finding: str
    project_code: str
    topic: str
    text: str
    found_at: datetime
    photos: list[str]
    issue: str
    late: bool
    """Recorded after the survey had been counted."""


@dataclass(frozen=True, slots=True)
class Survey:
    """How a session's survey ended: held, with its control totals, or called off."""

    session: str
    held_at: datetime | None = None
    """Nothing if it was called off."""
    started_at: datetime | None = None
    presented_by: list[dict[str, Any]] = field(default_factory=list)
    situation: str | None = None
    projects: int = 0
    findings: int = 0
    city: int = 0
    banner: int = 0
    owners: int = 0
    corrections: int = 0
    correction: str | None = None
    """Why what was told of it was replaced last."""
    called_off: str | None = None
    """Why it is not held."""
    called_off_at: datetime | None = None
    called_off_by: str | None = None

    @property
    def totals(self) -> SurveyTotals:
        """Its control totals."""
        return SurveyTotals(**{name: getattr(self, name) for name in SurveyTotals.model_fields})


@dataclass
class Surveyed:
    """What bears on a group's events about surveys; whole for every session such an event names."""

    sites: dict[tuple[str, str], Site] = field(default_factory=dict)
    choices: dict[tuple[str, str], Choice] = field(default_factory=dict)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    ended: dict[str, Survey] = field(default_factory=dict)
    """By session: held, or called off."""
    photos: set[tuple[str, str]] = field(default_factory=set)
    """The pictures uploaded, by session and hash, of those the group's findings name."""

    def held_at(self, session: str) -> datetime | None:
        """Return when a session's survey was over, if it was held."""
        ended = self.ended.get(session)
        return ended.held_at if ended is not None else None

    def findings_of(self, session: str, project_code: str | None = None) -> list[Finding]:
        """Return what was found on a session's survey, or at one project of it."""
        mine = [one for one in self.findings.values() if one.session == session]
        return [one for one in mine if project_code in (None, one.project_code)]

    def chosen(self, session: str) -> list[Choice]:
        """Return the projects chosen for a session's survey and not dropped, in the order of the choice."""
        mine = [one for one in self.choices.values() if one.session == session and one.state == Picked.CHOSEN]
        return sorted(mine, key=lambda one: (one.chosen_at is None, one.chosen_at, one.project_code))


class Side(StrEnum):
    """In what capacity somebody is on the survey."""

    CITY = "city"
    BANNER = "banner"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Surveyor:
    """A place on the survey's roster."""

    side: Side
    name: str
    unit: str
    post: str
    instead_of: str | None = None


def roster(registry: Registry, participants: Iterable[Participant], chosen: Iterable[Choice]) -> list[Surveyor]:
    """Derive who goes: the city's and the banner's people who really were at the forum, and the owners (row 44)."""
    there, everybody = list[Surveyor](), list(participants)
    for side, kind in ((Side.CITY, ForumClass.CITY), (Side.BANNER, ForumClass.BANNER)):
        for one in came(everybody, kind):
            unit = registry.unit(one.unit)
            name = unit.name if unit else one.organisation or one.unit
            there.append(Surveyor(side, one.name, name, one.post, one.instead_of))
    owners = {one.project["owner_code"]: one.project["owner_name"] for one in chosen}
    return [*there, *(Surveyor(Side.OWNER, "—", name, "项目业主负责人") for name in owners.values())]


def totals(going: Iterable[Surveyor], projects: int, findings: int) -> SurveyTotals:
    """Count a survey: what its bulletin must show (rows 59, 64)."""
    sides = [one.side for one in going]
    return SurveyTotals(
        projects=projects,
        findings=findings,
        city=sides.count(Side.CITY),
        banner=sides.count(Side.BANNER),
        owners=sides.count(Side.OWNER),
    )
