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
from shared.keyfacts import TYPES as KEY_TYPES
from shared.posted import Caller
from shared.trial import Trial
from shared.vocabulary import Level, Role

_LOOK_EVERY_SECONDS: Final = 0.25
Who = Callable[[], Awaitable[Caller]]
_READ: Final = text("""
    SELECT sequence, type, envelope FROM outbox WHERE sequence > :after
        AND (CAST(:types AS text[]) IS NULL OR type = ANY(CAST(:types AS text[])))
    ORDER BY sequence LIMIT :most
""")
_LAST: Final = text("SELECT last FROM outbox_counter")


def may_see(caller: Caller, fact: Fact) -> bool:
    """Tell whether a fact is this caller's to see (rows 75, 78).

    The city's units see every session, a banner's only its own; keys are the city DRC's business.
    """
    if fact.type in KEY_TYPES:
        return caller.role is Role.DRC and caller.level is Level.CITY
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

    async def page(self, caller: Caller, after: int, most: int, types: Sequence[str] | None) -> Page:
        """Return what comes after a sequence and the caller may see."""
        if caller.test:
            return await self._sandbox(caller, after, most, types)
        async with self._database.reading() as session:
            connection = await session.connection()
            # Asked first: what is recorded meanwhile is looked at the next time, and not passed over.
            last: int = (await connection.execute(_LAST)).scalar_one()
            values = {"after": after, "types": list(types) if types else None, "most": most}
            rows = (await connection.execute(_READ, values)).all()
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
        until = asyncio.get_running_loop().time() + seconds
        while True:
            page = await self.page(await who(), after, most, types)
            if page.facts or asyncio.get_running_loop().time() >= until:
                return page
            after = page.next
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
