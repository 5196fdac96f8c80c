"""The booklet: an edition's pages two to a side of A3, in the order in which folded sheets are read (row 67)."""

import io
from typing import Final

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject

QUARTO: Final = 4
"""Pages on one folded sheet of A3."""


def sides(pages: int) -> list[tuple[int, int]]:
    """Return the pages side by side on the front and the back of each sheet; beyond the last one they are blank."""
    last = -(-pages // QUARTO) * QUARTO
    return [pair for done in range(0, last // 2, 2) for pair in ((last - done, done + 1), (done + 2, last - done - 1))]


def imposed(pdf: bytes) -> bytes:
    """Return the booklet at original size, the same bytes for the same pages."""
    pages, booklet = PdfReader(io.BytesIO(pdf)).pages, PdfWriter()
    width, height = float(pages[0].mediabox.width), float(pages[0].mediabox.height)
    for left, right in sides(len(pages)):
        sheet = booklet.add_blank_page(2 * width, height)
        forms, drawn = DictionaryObject(), ""
        for name, number, x in (("/Left", left, 0.0), ("/Right", right, width)):
            if number <= len(pages):
                form = _form(pages[number - 1], width, height)
                forms[NameObject(name)] = booklet._add_object(form.clone(booklet))  # noqa: SLF001  (pypdf has no other way in)
                drawn += f"q 1 0 0 1 {x:.2f} 0 cm {name} Do Q\n"
        contents = StreamObject()
        contents.set_data(drawn.encode())
        sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
        sheet[NameObject("/Contents")] = booklet._add_object(contents)  # noqa: SLF001  (likewise)
    file = io.BytesIO()
    booklet.write(file)
    return file.getvalue()


def _form(page: PageObject, width: float, height: float) -> StreamObject:
    """Return a page as a form that another page may draw: its content untouched, its typefaces shared."""
    form = StreamObject()
    content = page.get_contents()
    form.set_data(content.get_data() if content is not None else b"")
    form[NameObject("/Type")], form[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(FloatObject(edge) for edge in (0, 0, width, height))
    form[NameObject("/Resources")] = page["/Resources"]
    return form.flate_encode()
