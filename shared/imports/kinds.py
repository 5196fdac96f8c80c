"""Kinds of tables: their columns, what their rows come to, and what is told of a row that was refused."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from shared import reference
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


def kind_of(name: str, sheet: Sheet) -> Kind:
    """Return the table of one event type: a row is an event."""

    async def read(_: AsyncSession, __: Caller, rows: Sequence[Row]) -> Sequence[Reading]:
        return [
            (Post(name, sheet.data(row.cells), row.cells.get("id") or None, moment(row.cells.get("time", "")) or None),)
            for row in rows
        ]

    return Kind(name, *reference.named(name), sheet.columns, read)


def kinds_of(accepts: Mapping[str, type[Event]]) -> dict[str, Kind]:
    """Return the tables of the events a service takes."""
    sheets_there = sheets_of(list(accepts.values()))
    return {name: kind_of(name, sheet) for name, sheet in sheets_there.items()}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused: its number in the file, its cells, and the problem."""

    number: int
    cells: Mapping[str, str]
    problem: Mapping[str, Any]

    def sentence(self, columns: Sequence[Column], *, english: bool = False) -> str:
        """Return what is wrong, in the table's own words."""
        errors = self.problem.get("errors") or []
        told = [_told(error, columns, english=english) for error in errors]
        title = str(self.problem["title_en" if english else "title"])
        return ("; " if english else "；").join(told) or title


def _told(error: Mapping[str, str], columns: Sequence[Column], *, english: bool) -> str:
    """Return one error with its column's heading, and the words that the column's cells may hold."""
    name, said = error["path"].removeprefix("data."), error["en" if english else "zh"]
    for column in columns:
        if name == column.name or name.startswith(f"{column.name}."):
            words = [word.en if english else word.zh for word in column.choices]
            if words and said.startswith("must be one of:" if english else "应为其中之一："):
                said = f"must be one of: {', '.join(words)}" if english else f"应为其中之一：{'、'.join(words)}"
            return f"{column.en}: {said}" if english else f"“{column.zh}”{said}"
    return said if name == "data" else f"{error['path']}: {said}"


def raw(caller: Caller, kind: str, post: Post) -> dict[str, Any]:
    """Return a row's event as its unit's system would post it."""
    said = json.dumps([kind, post.type, post.data], ensure_ascii=False, sort_keys=True)
    event_id = post.id or f"table-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    event = {"specversion": "1.0", "id": event_id, "source": caller.source, "type": post.type, "data": dict(post.data)}
    return event | ({"time": post.time} if post.time else {})
