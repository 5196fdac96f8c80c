"""Who and what makes up a forum: persons on its roster, needs, arrangements, speeches, consultations, minutes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.events import Participant as Person
from shared.vocabulary import ForumClass


class Place(StrEnum):
    """Where somebody stands on the roster."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody on a forum's roster, or its waitlist, and whether he came."""

    session: str
    participant: str
    kind: str
    name: str
    unit: str
    organisation: str | None
    post: str
    rank: str
    place: str
    number: int
    """The order in which places, and places in the waitlist, were given within the class."""
    late: bool = False
    """Changed after the roster was locked."""
    reason: str | None = None
    """Why withdrawn, replaced or so late."""
    presence: str | None = None
    substitute: str | None = None
    substitute_post: str | None = None
    presence_reason: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether he has a place."""
        return self.place == Place.CONFIRMED

    @property
    def waiting(self) -> bool:
        """Whether he waits for one."""
        return self.place == Place.WAITING

    @property
    def person(self) -> Person:
        """The person as events tell it."""
        return Person.model_validate({name: getattr(self, name) for name in Person.model_fields})


@dataclass(frozen=True, slots=True)
class Need:
    """What an enterprise needs, reported for the forum or collected for the policy teams."""

    session: str
    need: str
    enterprise: str
    enterprise_code: str
    tags: list[str]
    text: str | None = None
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What was arranged for a forum: the newest fact of one type."""

    session: str
    kind: str
    """Its wire type."""
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody spoke for an enterprise."""

    session: str
    participant: str
    number: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Consultation:
    """Somebody asked at a consultation seat."""

    session: str
    consultation: str
    period: str
    given_at: datetime
    topic: str | None
    enterprise: str | None
    question: str | None
    answered: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """One revision of a forum's minutes."""

    session: str
    revision: int
    text: str
    editor: str
    unit: str
    revised_at: datetime
    note: str | None = None


def of_class(roster: Iterable[Participant], *kinds: ForumClass) -> list[Participant]:
    """Return a class's persons with a place, in the order in which they got it."""
    return sorted((one for one in roster if one.confirmed and one.kind in kinds), key=lambda one: one.number)


def waitlist(roster: Iterable[Participant], kind: ForumClass) -> list[Participant]:
    """Return who waits for a place of a class, in order."""
    return sorted((one for one in roster if one.waiting and one.kind == kind), key=lambda one: one.number)
