"""How wide each character of a typeface is, read from its file without the names of its tens of thousands of glyphs."""

import struct
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

_CHARACTERS: Final = 0x110000
"""Of Unicode."""
_BEST: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
"""Platform and encoding of the tables from characters to glyphs, the fullest first."""


class Widths:
    """A face's widths in ems: nearly all characters of a Chinese face are one em wide, and take a bit each."""

    def __init__(self, of_characters: Iterable[tuple[int, float]]) -> None:
        """Take pairs of character and width."""
        self._square, self._others = bytearray(_CHARACTERS // 8), dict[int, float]()
        for code, width in of_characters:
            if width == 1.0:
                self._square[code >> 3] |= 1 << (code & 7)
            else:
                self._others[code] = width

    def of(self, code: int) -> float | None:
        """Return a character's width; None where the face lacks it."""
        if (width := self._others.get(code)) is not None:
            return width
        return 1.0 if self._square[code >> 3] & (1 << (code & 7)) else None


@cache
def widths(path: Path, index: int) -> Widths:
    """Read a face of a font file."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  (only where pages are printed)

    with TTFont(path, fontNumber=index, lazy=True) as font:
        tables = font.reader
        (em,) = struct.unpack_from(">H", tables["head"], 18)
        (count,) = struct.unpack_from(">H", tables["hhea"], 34)
        advances = struct.unpack_from(">" + "Hh" * count, tables["hmtx"])[::2]
        pairs = _characters(tables["cmap"]) or _named(font)
        return Widths((code, advances[min(glyph, count - 1)] / em) for code, glyph in pairs)


def _characters(table: bytes) -> list[tuple[int, int]]:
    """Return the pairs of character and glyph of the fullest table in one of the two usual formats, if there is one."""
    _, count = struct.unpack_from(">HH", table)
    found = {entry[:2]: entry[2] for entry in struct.iter_unpack(">HHI", table[4 : 4 + 8 * count])}
    offset = next((found[kind] for kind in _BEST if kind in found), None)
    if offset is None:
        return []
    (form,) = struct.unpack_from(">H", table, offset)
    read = {4: _segments, 12: _groups}.get(form)
    return [(code, glyph) for code, glyph in read(table, offset) if glyph] if read else []


def _groups(table: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Read format 12: runs of characters of any plane."""
    (count,) = struct.unpack_from(">I", table, offset + 12)
    for first, last, glyph in struct.iter_unpack(">III", table[offset + 16 : offset + 16 + 12 * count]):
        yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)


def _segments(table: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Read format 4: runs of characters of the first plane, some by a list of glyphs."""
    (double,) = struct.unpack_from(">H", table, offset + 6)
    count, at = double // 2, offset + 14
    ends = struct.unpack_from(f">{count}H", table, at)
    starts = struct.unpack_from(f">{count}H", table, at + double + 2)
    deltas = struct.unpack_from(f">{count}H", table, at + 2 * double + 2)
    ranges = at + 3 * double + 2
    for place, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        here = ranges + 2 * place
        (distance,) = struct.unpack_from(">H", table, here)
        for code in range(first, min(last, 0xFFFE) + 1):
            if distance == 0:
                yield code, (code + delta) & 0xFFFF
                continue
            (glyph,) = struct.unpack_from(">H", table, here + distance + 2 * (code - first))
            yield code, (glyph + delta) & 0xFFFF if glyph else 0


def _named(font: Any) -> list[tuple[int, int]]:  # noqa: ANN401  (published without types)
    """Read a table of another format the long way round, by the names of glyphs."""
    return [(code, font.getGlyphID(name)) for code, name in font.getBestCmap().items()]
