"""Who changed what, from what to what: an audit trail's entry, out of a fact and the one before it (row 87). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.clock import SHANGHAI
from shared.envelope import Fact

SECRET: Final = frozenset({"secret_sha256"})
NAMED: Final = (
    "recipient",
    "owner_code",
    "participant",
    "consultation",
    "need",
    "finding",
    "duty",
    "question",
    "visit",
)
"""Fields that tell of which of several things a fact about a session speaks, the most particular first."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what it was before, if anything, and what it is."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the record."""

    at: datetime
    who: str
    key: str | None
    fact: Fact
    changes: tuple[Change, ...]
    first: bool
    """Nothing of the same kind was said of the same subject before."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused a fact: a unit with one of its keys, an operator on the host, or the service itself."""

    who: str | None
    key: str | None = None


def actor_of(told: str | None, units: Mapping[str, str]) -> Actor:
    """Read who caused a fact: /units/CODE#key is named by the plan, /operators/NAME by itself."""
    if told is None:
        return Actor(None)
    place, _, key = told.partition("#")
    name = place.rpartition("/")[2]
    return Actor(units.get(name, name), key or None)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401  (JSON)
    """Yield every single value of an event's data with its path; empty ones are not said."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in SECRET:
                yield from leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{position}]")
    elif value is not None and value != "":
        text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        yield path, text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def before(fact: Fact, history: Sequence[Fact]) -> Fact | None:
    """Return what was said last of what a fact speaks of: of the same kind if anything was."""
    name = next((one for one in NAMED if one in fact.data), None)
    earlier = [
        one
        for one in history
        if one.sequence < fact.sequence and (name is None or one.data.get(name) == fact.data[name])
    ]
    return next((one for one in reversed(earlier) if one.type == fact.type), earlier[-1] if earlier else None)


def told(value: str | None) -> str | None:
    """Return a value as people read it: a moment in Ordos time, to the second."""
    if value is None or not _MOMENT.fullmatch(value):
        return value
    return datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any], *, alike: bool = True) -> tuple[Change, ...]:
    """List the fields that differ, in the order of the new data, then those that are gone.

    What an event of another kind does not speak of is not gone by it: they are gone only between events alike.
    """
    was, now = dict(leaves(old or {})), dict(leaves(new))
    paths = [*now, *(path for path in was if alike and path not in now)]
    return tuple(
        Change(path, told(was.get(path)), told(now.get(path))) for path in paths if was.get(path) != now.get(path)
    )
