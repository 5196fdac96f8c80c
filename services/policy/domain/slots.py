"""What people are booked for, and when that clashes (row 48, notice I11, I12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.clock import SHANGHAI
from shared.problems import Refused


class Booking(StrEnum):
    """What a slot is for."""

    TEAM = "team"
    SEAT = "seat"
    FORUM = "forum"


@dataclass(frozen=True, slots=True)
class Slot:
    """A person booked from one time to another; who a person is, name and unit tell."""

    ref: str
    """What it belongs to: replaced and freed together."""
    unit: str
    name: str
    session: str
    booking: str
    label: str
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Tell whether the slot and a window have any time in common; one may begin when the other ends."""
        return self.starts_at < ends_at and starts_at < self.ends_at

    @property
    def times(self) -> str:
        """The slot's times as people write them."""
        start, end = self.starts_at.astimezone(SHANGHAI), self.ends_at.astimezone(SHANGHAI)
        return f"{start:%m-%d %H:%M}—{end:%H:%M}"


class PersonTaken(Refused):
    """Somebody is booked for something else at that time."""

    status = 409
    row = 48
    zh = "{name}（{unit}）{times}已安排：{label}；与{wanted}冲突"
    en = "{name} of {unit} is booked {times}: {label}; this clashes with {wanted}"


def clash(slots: Iterable[Slot], person: dict[str, Any], starts_at: datetime, ends_at: datetime) -> Slot | None:
    """Return the first slot of a person that overlaps a window."""
    mine = [one for one in slots if (one.unit, one.name) == (person["unit"], person["name"])]
    overlapping = [one for one in mine if one.overlaps(starts_at, ends_at)]
    return min(overlapping, key=lambda one: (one.starts_at, one.ref), default=None)


def clashes(slots: Sequence[Slot]) -> list[tuple[Slot, Slot]]:
    """List every pair of slots of one person that overlap: what became known too late to be refused."""
    ordered = sorted(slots, key=lambda one: (one.unit, one.name, one.starts_at, one.ref))
    return [
        (one, other)
        for place, one in enumerate(ordered)
        for other in ordered[place + 1 :]
        if (one.unit, one.name, one.ref != other.ref) == (other.unit, other.name, True)
        and one.overlaps(other.starts_at, other.ends_at)
    ]
