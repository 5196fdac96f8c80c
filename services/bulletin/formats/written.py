"""Which shapes there are, and an edition written in one of them."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from services.bulletin.domain.edition import Edition
from services.bulletin.formats import letter, pack, page, table
from services.bulletin.formats.feed import MEDIA
from services.bulletin.tables import EditionRow


class Form(StrEnum):
    """A shape of an edition; the value is how its file's name ends."""

    PDF = "pdf"
    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    ZIP = "zip"

    @property
    def media(self) -> str:
        """The media type."""
        return _MEDIA[self]


_MEDIA: Final[Mapping[str, str]] = MEDIA | {
    Form.HTML: "text/html; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
    Form.ZIP: "application/zip",
}
_OF_EDITION: Final[Mapping[Form, Callable[[Edition], bytes]]] = {
    Form.HTML: page.html,
    Form.DOCX: letter.docx,
    Form.XLSX: table.xlsx,
    Form.CSV: table.csv,
}


def written(row: EditionRow, form: Form) -> bytes:
    """Return an issued edition in a shape; PDF and JSON are kept, the others written from the kept data."""
    if form is Form.PDF:
        return row.pdf
    if form is Form.JSON:
        return row.canonical.encode()
    if form is Form.ZIP:
        return pack.packed(row)
    return _OF_EDITION[form](Edition.model_validate_json(row.canonical))
