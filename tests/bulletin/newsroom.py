"""The bulletin service's parts on a real database, with a clock set by hand and a printer that prints JSON."""

import asyncio
from typing import Any

from services.bulletin.deadline import Deadline
from services.bulletin.domain.edition import Edition
from services.bulletin.handlers import handlers
from services.bulletin.settings import Settings
from services.bulletin.store import Store, keep
from services.bulletin.tables import DeliveryRow, EditionRow
from shared.database import Database
from shared.envelope import Fact
from shared.events import Event, ForumHeld, SurveyCalledOff, VisitsConcluded
from shared.vocabulary import SessionKind
from tests.builders import PLAN, session_closed
from tests.bulletin.stories import CLOSED_AT, Hand, Teller
from tests.systems import System

NOTHING = {"docketed": 0, "withdrawn": 0, "licences": 0, "counts": []}


class Printer:
    """Prints an edition as its canonical JSON; says what it was asked, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, bool]] = []
        self.troubles: list[Exception] = []
        self.suffix = b""

    async def render(self, edition: Edition, *, signs: bool = False) -> bytes:
        self.asked.append((edition.session, edition.revision, signs))
        await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop(0)
        return edition.canonical() + self.suffix

    async def sign(self, edition: Edition, pdf: bytes) -> bytes | None:
        del edition, pdf  # nothing to sign with
        return None


class Newsroom:
    """One bulletin service, taken apart."""

    def __init__(self, system: System, database: Database, settings: Settings) -> None:
        self.system = system
        self.database = database
        self.settings = settings
        self.clock = Hand()
        self.printer = Printer()
        self.teller = Teller()

    def deadline(self, **changes: Any) -> Deadline:  # noqa: ANN401  (any setting)
        """Return a worker that watches closed sessions; as many as a test wants."""
        settings = self.settings.model_copy(update=changes)
        wake = asyncio.Event()
        return Deadline(database=self.database, clock=self.clock, settings=settings, printer=self.printer, wake=wake)

    async def hear(self, *told: Fact) -> None:
        """Learn facts as the consumer does: keep what is new and react to it, in one transaction."""
        async with self.database.transaction() as session:
            new = await keep(session, told, self.clock.now())
            for handler in handlers(self.clock):
                types = handler.types
                if mine := [one for one in told if one.id in new and (not types or one.type in types)]:
                    await handler.react(mine, session)

    async def learn(self, *events: Event) -> None:
        """Learn what services publish next."""
        await self.hear(*self.teller.tell(*events))

    async def look(self, **passed: float) -> None:
        """Set the clock to some time after the closing and do what is to be done then."""
        if passed:
            self.clock.after(**passed)
        await self.deadline().look()

    async def editions(self) -> list[EditionRow]:
        async with self.database.reading() as session:
            return list(await Store(session).editions(pdfs=True))

    async def deliveries(self) -> list[DeliveryRow]:
        async with self.database.reading() as session:
            return list(await Store(session).deliveries())

    async def published(self) -> list[dict[str, Any]]:
        """Return the data of the service's own facts with their types, in order."""
        rows = await self.system.rows(
            "bulletin", "SELECT type, envelope::json->'data' AS data FROM outbox ORDER BY sequence"
        )
        return [{"type": row["type"].split(".")[1:3], "data": row["data"]} for row in rows]


async def kinds(room: Newsroom) -> list[str]:
    """Return the types of what a room has published, in order."""
    return [" ".join(fact["type"]) for fact in await room.published()]


async def newsroom(system: System, **changes: object) -> Newsroom:
    """Open a newsroom."""
    settings = await system.settings("bulletin", **changes)
    assert isinstance(settings, Settings)
    return Newsroom(system, await system.database("bulletin"), settings)


def uneventful(session: str) -> list[Event]:
    """Return what is published of a session at which nothing was decided: it is complete at once."""
    closed = session_closed(session=session, closed_at=CLOSED_AT, totals=NOTHING)
    kind = next(one.kind for one in PLAN.sessions if one.session == session)
    if kind is SessionKind.CITY:
        return [closed]
    forum = ForumHeld(session=session, held_at=CLOSED_AT, issues=0)
    off = SurveyCalledOff(session=session, reason="当日大风", called_off_at=CLOSED_AT)
    return [closed, forum, off, VisitsConcluded(session=session, concluded_at=CLOSED_AT, teams=0)]
