"""Who came to the forum, as planned or otherwise (row 38); the survey's roster rests on it (notice §二(三)3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.forums.domain.gathering import Participant, of_class
from services.forums.domain.places import with_place
from services.forums.domain.scope import by_anyone_on_site, with_forum
from shared.campaign import StatedByService
from shared.events import AttendanceTaken, ClassCount, Event
from shared.posted import Posted
from shared.vocabulary import ForumClass, Presence

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


@dataclass(frozen=True, slots=True)
class Came:
    """A person who really was at the forum."""

    participant: str
    kind: str
    name: str
    unit: str
    organisation: str | None
    post: str
    rank: str
    instead_of: str | None = None
    """Whose substitute he was."""


def take(world: "ForumsWorld", posted: Posted, event: AttendanceTaken) -> Sequence[Event]:
    """Record who came; of each person the last word counts, also when it is said after the forum."""
    _, session = with_forum(world, event)
    by_anyone_on_site(posted, session)
    if event.late is not None:
        raise StatedByService(path="data.late")
    roster = world.roster_of(event.session)
    for place, entry in enumerate(event.entries):
        with_place(roster, event.session, entry.participant, f"data.entries.{place}.participant")
    for entry in event.entries:
        world.put_participant(
            replace(
                roster[entry.participant],
                presence=entry.presence.value,
                substitute=entry.substitute,
                substitute_post=entry.substitute_post,
                presence_reason=entry.reason,
            )
        )
    late = world.forums[event.session].held_at is not None
    return [event.model_copy(update={"late": late or None})]


def came(roster: Iterable[Participant], *kinds: ForumClass) -> list[Came]:
    """Return who really was there, in the roster's order; a substitute in the stead of whom he stood in for."""
    there, everybody = [], list(roster)
    for one in (one for kind in kinds or tuple(ForumClass) for one in of_class(everybody, kind)):
        if one.presence not in (Presence.PRESENT, Presence.SUBSTITUTE):
            continue
        stood_in = one.presence == Presence.SUBSTITUTE
        there.append(
            Came(
                participant=one.participant,
                kind=one.kind,
                name=one.substitute or one.name if stood_in else one.name,
                unit=one.unit,
                organisation=one.organisation,
                post=(one.substitute_post or "—") if stood_in else one.post,
                rank=one.rank,
                instead_of=one.name if stood_in else None,
            )
        )
    return there


def counts(roster: Iterable[Participant]) -> tuple[ClassCount, ...]:
    """Count, class by class, who had a place and how they came."""
    everybody = list(roster)
    found = []
    for kind in ForumClass:
        persons = of_class(everybody, kind)
        tally = {presence: sum(one.presence == presence for one in persons) for presence in Presence}
        found.append(
            ClassCount(
                kind=kind,
                planned=len(persons),
                present=tally[Presence.PRESENT],
                substitutes=tally[Presence.SUBSTITUTE],
                excused=tally[Presence.EXCUSED],
                absent=tally[Presence.ABSENT],
                unknown=len(persons) - sum(tally.values()),
            )
        )
    return tuple(found)
