"""The sample campaign's docket, read from docket.csv: one line a project, its formalities per level."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from deploy.demo.codes import company_code, project_code
from deploy.demo.make_campaign import BANNER_OWNERS, CITY_OWNERS
from deploy.demo.units import unit_of
from shared.events import Project, Unit
from shared.vocabulary import BANNERS, CITY_DIVISION, Formality, Level, Outcome, Scope

DOCKET: Final = Path(__file__).with_name("docket.csv")

_SHORT: Final = dict(zip(("立项", "用地", "能评", "环评", "林地", "草地", "取水", "施工"), Formality, strict=True))


class Mark(StrEnum):
    """What happens to an application, written behind its formality in docket.csv; no mark means approved."""

    NONE = ""
    DEFERRED = "容缺"
    SHORT_DEFERRED = "速补"  # deferred, and due so soon that it runs overdue within the campaign
    FORWARDED = "转报"
    WITHDRAWN = "撤回"
    SILENT = "未办"  # never decided: the bulletin issues at its limit and names the unit
    LATE = "迟签"  # posted after the bulletin is out
    CORRECTED = "更正"  # approved, after issue corrected to deferred
    SHARED = "同文"  # forest land and grassland in one document
    SIGNED_FIRST = "先签"  # posted before its docketing
    LICENCE_FIRST = "先证"  # the licence posted before its signing
    REPEATED = "重发"  # posted twice, and once more days later


@dataclass(frozen=True, slots=True)
class Item:
    """One application of the sample docket."""

    division: str
    code: str
    project: Project
    formality: Formality
    level: Level
    mark: Mark

    @property
    def decides(self) -> Unit:
        """The unit whose bureau owns the formality at this level."""
        owners = CITY_OWNERS if self.level is Level.CITY else BANNER_OWNERS
        return unit_of(owners[self.formality], self._seat)

    @property
    def dockets(self) -> Unit:
        """The DRC of the level: the city's, or the banner's own."""
        return unit_of("drc", self._seat)

    @property
    def outcome(self) -> Outcome:
        """What the unit records at the table."""
        if self.mark in (Mark.DEFERRED, Mark.SHORT_DEFERRED):
            return Outcome.DEFERRED
        return Outcome.FORWARDED if self.mark is Mark.FORWARDED else Outcome.APPROVED

    @property
    def key(self) -> str:
        """A readable key, the same for the same application."""
        return f"{self.code}/{self.formality.value}/{self.level.value}"

    @property
    def _seat(self) -> str:
        return CITY_DIVISION if self.level is Level.CITY else self.division


def _items(row: dict[str, str], session: int, line: int) -> list[Item]:
    """Read one project; the first of a session has the codes of identifiers.md 5.5, the others follow its scheme."""
    division, serial = row["division"], 11 * session + line
    project = Project(
        name=row["project"],
        scope=Scope(row["scope"]),
        owner_code=company_code(division, serial),
        owner_name=row["enterprise"],
    )
    code = project_code(division, serial if line else session)
    return [
        Item(division, code, project, _SHORT[formality], level, Mark(mark))
        for level in Level
        for formality, _, mark in (word.partition("/") for word in row[level.value].split())
    ]


def docket(division: str) -> list[Item]:
    """Return a session's applications in the order in which their enterprises enter."""
    session = [*BANNERS, CITY_DIVISION].index(division) + 1
    with DOCKET.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["division"] == division]
    return [item for line, row in enumerate(rows) for item in _items(row, session, line)]
