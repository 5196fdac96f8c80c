"""Reads a printed page back: characters and lines as they lie on the paper, in millimetres from its top left."""

import ctypes
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

MM = 72 / 25.4
HEIGHT = 297.0


@dataclass(frozen=True)
class Glyph:
    """One character: where its baseline begins, its ink, its size in points."""

    text: str
    x: float
    baseline: float
    left: float
    right: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True)
class Rule:
    """A drawn line or box."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class Sheet:
    """One printed page."""

    number: int
    text: str
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]

    @property
    def body(self) -> tuple[Glyph, ...]:
        """The ink between the margins, that is all but page number and running mark."""
        return tuple(glyph for glyph in self.glyphs if 36 < glyph.baseline < 263)

    def lines(self, size: float) -> list[tuple[float, str]]:
        """Return baselines and texts of the lines set in one size, top down."""
        rows: dict[float, list[Glyph]] = defaultdict(list)
        for glyph in self.body:
            if abs(glyph.size - size) < 0.05:
                rows[round(glyph.baseline, 1)].append(glyph)
        return [(y, "".join(g.text for g in sorted(rows[y], key=lambda g: g.x))) for y in sorted(rows)]


def sheets(pdf: bytes) -> list[Sheet]:
    """Return a PDF's pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_sheet(number, document[number - 1]) for number in range(1, len(document) + 1)]
    finally:
        document.close()


def text(pdf: bytes) -> str:
    """Return all that is printed between the margins, without the line breaks and blanks of the page."""
    return "".join("".join(glyph.text for glyph in sheet.body) for sheet in sheets(pdf)).replace(" ", "")


def pitches(lines: list[tuple[float, str]]) -> set[float]:
    """Return the distances between successive baselines."""
    return {round(below - above, 1) for (above, _), (below, _) in pairwise(lines)}


def _sheet(number: int, page: pypdfium2.PdfPage) -> Sheet:
    textpage = page.get_textpage()
    whole = textpage.get_text_range()
    glyphs = tuple(
        glyph for index in range(textpage.count_chars()) if (glyph := _glyph(textpage, index)) and glyph.text.strip()
    )
    rules = []
    for shape in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = (value / MM for value in shape.get_bounds())
        rules.append(Rule(left, right, HEIGHT - top, HEIGHT - bottom))
    textpage.close()
    page.close()
    return Sheet(number, whole, glyphs, tuple(rules))


def _glyph(textpage: pypdfium2.PdfTextPage, index: int) -> Glyph:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(textpage.raw, index, x, y)
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(textpage.raw, index, matrix)
    left, bottom, right, top = (value / MM for value in textpage.get_charbox(index))
    return Glyph(
        text=chr(pdfium.FPDFText_GetUnicode(textpage.raw, index)),
        x=x.value / MM,
        baseline=HEIGHT - y.value / MM,
        left=left,
        right=right,
        top=HEIGHT - top,
        bottom=HEIGHT - bottom,
        size=round(pdfium.FPDFText_GetFontSize(textpage.raw, index) * abs(matrix.d), 2),
    )
