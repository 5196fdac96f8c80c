"""One look for all who wait for what a service records: streams of pages, and readers of the feed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

from shared.database import Database, is_away
from shared.outbox import state

EVERY_SECONDS: Final = 1.0
T = TypeVar("T")


class Watch:
    """Looks for all streams of a process whether its service has recorded anything, and reads for all of them once.

    What a service shows live it has recorded itself, so that the number of its newest fact tells whether there is
    anything new: one small query a second while anybody looks, whether one person does or a hundred.
    """

    def __init__(self, database: Database, *, every: float = EVERY_SECONDS) -> None:
        """Take the service's database; nothing is asked before somebody looks."""
        self._database = database
        self._every = every
        self.newest = -1
        """The number of the newest fact, as far as this process has seen."""
        self._beginning = asyncio.Lock()
        self._changed = asyncio.Event()
        self._watchers = 0
        self._looking: asyncio.Task[None] | None = None
        self._read: dict[str, tuple[int, asyncio.Future[Any]]] = {}

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look as long as the block lasts, together with everybody else who does."""
        self._watchers += 1
        try:
            async with self._beginning:
                if self._looking is None or self._looking.done():
                    self.newest = await self._ask()
                    self._looking = asyncio.create_task(self._look(), name="live watch")
            yield
        finally:
            self._watchers -= 1
            if not self._watchers and self._looking is not None:
                self._looking.cancel()
                self._looking = None
                self._read.clear()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            newest = await self._ask()
            if newest != self.newest:
                self.newest = newest
                self._changed.set()
                self._changed = asyncio.Event()

    async def _ask(self) -> int:
        try:
            async with self._database.reading() as session:
                return (await state(session))[0]
        except Exception as error:
            if not is_away(error):
                raise
            return self.newest  # there is nothing new as long as nobody can record anything

    async def change(self, seen: int, within: float) -> bool:
        """Wait for something newer than what was seen; False when nothing came for a while."""
        if self.newest != seen:
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._changed.wait()
                return True
        return False

    async def once(self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """Return what is to be read under a name, read once for everybody until there is something new."""
        known = self._read.get(name)
        if known is None or known[0] != self.newest or _failed(known[1]):
            known = self.newest, asyncio.ensure_future(read())
            self._read[name] = known
        found: T = await asyncio.shield(known[1])
        return found


def _failed(reading: asyncio.Future[Any]) -> bool:
    return reading.done() and (reading.cancelled() or reading.exception() is not None)
