"""What a rule sees of a posted event: the event, who posts it and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.events import Event
from shared.vocabulary import Level, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated system of a unit, with what its key lets it be."""

    key: str
    unit: str
    unit_name: str
    role: Role
    level: Level
    division: str
    test: bool = False
    """Its events are tried out, never recorded."""
    types: frozenset[str] | None = None
    """The event types it may post, if it may not post all that its unit may."""
    source: str = field(init=False)
    """The CloudEvents source of this caller's events."""
    actor: str = field(init=False)
    """Who is told to have caused what follows: the unit, and which of its keys."""

    def __post_init__(self) -> None:
        """Write the source once: it is compared with every event's."""
        object.__setattr__(self, "source", f"/units/{self.unit}")
        object.__setattr__(self, "actor", f"/units/{self.unit}#{self.key}")


class Posted(NamedTuple):  # made in a third of the time of a frozen dataclass
    """A posted event on its way to a decision."""

    source: str
    id: str
    event: Event
    time: datetime
    caller: Caller
    correlation_id: str
    traceparent: str | None
    body_sha256: str
    payload: str
    """The event's data as JSON, as it is recorded."""


class World(Protocol):
    """What a service knows that bears on a group of posted events; deciding changes it, so the next one sees it."""

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow from a posted event, or raise Refused."""
        ...
