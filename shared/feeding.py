"""Reads a service's facts for callers: what comes after a cursor, and only what its unit may see (rows 75, 78).

The cursor is the fact's sequence, which is gapless and in the order of COMMIT: whoever asks for what comes after n
gets all of it, today or after a restart (docs/decisions/0003).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from shared.database import Database
from shared.envelope import Fact, read_published, with_sequence
from shared.events import EVENTS, Event, QuarantineEvent, WebhookEvent
from shared.keyfacts import TYPES as KEY_TYPES
from shared.outbox import state
from shared.posted import Caller
from shared.problems import Refused
from shared.trial import Trial
from shared.vocabulary import Level, Role
from shared.watch import Watch

_LOOK_EVERY_SECONDS: Final = 0.25
_LOOK_IN_SANDBOX_SECONDS: Final = 2.0
"""A sandbox is decided anew at each look."""
Who = Callable[[], Awaitable[Caller]]
_READ: Final = text("""
    SELECT sequence, type, envelope FROM outbox WHERE sequence > :after
        AND (CAST(:types AS text[]) IS NULL OR type = ANY(CAST(:types AS text[])))
    ORDER BY sequence LIMIT :most
""")


def _types(family: type[Event]) -> frozenset[str]:
    return frozenset(name for name, kind in EVENTS.items() if issubclass(kind, family))


_WEBHOOKS: Final = _types(WebhookEvent)
_CLOSED: Final = KEY_TYPES | _WEBHOOKS | _types(QuarantineEvent)
"""Of no session, but not everybody's."""


class NoSuchEvent(Refused):
    """No service publishes events of this name."""

    row = 74
    zh = "没有 {type} 这种事件，请核对名称和版本（见 /reference）"
    en = "There is no event {type}; check its name and version (see /reference)"


def are_known(types: Sequence[str] | None, path: str) -> None:
    """Refuse the name of an event that nobody will ever publish: who waits for it waits for nothing."""
    for name in types or ():
        if name not in EVENTS:
            raise NoSuchEvent(path=path, type=ascii(name)[1:-1][:128])


def may_see(caller: Caller, fact: Fact) -> bool:
    """Tell whether a fact is this caller's to see (rows 75, 78).

    The city's units see every session, a banner's only its own; keys are the city DRC's business, messages in
    quarantine, which quote others' facts, its and its operators', a webhook beside the DRC its own unit's.
    """
    if fact.type in _CLOSED:
        looks_after = caller.role is Role.DRC or (caller.role is Role.OPERATOR and fact.type not in KEY_TYPES)
        mine = fact.type in _WEBHOOKS and fact.data.get("unit") == caller.unit
        return mine or (looks_after and caller.level is Level.CITY)
    return sees_session(caller, fact.session)


def sees_session(caller: Caller, session: str | None) -> bool:
    """Tell whether what belongs to a session, or to none, is this caller's to see."""
    return caller.level is Level.CITY or session is None or session.rpartition("-")[2] == caller.division


@dataclass(frozen=True, slots=True)
class Page:
    """Some facts in their order: as CloudEvents, by sequence; where to go on, and how far there is anything."""

    facts: Sequence[tuple[int, str, bytes]]
    """(sequence, type, CloudEvent)."""
    next: int
    last: int

    def body(self) -> bytes:
        """Return the page as JSON."""
        facts = b",".join(event for _, _, event in self.facts)
        return b'{"facts":[%s],"next":%d,"last":%d}' % (facts, self.next, self.last)


class Feed:
    """Reads a service's facts for callers."""

    def __init__(self, database: Database, trial: Trial | None = None) -> None:
        """Take the service's database; keys for trying out see their sandbox instead."""
        self._database = database
        self._trial = trial
        self._watch = Watch(database, every=_LOOK_EVERY_SECONDS)

    async def page(self, caller: Caller, after: int, most: int, types: Sequence[str] | None) -> Page:
        """Return what comes after a sequence and the caller may see."""
        if caller.test:
            return await self._sandbox(caller, after, most, types)
        async with self._database.reading() as session:
            # Asked first: what is recorded meanwhile is looked at the next time, and not passed over.
            last, _ = await state(session)
            values = {"after": after, "types": list(types) if types else None, "most": most}
            rows = (await (await session.connection()).execute(_READ, values)).all()
        found = [(row.sequence, row.type, with_sequence(row.envelope, row.sequence)) for row in rows]
        seen = tuple(one for one in found if may_see(caller, read_published(one[2])))
        newest = found[-1][0] if found else 0
        reached = newest if len(found) == most else max(last, after, newest)
        return Page(seen, reached, max(last, reached))

    async def _sandbox(self, caller: Caller, after: int, most: int, types: Sequence[str] | None) -> Page:
        written = await self._trial.facts(caller) if self._trial is not None else []
        numbered = [with_sequence(text_form, number) for number, text_form in enumerate(written, start=1)]
        wanted = [(n, read_published(one).type, one) for n, one in enumerate(numbered, start=1) if n > after]
        seen = [one for one in wanted if not types or one[1] in types][:most]
        return Page(seen, seen[-1][0] if len(seen) == most else max(len(numbered), after), max(len(numbered), after))

    async def waited(self, who: Who, after: int, most: int, types: Sequence[str] | None, *, seconds: float) -> Page:
        """Return the next page, waiting some seconds for one that has a fact for the caller.

        Who asks is asked anew at each look: to whom a key was taken away meanwhile, nothing is told.
        """
        if not seconds:
            return await self.page(await who(), after, most, types)
        async with self._watch.looking():
            return await self._first(who, after, most, types, asyncio.get_running_loop().time() + seconds)

    async def _first(self, who: Who, after: int, most: int, types: Sequence[str] | None, until: float) -> Page:
        page, seen = None, 0
        while True:
            caller, newest, over = await who(), self._watch.newest, asyncio.get_running_loop().time() >= until
            if page is None or newest != seen or over or caller.test:
                page = await self.page(caller, after, most, types)
                after, seen = page.next, newest
            if page.facts or over:
                return page
            if caller.test:
                await asyncio.sleep(_LOOK_IN_SANDBOX_SECONDS)
            else:
                await self._watch.change(seen, _LOOK_EVERY_SECONDS)
