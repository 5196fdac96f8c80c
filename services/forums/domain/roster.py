"""Who has a place at the forum: caps by class, waitlist, lock, and late changes with a reason (row 32)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from services.forums.domain.gathering import Participant, Place, of_class, waitlist
from services.forums.domain.refusals import (
    AlreadyHeld,
    AlreadyOnRoster,
    AlreadyWaiting,
    ClassFull,
    HasWithdrawn,
    LateNeedsReason,
    ParticipantIdTaken,
    RosterIsLocked,
)
from services.forums.domain.scope import by_organisers, is_organiser, with_forum
from services.forums.domain.standing import check_person
from shared.campaign import Registry, StatedByService
from shared.events import (
    Event,
    ParticipantPromoted,
    ParticipantReplaced,
    ParticipantsConfirmed,
    ParticipantsWaitlisted,
    ParticipantWithdrawn,
    PlannedSession,
    RosterClass,
    RosterLocked,
    WaitingPerson,
)
from shared.events import Participant as Person
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import ForumClass

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld

CAPS: Final = {ForumClass.CITY: 15, ForumClass.BANNER: 10, ForumClass.ENTERPRISE: 15}
"""Persons, not units (notice §二(二)5, I5, I6); city leaders are outside (I18) unless the campaign says otherwise."""


def cap_of(registry: Registry, kind: ForumClass) -> int | None:
    """Return how many places a class has; leaders who count share the city departments' 15."""
    counted = kind is ForumClass.LEADER and registry.plan.switches.leaders_in_caps
    return CAPS[ForumClass.CITY] if counted else CAPS.get(kind)


def sharing(registry: Registry, kind: ForumClass) -> tuple[ForumClass, ...]:
    """Return the classes that share a class's places."""
    together = (ForumClass.CITY, ForumClass.LEADER)
    return together if registry.plan.switches.leaders_in_caps and kind in together else (kind,)


def free_places(registry: Registry, roster: Sequence[Participant], kind: ForumClass) -> int | None:
    """Count a class's free places; None where nothing limits them."""
    cap = cap_of(registry, kind)
    return None if cap is None else max(cap - len(of_class(roster, *sharing(registry, kind))), 0)


def _check_lock(world: "ForumsWorld", posted: Posted, session: PlannedSession, reason: str | None) -> bool:
    """Return whether a change is late; refuse a late one that is not the organisers', or says no reason."""
    forum = world.forums[session.session]
    if forum.locked_at is None:
        return False
    if not is_organiser(posted):
        raise RosterIsLocked(path="data.session", session=session.name, at=forum.locked_at)
    if reason is None:
        raise LateNeedsReason(path="data.reason", at=forum.locked_at)
    return True


def _whose(world: "ForumsWorld", session: PlannedSession, one: Participant | Person) -> str:
    """Return the name of the enterprise or unit that somebody is of."""
    known = world.registries[session.session.rpartition("-")[0]].unit(one.unit or "")
    return one.organisation or (known.name if known else one.unit or "—")


def _new_id(world: "ForumsWorld", person: Person, path: str, session: PlannedSession) -> None:
    """Refuse an id that is somebody else's, and somebody who has a place or waits for one."""
    roster = world.roster_of(session.session)
    same_id = roster.get(person.participant)
    if same_id is not None and (same_id.unit, same_id.name) != (person.unit, person.name):
        raise ParticipantIdTaken(path=f"{path}.participant", participant=person.participant, name=same_id.name)
    for other in roster.values():
        if (other.unit, other.name) != (person.unit, person.name) or other.place == Place.WITHDRAWN:
            continue
        unit = _whose(world, session, other)
        if other.confirmed:
            raise AlreadyOnRoster(path=path, name=other.name, unit=unit, session=session.name)
        number = waitlist(roster.values(), ForumClass(other.kind)).index(other) + 1
        raise AlreadyWaiting(path=path, name=other.name, unit=unit, number=number)


def _seated(session: str, kind: ForumClass, person: Person, place: Place, number: int) -> Participant:
    return Participant(
        session=session,
        participant=person.participant,
        kind=kind.value,
        name=person.name,
        unit=person.unit,
        organisation=person.organisation,
        post=person.post,
        rank=person.rank.value,
        place=place.value,
        number=number,
    )


def _next_number(roster: dict[str, Participant], kind: ForumClass) -> int:
    return max((one.number for one in roster.values() if one.kind == kind), default=0) + 1


def confirm(world: "ForumsWorld", posted: Posted, event: ParticipantsConfirmed) -> Sequence[Event]:
    """Give persons places in the order of the list, as far as the cap goes; the rest wait in that order (row 32)."""
    registry, session = with_forum(world, event)
    if event.late is not None:
        raise StatedByService(path="data.late")
    late = _check_lock(world, posted, session, event.reason)
    roster = world.roster_of(event.session)
    for place, person in enumerate(event.participants):
        path = f"data.participants.{place}"
        check_person(world, posted, session, kind=event.kind, person=person, path=path)
        _new_id(world, person, path, session)
        same = [one for one in event.participants[:place] if (one.unit, one.name) == (person.unit, person.name)]
        if same:
            unit = _whose(world, session, person)
            raise AlreadyOnRoster(path=path, name=person.name, unit=unit, session=session.name)
    free = free_places(registry, list(roster.values()), event.kind)
    fitting = len(event.participants) if free is None else free
    seated, waiting = event.participants[:fitting], event.participants[fitting:]
    first = _next_number(roster, event.kind)
    for place, person in enumerate(event.participants):
        where = Place.CONFIRMED if place < len(seated) else Place.WAITING
        one = _seated(event.session, event.kind, person, where, first + place)
        world.put_participant(replace(one, late=late, reason=event.reason))
    facts: list[Event] = []
    if seated:
        facts.append(event.model_copy(update={"participants": seated, "late": late or None}))
    if waiting:
        facts.append(_waitlisted(world, event, waiting))
    if not seated:
        raise _full(session, event, cap_of(registry, event.kind), facts)
    return facts


