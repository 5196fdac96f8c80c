"""Workbooks that others hand in (XLSX), read without trusting them.

The library that reads them unpacks whatever a file holds, whatever it says it holds, and lays a sheet out as a
rectangle from its first cell to its last: a few kilobytes can ask for hundreds of gigabytes. So every part is unpacked
here first, within bounds; its cells are counted and placed; and only what was looked at is handed on.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from xml.parsers import expat

import python_calamine

from shared.problems import Refused

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
MOST_UNPACKED: Final = 100 * 1024 * 1024
_MOST_PARTS: Final = 500
_MOST_ELEMENTS: Final = 8_000_000
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_PLACE: Final = re.compile(r"\$?([A-Za-z]{1,7})\$?([0-9]{1,9})")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, NotImplementedError)


class NotATable(Refused):
    """The file is no CSV or XLSX table with the columns asked for."""

    row = 77
    zh = "无法读取表格：{reason}"
    en = "The table cannot be read: {reason_en}"


def _broken() -> NotATable:
    return NotATable(reason="不是完好的 XLSX 文件", reason_en="it is no intact XLSX file")


def too_many_rows() -> NotATable:
    """Return the refusal of a table that is too long."""
    return NotATable(reason=f"超过{MOST_ROWS}行，请分表", reason_en=f"more than {MOST_ROWS} rows; split it")


def _too_much() -> NotATable:
    return NotATable(reason="展开后过大，请分表", reason_en="it unpacks to too much; split it")


def cells(content: bytes) -> Iterator[list[str]]:
    """Yield the rows of a workbook's first sheet, every cell as text; raises NotATable."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(looked_through(content)))
        sheet = book.get_sheet_by_index(0)
    except python_calamine.CalamineError as error:
        raise _broken() from error
    for row in sheet.to_python(skip_empty_area=False):
        yield [_plain(value) for value in row]


def looked_through(content: bytes) -> bytes:
    """Return a workbook that holds what this one says, looked through: its XML parts alone, unpacked."""
    copy = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(copy, "w") as out:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(names) < len(parts) or len(parts) > _MOST_PARTS or "[Content_Types].xml" not in names:
                raise _broken()
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise _too_much()
            for part in parts:
                if part.compress_type not in _PACKED:
                    raise _broken()
                text = archive.read(part)  # no more than it says: what is cut off there is not handed on either
                if _Look().through(text):
                    out.writestr(zipfile.ZipInfo(part.filename), text)
    except _BROKEN as error:
        raise _broken() from error
    return copy.getvalue()


class _Look:
    """A look through one part: where its cells are."""

    def __init__(self) -> None:
        self._row = self._column = self._elements = 0
        self._in_cell = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def through(self, text: bytes) -> bool:
        """Tell whether a part is XML that asks for no more than a table needs; pictures and macros are none."""
        try:
            self._parser.Parse(text, True)  # noqa: FBT003  (expat's own)
        except expat.ExpatError:
            return False
        return True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise _too_much()
        kind = name.rpartition(":")[2]
        if self._in_cell and kind in {"row", "c"}:
            raise _broken()
        if self._in_cell:
            self._bounded()
        elif kind == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isascii() and given.isdigit() else self._row + 1
            self._column = 0
        elif kind == "c":
            self._in_cell = True
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = _number(place[1]) if place else self._column + 1
            self._row = int(place[2]) if place else self._row

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "c":
            self._in_cell = False

    def _bounded(self) -> None:
        """Refuse what stands too far out; only cells that hold something count, a template has styled ones far down."""
        if self._row > MOST_ROWS:
            raise too_many_rows()
        if self._column > MOST_COLUMNS:
            reason_en = f"more than {MOST_COLUMNS} columns"
            raise NotATable(reason=f"超过{MOST_COLUMNS}列", reason_en=reason_en)

    def _doctype(self, *_: Any) -> None:  # noqa: ANN401  (expat's own)
        raise _broken()


def _number(letters: str) -> int:
    """Return a column's number: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _plain(value: object) -> str:
    """Return a cell's value as text: a spreadsheet turns a due date into a date and a count into a float."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != datetime.min.time() else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
