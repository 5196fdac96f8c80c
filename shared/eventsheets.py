"""Any event as a row of a table: the columns come from its schema, so that a bureau without a system can post too."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from shared.clock import SHANGHAI
from shared.events import Event, Part
from shared.labels import label
from shared.sheets import Column
from shared.vocabulary import Word

ID: Final = Column("id", "事件编号", "Event id", width=24)
TIME: Final = Column("time", "报送时间", "Time", width=20)
_STATED: Final = "Stated by the service"
_YES: Final = {"是": True, "true": True, "yes": True, "1": True}
_NO: Final = {"否": False, "false": False, "no": False, "0": False}
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

_MOMENT: Final = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?[ T]*"
    r"([0-9]{1,2})[:：时]([0-9]{1,2})(?:[:：分]([0-9]{1,2}))?[分秒]?"
)


class YesNo(Word):
    """How a table says true and false."""

    YES = "true", "是", "yes"
    NO = "false", "否", "no"


class _Cell(NamedTuple):
    """A column with what its text becomes."""

    column: Column
    kind: type
    many: bool


class Sheet:
    """The table of one event type."""

    def __init__(self, event: type[Event]) -> None:
        """Make the columns; `possible` says whether a row can hold the event at all."""
        self.event = event
        self.possible = True
        self._cells = tuple(self._of(event.model_fields, "", needed=True))
        self.columns = (ID, *(cell.column for cell in self._cells), TIME)

    def data(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return an event's data as a row says it; an empty cell is not said."""
        data: dict[str, Any] = {}
        for cell in self._cells:
            text = cells.get(cell.column.name, "")
            if not text:
                continue
            *parts, name = cell.column.name.split(".")
            within = data
            for part in parts:
                within = within.setdefault(part, {})
            within[name] = [_value(cell, one) for one in split(text)] if cell.many else _value(cell, text)
        return data

    def _of(self, fields: Mapping[str, FieldInfo], prefix: str, *, needed: bool) -> Iterator[_Cell]:
        for name, field in fields.items():
            if (field.description or "").startswith(_STATED):
                continue
            kind, many = _kind(field.annotation)
            required = needed and field.is_required()
            if kind is not None and not many and issubclass(kind, Part):
                yield from self._of(kind.model_fields, f"{prefix}{name}.", needed=required)
            elif kind is not None and not issubclass(kind, Part):
                yield _Cell(_column(f"{prefix}{name}", kind, required=required, many=many), kind, many)
            elif required:
                self.possible = False


def split(text: str) -> list[str]:
    """Return the lines of a cell that holds several values."""
    return [one.strip() for one in text.splitlines() if one.strip()]


def moment(text: str) -> str:
    """Return a cell's time as a moment, Ordos time if it names no zone; what is none is left for the schema.

    A day alone is none: nobody meant midnight.
    """
    try:
        if found := _MOMENT.fullmatch(text):
            return datetime(*(int(part or 0) for part in found.groups()), tzinfo=SHANGHAI).isoformat()  # type: ignore[misc,arg-type]
        read = datetime.fromisoformat(text) if ":" in text else None
    except ValueError:
        return text
    if read is None:
        return text
    return (read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read).isoformat()


def _column(name: str, kind: type, *, required: bool, many: bool) -> Column:
    words: tuple[Word, ...] = ()
    if issubclass(kind, bool):
        words = tuple(YesNo)
    elif issubclass(kind, Word) and not many:
        words = tuple(kind)
    zh = label(name) + ("（每行一项）" if many else "")
    english = name.replace("_", " ").replace(".", ": ").capitalize()
    return Column(name, zh, english, choices=words, required=required, width=max(14, 2 * len(zh)))


def _kind(annotation: Any) -> tuple[type | None, bool]:  # noqa: ANN401  (any annotation)
    """Return the class of a field's values and whether it holds several; None for what no cell can hold."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, UnionType):
        (inner,) = [one for one in get_args(annotation) if one is not type(None)] or [str]
        return _kind(inner)
    if origin is tuple:
        inner, many = _kind(get_args(annotation)[0])
        return (None, True) if many else (inner, True)
    return (annotation, False) if isinstance(annotation, type) and annotation is not dict else (None, False)


def _value(cell: _Cell, text: str) -> Any:  # noqa: ANN401  (JSON)
    kind = cell.kind
    if issubclass(kind, bool):
        return _YES.get(text.lower(), _NO.get(text.lower(), text))
    if issubclass(kind, Word):
        return next((word.value for word in kind if text in (word.zh, word.en, word.value)), text)
    if issubclass(kind, int):
        return int(text) if _INTEGER.fullmatch(text) else text
    if kind is AwareDatetime or issubclass(kind, datetime):
        return moment(text)
    if issubclass(kind, date):
        found = _DAY.fullmatch(text)
        return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text
    return text


def sheets_of(events: Sequence[type[Event]]) -> dict[str, Sheet]:
    """Return the tables of the events that a row can hold, by wire type."""
    made = {event.type: Sheet(event) for event in events}
    return {name: sheet for name, sheet in made.items() if sheet.possible}