def _waitlisted(
    world: "ForumsWorld", event: ParticipantsConfirmed, waiting: Sequence[Person]
) -> ParticipantsWaitlisted:
    order = [one.participant for one in waitlist(world.roster_of(event.session).values(), event.kind)]
    return ParticipantsWaitlisted(
        session=event.session,
        kind=event.kind,
        waiting=tuple(WaitingPerson(person=one, number=order.index(one.participant) + 1) for one in waiting),
    )


def _full(session: PlannedSession, event: ParticipantsConfirmed, cap: int | None, facts: Sequence[Event]) -> ClassFull:
    (waitlisted,) = (fact for fact in facts if isinstance(fact, ParticipantsWaitlisted))
    refusal = ClassFull(
        path="data.participants",
        session=session.name,
        kind=event.kind,
        cap=cap,
        names="、".join(one.person.name for one in waitlisted.waiting),
        number=waitlisted.waiting[0].number,
    )
    refusal.consequences = tuple(facts)
    return refusal


def _found(world: "ForumsWorld", session: str, participant: str) -> Participant:
    """Return somebody of the roster or its waitlist."""
    one = world.roster_of(session).get(participant)
    if one is None:
        raise NotYet(ParticipantsConfirmed.type, f"{session}/roster")
    if one.place == Place.WITHDRAWN:
        raise HasWithdrawn(path="data.participant", name=one.name, reason=one.reason)
    return one


def withdraw(world: "ForumsWorld", posted: Posted, event: ParticipantWithdrawn) -> Sequence[Event]:
    """Take somebody off; the first of the class's waitlist gets the place (row 32)."""
    registry, session = with_forum(world, event)
    if event.late is not None:
        raise StatedByService(path="data.late")
    late = _check_lock(world, posted, session, event.reason)
    one = _found(world, event.session, event.participant)
    check_person(
        world, posted, session, kind=ForumClass(one.kind), person=one.person, path="data.participant", invited=False
    )
    world.put_participant(replace(one, place=Place.WITHDRAWN.value, reason=event.reason, late=late))
    return [event.model_copy(update={"late": late or None}), *_promoted(world, registry, one, late=late)]


def _promoted(
    world: "ForumsWorld", registry: Registry, gone: Participant, *, late: bool
) -> Sequence[ParticipantPromoted]:
    """Give a free place to whoever waits longest for it, of the classes that share it."""
    if not gone.confirmed:
        return []
    kind, roster = ForumClass(gone.kind), world.roster_of(gone.session)
    for shared in sharing(registry, kind):
        if (queue := waitlist(roster.values(), shared)) and free_places(registry, list(roster.values()), shared) != 0:
            first = replace(queue[0], place=Place.CONFIRMED.value, number=_next_number(roster, shared), late=late)
            world.put_participant(first)
            return [ParticipantPromoted(session=gone.session, kind=shared, person=first.person)]
    return []


def replace_person(world: "ForumsWorld", posted: Posted, event: ParticipantReplaced) -> Sequence[Event]:
    """Let another of the same unit take somebody's place; nobody of the waitlist moves (row 32)."""
    _, session = with_forum(world, event)
    if event.late is not None:
        raise StatedByService(path="data.late")
    late = _check_lock(world, posted, session, event.reason)
    one, person = _found(world, event.session, event.participant), event.by
    kind = ForumClass(one.kind)
    check_person(world, posted, session, kind=kind, person=person, path="data.by", same_unit=one.unit)
    _new_id(world, person, "data.by", session)
    world.put_participant(replace(one, place=Place.WITHDRAWN.value, reason=event.reason, late=late))
    seated = _seated(event.session, kind, person, Place(one.place), one.number)
    world.put_participant(replace(seated, late=late, reason=event.reason))
    return [event.model_copy(update={"late": late or None})]


def lock(world: "ForumsWorld", posted: Posted, event: RosterLocked) -> Sequence[Event]:
    """Lock the roster; the fact holds everybody on it, class by class (row 32)."""
    registry, session = with_forum(world, event)
    by_organisers(posted)
    if event.roster is not None:
        raise StatedByService(path="data.roster")
    forum = world.forums[event.session]
    if forum.held_at is not None:
        raise AlreadyHeld(path="data.session", session=session.name, at=forum.held_at)
    if forum.locked_at is not None:
        raise RosterIsLocked(path="data.session", session=session.name, at=forum.locked_at)
    world.put_forum(replace(forum, locked_at=event.locked_at))
    roster = list(world.roster_of(event.session).values())
    classes = tuple(
        RosterClass(
            kind=kind,
            cap=cap_of(registry, kind),
            participants=tuple(one.person for one in of_class(roster, kind)),
            waiting=len(waitlist(roster, kind)),
        )
        for kind in ForumClass
    )
    return [event.model_copy(update={"roster": classes})]
