"""Watches over all services: hears their heartbeats and puts the board together for whoever looks (row 84)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from services.bulletin.domain.board import SERVICES, Board, Process, Sent, Source, Stage, Standing
from services.bulletin.domain.timing import Closing
from services.bulletin.store import Store
from services.bulletin.store.console import FROM_THE_START, Change, Console, Newest, Told
from shared.background import in_time
from shared.beat import Beat
from shared.clock import Clock
from shared.database import Database, is_away
from shared.events import CampaignPlanned, PlannedSession
from shared.outbox import source_of
from shared.pulse import Beats
from shared.spine import Spine

_FRESH_SECONDS: Final = 0.8
_ANSWER_SECONDS: Final = 3.0
_ANEW_SECONDS: Final = 5.0
"""After so long all is read again, whether anything seems to have changed or not: a delivery on its way, say."""
_MOST_SIGHTS: Final = 8
Owed = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """A campaign's board, when it was looked at, and up to what in the database it shows."""

    board: Board
    at: float
    read_at: float = -_ANEW_SECONDS
    change: Change | None = None


class Watch:
    """The part of the bulletin service that watches."""

    def __init__(self, spine: Spine) -> None:
        """Take the service; nothing has been heard yet."""
        self._spine = spine
        self._clock: Clock = spine.clock
        self._database: Database = spine.database
        self._beats = Beats()
        self._since = time.monotonic()
        self._sights: dict[str | None, Sight] = {}
        self._turn = asyncio.Lock()
        self._owed: dict[str, tuple[Closing, Owed]] = {}
        self._reached: dict[str, int] = {}
        self._drawn: tuple[Board | None, dict[Hashable, str]] = (None, {})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen as long as the block lasts."""
        async with self._beats.heard_by(self._spine.client):
            self._since = time.monotonic()
            yield

    async def board(self, campaign: str | None = None) -> Board:
        """Return the board as it is now; many who look at once share one look."""
        async with self._turn:
            sight = self._sights.pop(campaign, None)
            if sight is None or time.monotonic() - sight.at >= _FRESH_SECONDS:
                sight = await self._look(campaign, sight)
            self._sights[campaign] = sight  # as the newest
            while len(self._sights) > _MOST_SIGHTS:
                self._sights.pop(next(iter(self._sights)))
            return sight.board

    def drawn(self, board: Board, form: Hashable, draw: Callable[[], str]) -> str:
        """Return a board in one form, language and rights say, drawn once for all who look at it in that form."""
        if self._drawn[0] is not board:
            self._drawn = (board, {})
        forms = self._drawn[1]
        if form not in forms:
            forms[form] = draw()
        return forms[form]

    async def _look(self, campaign: str | None, before: Sight | None) -> Sight:
        own = await self._spine.take_beat()
        self._beats.add(own)
        heard = own.checks.get("nats", False)
        processes = tuple(self._process(service, own, heard=heard) for service in SERVICES)
        try:
            return await in_time(self._read(campaign, before, processes), _ANSWER_SECONDS)
        except Exception as error:
            if not is_away(error):
                raise
            old = before.board if before else Board(self._clock.now())
            stale = replace(old, now=self._clock.now(), processes=processes, stale=True)
            return Sight(stale, time.monotonic())

    def _process(self, service: str, own: Beat, *, heard: bool) -> Process:
        if service == own.service:
            return Process(service, own, 0.0, len(self._beats.of(service)))
        found = self._beats.of(service)
        beat, age = found[0] if found else (None, 0.0)
        listened = time.monotonic() - self._since
        return Process(service, beat, age, len(found), unknown=not heard, listened=listened)

    async def _read(self, campaign: str | None, before: Sight | None, processes: tuple[Process, ...]) -> Sight:
        """Read the sessions anew if anything has changed since, or after a while; the services always are."""
        now = time.monotonic()
        async with self._database.reading() as session:
            store, console = Store(session), Console(session)
            change = await console.change()
            if before is not None and before.change == change and now - before.read_at < _ANEW_SECONDS:
                sources = tuple(_heard(one, processes) for one in before.board.sources)
                board = replace(before.board, now=self._clock.now(), processes=processes, sources=sources)
                return replace(before, board=board, at=now)
            plans = await store.plans()
            plan = next((one for one in reversed(plans) if campaign in (None, one.campaign)), None)
            sources = tuple(_heard(one, processes) for one in await self._sources(store, console))
            deliveries = await store.delivery_counts()
            standings = await self._standings(store, console, plan) if plan else ()
        board = Board(self._clock.now(), plan.campaign if plan else "", standings, processes, sources, deliveries)
        return Sight(board, now, now, change)

    async def _sources(self, store: Store, console: Console) -> list[Source]:
        """Return how much of each source is here; what has once been known without a hole is not looked at again."""
        self._reached = FROM_THE_START | await store.positions(FROM_THE_START | self._reached)
        holes = await console.holes(self._reached)
        return [
            Source(service, self._reached[source_of(service)], tuple(holes.get(source_of(service), ())), None)
            for service in SERVICES
        ]

    async def _standings(self, store: Store, console: Console, plan: CampaignPlanned) -> tuple[Standing, ...]:
        told = await console.told([one.session for one in plan.sessions])
        closings = {one.session: one for one in await store.closings()}
        newest, counts, sent = await console.newest(), await console.counts(), await console.sent()
        found = []
        for one in sorted(plan.sessions, key=lambda session: session.position):
            closing, edition = closings.get(one.session), newest.get(one.session)
            owed = edition.owed if edition else ()
            if closing is not None and edition is None:
                owed = await self._lacking(store, closing, plan)
            of_newest = sent.get((one.session, edition.revision), Sent()) if edition else Sent()
            found.append(_standing(one, told, closing, edition, owed, of_newest, counts.get(one.session, 0)))
        return tuple(found)

    async def _lacking(self, store: Store, closing: Closing, plan: CampaignPlanned) -> Owed:
        """Return what is missing of a session that is closed and not issued; assembled anew when something came."""
        before = self._owed.get(closing.session)
        if before is not None and before[0].touched_at == closing.touched_at:
            return before[1]
        outlook = await store.outlook(closing, plan, self._clock.now())
        owed = tuple((one.unit, one.what) for one in outlook.edition.owed)
        self._owed[closing.session] = (closing, owed)
        return owed


def _heard(source: Source, processes: tuple[Process, ...]) -> Source:
    """Return a source with how much its service says to have recorded."""
    beat = next((one.beat for one in processes if one.service == source.service), None)
    return replace(source, recorded=beat.recorded if beat else None)


def _standing(  # noqa: PLR0913, PLR0917  (what makes up a line of the board)
    planned: PlannedSession,
    told: Told,
    closing: Closing | None,
    edition: Newest | None,
    owed: Owed,
    sent: Sent,
    facts: int,
) -> Standing:
    name = planned.session
    if edition is not None:
        stage = Stage.ISSUED
    elif closing is not None:
        stage = Stage.CLOSED
    elif name in told.cancelled:
        stage = Stage.CANCELLED
    elif name in told.opened:
        stage = Stage.OPEN
    else:
        stage = Stage.SCHEDULED if name in told.starts_at else Stage.PLANNED
    return Standing(
        session=name,
        name=planned.name,
        position=planned.position,
        stage=stage,
        starts_at=told.starts_at.get(name),
        closed_at=closing.closed_at if closing else None,
        due_at=closing.due_at if closing else None,
        issued_at=edition.issued_at if edition else None,
        number=edition.number if edition else None,
        revision=edition.revision if edition else None,
        complete=edition.complete if edition else True,
        owed=owed,
        facts=facts,
        sent=sent,
    )
