"""An edition as a word processor's document: the same sections in the same words, on the page of official papers."""

import io
import zipfile
from datetime import UTC
from itertools import zip_longest
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.bulletin import wording
from services.bulletin.domain.edition import Edition
from services.bulletin.pdf import comparing, contents
from shared.printing.fonts import Role
from shared.printing.glyphs import visible
from shared.vocabulary import Distribution

_FACES: Final = {
    Role.TEXT: "仿宋_GB2312",
    Role.TITLE: "方正小标宋简体",
    Role.HEADING: "黑体",
    Role.SUBHEADING: "楷体_GB2312",
    Role.FIGURES: "宋体",
}
_RED: Final = RGBColor(0xC8, 0x10, 0x2E)
_BODY: Final = 16.0
_LEADING: Final = Pt(28.99)
_MEASURE: Final = Mm(156)
_NUMBER: Final = 14.0
_NUMBER_ABOVE_EDGE: Final = Mm(35 - 7 - 5)
"""Of the bottom margin's 35 mm, what lies below a page number of 四号."""
_BORDERS: Final = ("top", "left", "bottom", "right", "insideH", "insideV")
_PADDING: Final = Mm(1)
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


def docx(edition: Edition) -> bytes:
    """Write the document, the same bytes for the same edition."""
    document = Document()
    _set_page(document)
    _properties(document, edition)
    _head(document, edition)
    for section in comparing.sections(edition):
        if section.heading:
            _line(document, section.heading, Role.HEADING, level=1)
        for part, after in zip_longest(section.parts, section.parts[1:]):
            _part(document, part, leads=isinstance(after, contents.Table))
    _foot(document, edition)
    file = io.BytesIO()
    document.save(file)
    return _undated(file.getvalue())


def _set_page(document: Any) -> None:  # noqa: ANN401  (python-docx types its parts loosely)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.font.size = Pt(_BODY)
    _face(style.element.get_or_add_rPr(), Role.TEXT)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = _LEADING
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    _page_numbers(document, page)


def _page_numbers(document: Any, page: Any) -> None:  # noqa: ANN401
    """Put page numbers where official papers have them: 7 mm below the text, one character in from the outer side."""
    document.settings.odd_and_even_pages_header_footer = True
    page.footer_distance = _NUMBER_ABOVE_EDGE
    for footer, side in (
        (page.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (page.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(_NUMBER)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        dash, digits, other = (_run(paragraph, "", Role.FIGURES, _NUMBER) for _ in range(3))
        dash.text, digits.text, other.text = "—\u00a0", "1", "\u00a0—"
        number = OxmlElement("w:fldSimple")
        number.set(qn("w:instr"), "PAGE")
        digits._element.addprevious(number)  # noqa: SLF001  (python-docx has no fields)
        number.append(digits._element)  # noqa: SLF001  (moved into the field)


def _properties(document: Any, edition: Edition) -> None:  # noqa: ANN401
    properties = document.core_properties
    properties.title = f"{edition.masthead}{wording.issue_number(edition)}　{''.join(wording.title(edition))}"[:255]
    properties.author = properties.last_modified_by = edition.issuer[:255]
    properties.comments = f"SHA-256 {edition.sha256()}"
    issued = edition.issued_at.astimezone(UTC).replace(tzinfo=None)
    properties.created = properties.modified = issued
    properties.revision = edition.revision + 1


def _face(properties: Any, role: Role) -> None:  # noqa: ANN401
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(script), _FACES[role])


def _run(paragraph: Any, text: str, role: Role, size: float = _BODY) -> Any:  # noqa: ANN401
    run = paragraph.add_run(visible(text))
    run.font.size = Pt(size)
    _face(run._element.get_or_add_rPr(), role)  # noqa: SLF001  (python-docx sets no East Asian face)
    return run


def _line(document: Any, text: str, role: Role, *, level: int = 0) -> Any:  # noqa: ANN401
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(2 * _BODY)
    if level:
        paragraph.paragraph_format.keep_with_next = True
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level - 1))
        paragraph._p.get_or_add_pPr().append(outline)  # noqa: SLF001
    _run(paragraph, text, role)
    return paragraph


def _centred(document: Any, text: str, role: Role, size: float, *, red: bool = False) -> None:  # noqa: ANN401
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    run = _run(paragraph, text, role, size)
    if red:
        run.font.color.rgb = _RED


