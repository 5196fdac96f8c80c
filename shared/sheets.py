"""Tables that people keep in spreadsheets: the same columns written and read, as CSV and as XLSX.

What is exported can be edited and imported again. CSV starts with a byte order mark, so that Excel and WPS read the
Chinese in it; a text that a spreadsheet would take for a formula stands behind an apostrophe (OWASP: CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import xlsxwriter

from shared import workbooks
from shared.clock import SHANGHAI
from shared.vocabulary import Word
from shared.workbooks import MOST_ROWS as MOST_ROWS
from shared.workbooks import NotATable as NotATable
from shared.workbooks import too_many_rows

_FORMULA: Final = (*("=", "+", "-", "@", "\t", "\r", "\n"), *"＝＋－＠")
_LAST_ROW: Final = 2_000
"""Down to here an empty XLSX template offers its lists of choices."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the data, its heading, and the words its cells may hold, if they are a closed set."""

    name: str
    zh: str
    en: str
    choices: tuple[Word, ...] = ()
    required: bool = False
    width: int = 16

    @property
    def heading(self) -> str:
        """What stands at the head of the column."""
        return self.zh


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read: its number in the file, and its cells by column name, as text."""

    number: int
    cells: Mapping[str, str]


def told(column: Column, value: object) -> str:
    """Return a cell as people write it: labels for words, Shanghai time for moments."""
    if value is None or value == "":
        return ""
    if column.choices:
        return next((word.zh for word in column.choices if word == value), str(value))
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "；".join(map(str, value))
    return str(value)


def as_read(column: Column, value: object) -> str:
    """Return a value as `read` returns it from a cell that `told` it."""
    return _value(column, told(column, value))


def escaped(text: str) -> str:
    """Return a text no spreadsheet takes for a formula; `unescaped` takes it back."""
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def write_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write rows as CSV (RFC 4180, UTF-8 with byte order mark)."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([column.heading for column in columns])
    for row in rows:
        writer.writerow([escaped(told(column, row.get(column.name))) for column in columns])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def write_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write rows as a workbook: every cell a text, the heading fixed, lists where there are choices."""
    file = io.BytesIO()
    # A fixed date makes the same rows the same bytes; a string that looks like a formula or an address stays a string.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": datetime(2022, 3, 15)})  # noqa: DTZ001  (a property without a zone)
    head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top", "num_format": "@"})
    cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    last = 0
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, cell)
        sheet.write_string(0, place, column.heading, head)
    for last, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            sheet.write_string(last, place, told(column, row.get(column.name)), cell)
    for place, column in enumerate(columns):
        if column.choices:
            words = [word.zh for word in column.choices]
            listed = {"validate": "list", "source": words, "error_title": column.zh, "error_message": "请从列表中选择"}
            sheet.data_validation(1, place, max(last, _LAST_ROW), place, listed)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    book.close()
    return file.getvalue()


def read(columns: Sequence[Column], content: bytes) -> list[Row]:
    """Read a table that has these columns, in any order, under their Chinese, English or data names.

    Words come back as their wire values, everything else as the text it is; rows without any text are left out.
    """
    table = _cells(content)
    headings = next(table, None)
    if headings is None:
        raise NotATable(reason="表中没有内容", reason_en="it is empty")
    places = _places(columns, [heading.strip() for heading in headings])
    rows = []
    for number, cells in enumerate(table, start=2):
        if number > MOST_ROWS:
            raise too_many_rows()
        texts = {c.name: unescaped(cells[at].strip()) if at < len(cells) else "" for c, at in places.items()}
        if any(texts.values()):
            rows.append(Row(number, {c.name: _value(c, texts[c.name]) for c in places}))
    return rows


def _places(columns: Sequence[Column], headings: Sequence[str]) -> dict[Column, int]:
    places = {}
    for column in columns:
        place = next((headings.index(name) for name in (column.zh, column.en, column.name) if name in headings), None)
        if place is not None:
            places[column] = place
        elif column.required:
            raise NotATable(reason=f"缺少“{column.zh}”一列", reason_en=f"the column {column.en!r} is missing")
    return places


def _value(column: Column, text: str) -> str:
    return next((word.value for word in column.choices if text in (word.zh, word.en, word.value)), text)


def _cells(content: bytes) -> Iterator[list[str]]:
    if content.startswith(b"PK"):
        yield from workbooks.cells(content)
        return
    try:
        yield from csv.reader(io.StringIO(_decoded(content), newline=""))
    except csv.Error as error:
        raise NotATable(reason=f"不是完好的 CSV（{error}）", reason_en=f"it is no intact CSV: {error}") from error


def _decoded(content: bytes) -> str:
    """Decode CSV as UTF-8, or as GB 18030, which Chinese Excel writes when it is not asked."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable(reason="编码应为 UTF-8 或 GB 18030", reason_en="it is neither UTF-8 nor GB 18030")
