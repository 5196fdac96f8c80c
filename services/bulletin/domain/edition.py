"""An edition: everything one printed bulletin says, as data. Its canonical JSON is what is hashed and kept."""

import hashlib
import json
from datetime import date, datetime

from services.bulletin.domain.pieces import (
    Attendance,
    Cancelled,
    FollowedUp,
    Forum,
    Issue,
    Piece,
    Progress,
    Survey,
    SurveyDay,
    Team,
    Visits,
)
from shared.events import SignOff
from shared.vocabulary import Distribution, Formality, Level, Outcome, Series, SessionKind

__all__ = [
    "Addressee",
    "Application",
    "Attendance",
    "Cancelled",
    "Cell",
    "Change",
    "Compared",
    "Edition",
    "FollowedUp",
    "Forum",
    "Issue",
    "Licence",
    "Owed",
    "Piece",
    "Progress",
    "Survey",
    "SurveyDay",
    "Team",
    "Totals",
    "Visits",
    "Withdrawn",
]
TEMPLATE = "2026-5"
"""Version of the page; part of the edition, so that a new page never passes for an old one."""


class Licence(Piece):
    """A licence issued on the spot."""

    licence_type: str
    number: str


class Application(Piece):
    """One row of the table of approvals; no outcome means the unit still owes its decision."""

    number: int
    project_code: str
    project_name: str
    owner_name: str
    level: Level
    formality: Formality
    unit: str
    outcome: Outcome | None
    document_number: str | None = None
    licences: tuple[Licence, ...] = ()
    commitment_letter: str | None = None
    missing: tuple[str, ...] = ()
    due: date | None = None
    target_body: str | None = None
    opinion: str | None = None
    amended: bool = False
    docketed: bool = True


class Withdrawn(Piece):
    """An application taken off the docket, or put off to another session, with the reason."""

    project_code: str
    project_name: str
    level: Level
    formality: Formality
    reason: str
    postponed: bool = False


class Cell(Piece):
    """How many applications of one level and formality had one outcome."""

    level: Level
    formality: Formality
    outcome: Outcome | None
    applications: int


class Totals(Piece):
    """The edition's own totals; they must equal the approvals service's."""

    docketed: int
    withdrawn: int
    decided: int
    undecided: int
    licences: int
    projects: int
    owners: int
    cells: tuple[Cell, ...]
    postponed: int = 0

    def of(self, *, level: Level | None = None, outcome: Outcome | None = None) -> int:
        """Count decided applications of one level, one outcome, or both."""
        return sum(
            cell.applications
            for cell in self.cells
            if cell.outcome is not None and level in (None, cell.level) and outcome in (None, cell.outcome)
        )


class Owed(Piece):
    """Something the edition could not state because a unit or a service still owes it."""

    unit: str
    what: str


class Change(Piece):
    """One difference a correction makes; old or new is None where an item appeared or disappeared."""

    item: str
    old: str | None
    new: str | None


class Addressee(Piece):
    """A recipient as printed in the block at the foot of the last page."""

    name: str
    distribution: Distribution
    copies: int | None = None
    """Printed copies out of the print count, where the campaign says how many."""


class Compared(Piece):
    """One session's line in the wrap-up's comparison: the figures of its newest edition."""

    session: str
    session_name: str
    kind: SessionKind
    year: int
    number: int
    revision: int
    sha256: str
    """Of the edition the figures are from."""
    held_on: date
    totals: Totals
    enterprises: int | None
    issues: int
    surveys: int
    teams: int
    visits: int = 0


class Edition(Piece):
    """One version of one session's bulletin."""

    template: str = TEMPLATE
    campaign_title: str
    notice: str
    masthead: str
    issuer: str
    demo: bool
    session: str
    session_name: str
    kind: SessionKind
    venue: str | None
    opened_at: datetime | None
    closed_at: datetime
    declared_by: str | None
    leaders: tuple[str, ...]
    enterprises: int | None
    seats: tuple[str, ...]
    """Units that decided, in the registry's precedence."""
    year: int
    number: int
    revision: int
    issued_at: datetime
    due_at: datetime
    complete: bool
    """False when issued at the limit with something owed: the page then states its cut-off, 截至."""
    cutoff: dict[str, int]
    totals: Totals
    applications: tuple[Application, ...]
    withdrawn: tuple[Withdrawn, ...]
    issues: tuple[Issue, ...]
    teams: tuple[Team, ...]
    owed: tuple[Owed, ...]
    changes: tuple[Change, ...]
    addressees: tuple[Addressee, ...]
    print_count: int
    forum: Forum | None = None
    attendance: tuple[Attendance, ...] = ()
    surveys: tuple[Survey, ...] = ()
    survey_day: SurveyDay | None = None
    no_survey: str | None = None
    """Why the site survey was not held, where it was called off."""
    visits: Visits | None = None
    progress: tuple[Progress, ...] = ()
    followed_up: tuple[FollowedUp, ...] = ()
    """What earlier sessions left open, in figures; empty where nothing was."""
    series: Series = Series.MAIN
    draft: int | None = None
    """The number of the draft 送审稿, while it is one; None once issued."""
    sign_off: SignOff | None = None
    unsigned: bool = False
    """Its campaign wants it signed off, and its limit came first: the page then says so."""
    compared: tuple[Compared, ...] = ()
    """The sessions a wrap-up compares; a session's own bulletin has none."""
    cancelled: tuple[Cancelled, ...] = ()
    """The sessions a wrap-up cannot compare, for they were not held."""

    @property
    def dated(self) -> datetime:
        """The moment whose day is printed as 印发日期: that of the sign-off where there was one (document.md 4.1)."""
        return self.sign_off.signed_at if self.sign_off else self.issued_at

    def canonical(self) -> bytes:
        """Return the canonical JSON: UTF-8, keys sorted, no insignificant white space."""
        data = self.model_dump(mode="json")
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def sha256(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()
