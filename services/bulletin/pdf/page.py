"""Edition -> HTML: every text measured and broken into lines, every table row a whole number of grid lines high."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import zip_longest
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.bulletin import wording
from services.bulletin.domain.edition import Edition
from services.bulletin.pdf import chart, comparing, contents
from services.bulletin.pdf.typeset import Line, Run, Setter
from shared.printing.fonts import Fonts, Role
from shared.vocabulary import Distribution

MM: Final = 72 / 25.4
SIZE: Final = 15.79
"""三号, 28 to a line of 156 mm (document.md 4.3)."""
MEASURE: Final = 28 * SIZE
LEADING: Final = 28.99
"""One grid line, 22 to a page of 225 mm."""
HEAD: Final = 6
"""Grid lines of the head of page 1, its red rule included."""
NAME_LEADING: Final = 1.2
IMPRINT: Final = 18.0
FIXED: Final = 18.0 + 12.0 + 4.6 * MM
"""Issue number, the space below it, and 4 mm to the red rule with the rule itself."""
MOST_LINES: Final = 3
"""Lines any text of the head may take; beyond, it is set smaller."""
TITLE_SIZE: Final = 22.0
CELL_SIZE: Final = 10.5
CELL_PADDING: Final = 1.0 * MM
CELL_LINES: Final = 2
"""Lines of a table cell that share one grid line."""
TALLEST_ROW: Final = 36
"""Cell lines after which a row goes on as another one: a row is never taller than the page."""
SHORT_ROW: Final = 2
"""Grid lines up to which a table's last row takes the one before it along to the next page."""
FOOT_SIZE: Final = 14.0
TALLEST_FOOT: Final = 20
"""Lines after which the foot block flows with the text: a block pinned to the foot cannot be split."""
TEMPLATES: Final = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Fitted:
    """Lines of one text at the size that fits the width."""

    size: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """The head of page 1 as set: its texts, its height and the space above the issue number, in points."""

    campaign: Fitted
    name: Fitted
    issuer: Fitted
    height: float
    space: float


@dataclass(frozen=True)
class Row:
    """A table row as set: its cells' lines and its height in grid lines."""

    cells: tuple[tuple[Line, ...], ...]
    height: int

    @property
    def is_short(self) -> bool:
        return self.height <= SHORT_ROW


@dataclass(frozen=True)
class Block:
    """A paragraph, a table or a chart as set; exactly one of the three."""

    lines: tuple[Line, ...] = ()
    leads: bool = False
    """A paragraph that introduces the table after it: its last line never stands apart from it."""
    svg: str = ""
    columns: tuple[contents.Column, ...] = ()
    headings: tuple[tuple[Line, ...], ...] = ()
    rows: tuple[Row, ...] = ()


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def svg(drawing: contents.Chart, family: str, *, width: str, unit: str = "") -> Markup:
    """Return a chart as inline SVG."""
    template = _environment.get_template("chart.svg")
    values = {"drawing": chart.drawn(drawing), "fills": chart.FILLS, "inks": chart.INKS}
    return Markup(template.render(family=family, width=width, unit=unit, **values))  # noqa: S704  (autoescaped)


def _followed(parts: tuple[contents.Part, ...]) -> Iterator[tuple[contents.Part, contents.Part | None]]:
    return zip_longest(parts, parts[1:])


