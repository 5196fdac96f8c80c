"""Sets text into lines on the page's grid, by the measured widths of the faces that will print it.

WeasyPrint neither stretches Chinese lines to the margin nor tells how many lines a cell will take; both are decided
here, so that every full line ends at the margin and every row of a table is a whole number of grid lines high.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from shared.printing.fonts import Fonts, Role
from shared.printing.glyphs import visible

_TOKEN: Final = re.compile(
    r"——|……|〔\d{4}〕\d+号|[A-Za-z0-9À-ɏЀ-ԯ᠐-ᢪ][A-Za-z0-9À-ɏЀ-ԯ᠊-ᢪ.,:@%+#]*[-/_]*|\s+|.", re.DOTALL
)
_NEVER_FIRST: Final = frozenset("，。、；：？！）》〉」』】〕”’％…—·～℃‰,.;:?!)]}%")
_NEVER_LAST: Final = frozenset("（《〈「『【〔“‘￥$([{")
_BACK_UP: Final = 6
"""How many tokens a break may move back for the sake of punctuation."""
_STRETCH: Final = 0.12
"""Most letter-spacing, in ems, that a line takes to reach the margin; a line short by more stays ragged."""
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class Run:
    """Part of a line in one typeface."""

    role: Role
    text: str


@dataclass(frozen=True)
class Line:
    """One line as printed; `spacing` is the letter-spacing in points that takes it to the margin."""

    runs: tuple[Run, ...]
    spacing: float = 0.0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class _Token:
    role: Role
    text: str
    width: float


class Setter:
    """Measures and breaks text for one set of typefaces."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts

    def width(self, role: Role, text: str) -> float:
        """Return a text's width in ems."""
        return sum(self._fonts.advance(role, character) for character in text)

    def lines(self, runs: tuple[Run, ...], size: float, width: float, indent: float = 0.0) -> tuple[Line, ...]:
        """Break runs into justified lines of `width` points, the first one indented."""
        rows = list(self._broken(list(self._tokens(runs, size, width)), width, indent))
        room = [width - indent] + [width] * len(rows)
        return tuple(
            Line(_joined(row), 0.0 if row is rows[-1] else _spacing(row, available, size))
            for row, available in zip(rows, room, strict=False)
        )

    def cell(self, text: str, size: float, width: float, role: Role = Role.TEXT) -> tuple[str, ...]:
        """Break the text of a table cell into ragged lines."""
        return tuple(line.text for line in self.lines((Run(role, text),), size, width))

    def _tokens(self, runs: tuple[Run, ...], size: float, width: float) -> Iterator[_Token]:
        for run in runs:
            for text in _TOKEN.findall(visible(run.text)):
                measured = self.width(run.role, text) * size
                for part in self._parts(run.role, text, size, measured, width):
                    yield _Token(run.role, part, self.width(run.role, part) * size)

    def _parts(self, role: Role, text: str, size: float, measured: float, width: float) -> Iterable[str]:
        """Break a word longer than the line, into parts of about the same length where these fit, else anywhere."""
        if measured <= width:
            return (text,)
        length = -(-len(text) // -(-measured // width)) if width else 1
        even = [text[at : at + int(length)] for at in range(0, len(text), int(length))]
        return even if all(self.width(role, part) * size <= width for part in even) else text

    @staticmethod
    def _broken(tokens: list[_Token], width: float, indent: float) -> Iterator[list[_Token]]:
        start, room = 0, width - indent
        while start < len(tokens):
            end, used = start, 0.0
            while end < len(tokens) and used + tokens[end].width <= room + _TOLERANCE:
                used += tokens[end].width
                end += 1
            end = _break_before(tokens, start, max(end, start + 1))
            yield _trimmed(tokens[start:end])
            start, room = end, width
            while start < len(tokens) and tokens[start].text == " ":
                start += 1


def _break_before(tokens: list[_Token], start: int, end: int) -> int:
    """Move a break back until no line begins or ends with punctuation that must not stand there."""
    if end >= len(tokens):
        return len(tokens)
    for candidate in range(end, max(start, end - _BACK_UP), -1):
        if tokens[candidate].text[0] not in _NEVER_FIRST and tokens[candidate - 1].text[-1] not in _NEVER_LAST:
            return candidate
    return end


def _trimmed(row: list[_Token]) -> list[_Token]:
    while len(row) > 1 and row[-1].text == " ":
        row = row[:-1]
    return row


def _joined(row: list[_Token]) -> tuple[Run, ...]:
    return tuple(
        Run(role, "".join(token.text for token in tokens))
        for role, tokens in groupby(row, key=lambda token: token.role)
    )


def _spacing(row: list[_Token], width: float, size: float) -> float:
    gaps = sum(len(token.text) for token in row) - 1
    if gaps < 1:
        return 0.0
    spacing = (width - sum(token.width for token in row)) / gaps
    return round(spacing, 4) if _TOLERANCE < spacing <= _STRETCH * size else 0.0
