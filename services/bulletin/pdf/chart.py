"""Where the lines of the chart lie: outcomes by formality as bars drawn to one scale, legible in black and white."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.bulletin.pdf.contents import Bar, Chart

WIDTH: Final = 442.2
"""Points: the type area's 156 mm."""
PITCH: Final = 14.495
"""Half a line of the page's grid, so that the text below a chart is on the grid again."""
LABELS: Final = 134.0
NUMBERS: Final = 34.0
TEXT: Final = 10.5
SMALL: Final = 8.5
_BAR: Final = 9.5
_NARROWEST: Final = 9.0
"""Points that a part of a bar must have for its number to stand within."""
FILLS: Final = ("#4d4d4d", "#b8b8b8", "#ffffff")
INKS: Final = ("#ffffff", "#000000", "#000000")
"""Of approved, deferred, forwarded: told apart by any printer."""


@dataclass(frozen=True)
class Block:
    """One part of a bar."""

    x: float
    width: float
    number: int
    outcome: int
    labelled: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class DrawnBar:
    """One line of the chart as drawn; `y` is the top of its bar."""

    label: str
    y: float
    blocks: tuple[Block, ...]
    total: int
    end: float


@dataclass(frozen=True)
class Key:
    """One entry of the legend."""

    x: float
    outcome: int
    text: str


@dataclass(frozen=True)
class Drawing:
    """A chart as drawn, in points."""

    title: str
    height: float
    bars: tuple[DrawnBar, ...]
    keys: tuple[Key, ...]
    said: str
    """The chart in words, for those who cannot see it."""


def drawn(chart: Chart) -> Drawing:
    """Lay a chart out in a whole number of grid lines."""
    most = max(sum(bar.numbers) for bar in chart.bars)
    scale = (WIDTH - LABELS - NUMBERS) / most
    rows = len(chart.bars) + 2
    return Drawing(
        title=chart.title,
        height=round((rows + rows % 2) * PITCH, 3),
        bars=tuple(_bar(bar, number, scale) for number, bar in enumerate(chart.bars)),
        keys=tuple(_keys(chart.legend)),
        said="；".join(f"{bar.label}{sum(bar.numbers)}项（{_parts(chart, bar)}）" for bar in chart.bars),
    )


def _parts(chart: Chart, bar: Bar) -> str:
    return "、".join(f"{name}{number}" for name, number in zip(chart.legend, bar.numbers, strict=True))


def _bar(bar: Bar, number: int, scale: float) -> DrawnBar:
    blocks, x = [], LABELS
    for outcome, count in enumerate(bar.numbers):
        width = round(count * scale, 2)
        if count:
            blocks.append(Block(round(x, 2), width, count, outcome, width >= _NARROWEST * len(str(count))))
        x += width
    top = (number + 1.25) * PITCH + (PITCH - _BAR) / 2
    return DrawnBar(bar.label, round(top, 2), tuple(blocks), sum(bar.numbers), round(x, 2))


def _keys(legend: tuple[str, ...]) -> Iterator[Key]:
    x = WIDTH - sum(len(name) * TEXT + 24 for name in legend)
    for outcome, name in enumerate(legend):
        yield Key(round(x, 2), outcome, name)
        x += len(name) * TEXT + 24