class Page:
    """Composes editions with one set of typefaces."""

    def __init__(self, fonts: Fonts) -> None:
        self._setter = Setter(fonts)
        self._family = fonts.families(Role.TEXT)

    def html(self, edition: Edition, missing: Collection[str] = ()) -> str:
        """Return the edition's page; it says which characters 〓 stands for, if any."""
        foot = self._foot(edition)
        sections = comparing.sections(edition) + ((contents.note(missing),) if missing else ())
        return _environment.get_template("bulletin.html").render(
            edition=edition,
            issue_number=wording.issue_number(edition),
            date=wording.day(edition.dated),
            issued_at=edition.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            document_title=f"{edition.masthead}{wording.issue_number(edition)}　{''.join(wording.title(edition))}",
            head=self._head(edition),
            leading=LEADING,
            title=self._title(edition),
            sections=tuple(
                (section.heading, tuple(self._block(part, after) for part, after in _followed(section.parts)))
                for section in sections
            ),
            foot=foot,
            pinned=sum(len(lines) for _, lines in foot) <= TALLEST_FOOT,
        )

    def _head(self, edition: Edition) -> Head:
        above, below = wording.masthead(edition)
        campaign = self._fit(above, Role.TITLE, MEASURE, largest=24, smallest=16)
        name = self._fit(below, Role.TITLE, MEASURE - 4 * SIZE, largest=60, smallest=26)
        room = MEASURE - 3 * SIZE - self._setter.width(Role.TEXT, wording.day(edition.dated)) * SIZE
        issuer = self._fit(edition.issuer, Role.TEXT, room, largest=SIZE, smallest=12)
        lines = HEAD + max(0, len(campaign.lines) - 1) + 2 * (len(name.lines) - 1) + len(issuer.lines) - 1
        taken = NAME_LEADING * sum(each.size * len(each.lines) for each in (campaign, name)) + IMPRINT * len(
            issuer.lines
        )
        return Head(campaign, name, issuer, lines * LEADING, max(0.0, round(lines * LEADING - taken - FIXED, 2)))

    def _fit(self, text: str, role: Role, width: float, largest: float, smallest: float) -> Fitted:
        ems = self._setter.width(role, text) or 1.0
        size = max(smallest, min(largest, width / ems))
        # A name of any length leaves room for the text below it.
        size = round(min(size, MOST_LINES * width / (ems + MOST_LINES)), 2)
        return Fitted(size, self._setter.cell(text, size, width, role))

    def _title(self, edition: Edition) -> tuple[str, ...]:
        groups = wording.title(edition)
        whole = self._setter.cell("".join(groups), TITLE_SIZE, MEASURE, Role.TITLE)
        if len(whole) == 1:
            return whole
        return tuple(line for group in groups for line in self._balanced(group))

    def _balanced(self, group: str) -> tuple[str, ...]:
        """Break a sense group that needs several lines into lines of about the same length."""
        lines = self._setter.cell(group, TITLE_SIZE, MEASURE, Role.TITLE)
        width = self._setter.width(Role.TITLE, group) * TITLE_SIZE / len(lines)
        while len(lines) > 1 and width < MEASURE:
            even = self._setter.cell(group, TITLE_SIZE, width, Role.TITLE)
            if len(even) == len(lines):
                return even
            width += TITLE_SIZE / 2
        return lines

    def _block(self, part: contents.Part, after: contents.Part | None) -> Block:
        if isinstance(part, contents.Chart):
            return Block(svg=svg(part, self._family, width="442.2pt", unit="pt"))
        if isinstance(part, contents.Table):
            rows = tuple(row for cells in part.rows for row in self._rows(part.columns, cells))
            headings = tuple(self._cell((Run(Role.HEADING, c.heading),), c.width) for c in part.columns)
            return Block(columns=part.columns, headings=headings, rows=rows)
        runs = (Run(Role.SUBHEADING, part.lead), Run(Role.TEXT, part.text))
        lines = self._setter.lines(runs, SIZE, MEASURE, indent=2 * SIZE)
        return Block(lines=lines, leads=isinstance(after, contents.Table))

    def _rows(self, columns: tuple[contents.Column, ...], cells: tuple[contents.Cell, ...]) -> Iterator[Row]:
        set_cells = [self._cell(cell, column.width) for column, cell in zip(columns, cells, strict=True)]
        pieces = [[cell[at : at + TALLEST_ROW] for at in range(0, len(cell), TALLEST_ROW)] for cell in set_cells]
        for row in zip_longest(*pieces, fillvalue=()):
            tallest = max(len(cell) for cell in row)
            yield Row(tuple(row), -(-tallest // CELL_LINES))

    def _cell(self, cell: contents.Cell, millimetres: float) -> tuple[Line, ...]:
        width = millimetres * MM - 2 * CELL_PADDING
        return tuple(line for run in cell for line in self._setter.lines((run,), CELL_SIZE, width))

    def _foot(self, edition: Edition) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        # One character in from both sides, names hanging after 报：/送：/发：.
        width = MEASURE - 4 * FOOT_SIZE
        classes = ((kind.zh, wording.distribution(edition, kind)) for kind in Distribution)
        return tuple(
            (label, self._setter.lines((Run(Role.TEXT, names),), FOOT_SIZE, width)) for label, names in classes if names
        )
