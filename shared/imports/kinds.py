"""Kinds of tables: their columns, what their rows come to, and what is told of a row that was refused."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.events import Event
from shared.eventsheets import Sheet, moment, sheets_of
from shared.posted import Caller
from shared.problems import Refused
from shared.sheets import Column, Row


class UnknownKind(Refused):
    """No table of this kind is taken here."""

    status = 404
    row = 77
    zh = "此处不受理“{kind}”表格"
    en = "No table of the kind {kind} is taken here"


class Post(NamedTuple):
    """An event that a row stands for; without an id it gets one from its contents."""

    type: str
    data: Mapping[str, Any]
    id: str | None = None
    time: str | None = None


Reading = Sequence[Post] | Refused
"""What a row comes to: its events, in order; none, if it changes nothing; or why it is refused."""


@dataclass(frozen=True)
class Kind:
    """A kind of table that a service takes: its columns, and what its rows come to."""

    name: str
    zh: str
    en: str
    columns: Sequence[Column]
    read: Callable[[AsyncSession, Caller, Sequence[Row]], Awaitable[Sequence[Reading]]]
    """Turns rows into events; it may look at what is recorded, for what has changed."""


def kind_of(name: str, zh: str, sheet: Sheet) -> Kind:
    """Return the table of one event type: a row is an event."""

    async def read(_: AsyncSession, __: Caller, rows: Sequence[Row]) -> Sequence[Reading]:
        return [
            (Post(name, sheet.data(row.cells), row.cells.get("id") or None, moment(row.cells.get("time", "")) or None),)
            for row in rows
        ]

    return Kind(name, zh, sheet.event.__name__, sheet.columns, read)


def kinds_of(accepts: Mapping[str, type[Event]], names: Mapping[str, str]) -> dict[str, Kind]:
    """Return the tables of the events a service takes, under their Chinese names."""
    sheets_there = sheets_of(list(accepts.values()))
    return {name: kind_of(name, names.get(name, name), sheet) for name, sheet in sheets_there.items()}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused: its number in the file, its cells, and the problem."""

    number: int
    cells: Mapping[str, str]
    problem: Mapping[str, Any]

    def sentence(self, columns: Sequence[Column], *, english: bool = False) -> str:
        """Return what is wrong, in the table's own words."""
        language = "en" if english else "zh"
        errors = self.problem.get("errors") or []
        told = [f"{_heading(error['path'], columns, english=english)}{error[language]}" for error in errors]
        title = str(self.problem["title_en" if english else "title"])
        return ("; " if english else "；").join(told) or title


def _heading(path: str, columns: Sequence[Column], *, english: bool) -> str:
    name = path.removeprefix("data.")
    for column in columns:
        if name == column.name or name.startswith(f"{column.name}."):
            return f"{column.en}: " if english else f"“{column.zh}”"
    return "" if name == "data" else f"{path}: "


def raw(caller: Caller, kind: str, post: Post) -> dict[str, Any]:
    """Return a row's event as its unit's system would post it."""
    said = json.dumps([kind, post.type, post.data], ensure_ascii=False, sort_keys=True)
    event_id = post.id or f"table-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    event = {"specversion": "1.0", "id": event_id, "source": caller.source, "type": post.type, "data": dict(post.data)}
    return event | ({"time": post.time} if post.time else {})