def _ruled(document: Any, left: str, right: str, colour: str, size: float = _BODY) -> None:  # noqa: ANN401
    """Put one text at each margin, above a rule."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.tab_stops.add_tab_stop(_MEASURE, WD_TAB_ALIGNMENT.RIGHT)
    _run(paragraph, left, Role.TEXT, size)
    paragraph.add_run("\t")
    _run(paragraph, right, Role.TEXT, size)
    _rule(paragraph, "bottom", colour)


def _rule(paragraph: Any, side: str, colour: str) -> None:  # noqa: ANN401
    borders, rule = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", colour)):
        rule.set(qn(f"w:{name}"), value)
    borders.append(rule)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind")  # noqa: SLF001


def _head(document: Any, edition: Edition) -> None:  # noqa: ANN401
    if edition.demo:
        _centred(document, "演示数据", Role.SUBHEADING, 12)
    activity, name = wording.masthead(edition)
    if activity:
        _centred(document, activity, Role.TITLE, 22, red=True)
    _centred(document, name, Role.TITLE, 44, red=True)
    _centred(document, wording.issue_number(edition), Role.TEXT, _BODY)
    _ruled(document, edition.issuer, wording.day(edition.dated), "C8102E")
    document.add_paragraph()
    _centred(document, "".join(wording.title(edition)), Role.TITLE, 22)
    document.add_paragraph()


def _part(document: Any, part: contents.Part, *, leads: bool) -> None:  # noqa: ANN401
    if isinstance(part, contents.Paragraph):
        paragraph = _line(document, part.lead, Role.SUBHEADING) if part.lead else _line(document, "", Role.TEXT)
        _run(paragraph, part.text, Role.TEXT)
        paragraph.paragraph_format.keep_with_next = leads
    elif isinstance(part, contents.Table):
        _table(document, part.columns, [[[run.text for run in cell] for cell in row] for row in part.rows])
    else:  # a chart's numbers: a drawing would be a picture here, which nobody could edit
        columns = (contents.Column("手续", 66), *(contents.Column(name, 30, centred=True) for name in part.legend))
        _table(document, columns, [[[bar.label], *([str(number)] for number in bar.numbers)] for bar in part.bars])


def _table(document: Any, columns: tuple[contents.Column, ...], rows: list[list[list[str]]]) -> None:  # noqa: ANN401
    table = document.add_table(rows=1, cols=len(columns))
    table.autofit = False
    _bordered(table)
    _padded(table)
    for place, column in enumerate(columns):
        table.columns[place].width = Mm(column.width)
        _cell(table.rows[0].cells[place], [column.heading], Role.HEADING, column.width, centred=True)
    _mark(table.rows[0], "w:tblHeader")
    for texts in rows:
        row = table.add_row()
        _mark(row, "w:cantSplit")
        for cell, lines, column in zip(row.cells, texts, columns, strict=True):
            _cell(cell, lines, Role.TEXT, column.width, centred=column.centred)


def _cell(cell: Any, lines: list[str], role: Role, width: float, *, centred: bool) -> None:  # noqa: ANN401
    cell.width = Mm(width)
    for number, text in enumerate(lines or [""]):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, text, role, 10.5)


def _bordered(table: Any) -> None:  # noqa: ANN401
    borders = OxmlElement("w:tblBorders")
    for side in _BORDERS:
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")  # noqa: SLF001


def _padded(table: Any) -> None:  # noqa: ANN401
    """Give cells the padding that they have in the PDF, for the same columns to hold the same words."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(_PADDING.pt * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001


def _mark(row: Any, name: str) -> None:  # noqa: ANN401
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001


def _foot(document: Any, edition: Edition) -> None:  # noqa: ANN401
    document.add_paragraph()
    classes = [(kind, names) for kind in Distribution if (names := wording.distribution(edition, kind))]
    for number, (kind, names) in enumerate(classes):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Pt(42), Pt(-28)
        paragraph.paragraph_format.keep_with_next = True
        if number == 0:
            _rule(paragraph, "top", "000000")
        _run(paragraph, f"{kind.zh}：{names}", Role.TEXT, 14)
    _ruled(document, f"{wording.day(edition.dated)}印发", f"共印{edition.print_count}份", "000000", 14)


def _undated(archive: bytes) -> bytes:
    """Return the archive without the moment at which it was packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return packed.getvalue()
