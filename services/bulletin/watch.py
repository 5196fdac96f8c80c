"""Watches over all services: hears their heartbeats and puts the board together for whoever looks (row 84)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from services.bulletin.domain.board import SERVICES, Board, Process, Sent, Source, Stage, Standing
from services.bulletin.domain.timing import Closing
from services.bulletin.store import Store
from services.bulletin.store.console import Console, Newest, Told
from shared.beat import Beat
from shared.clock import Clock
from shared.database import Database, is_away
from shared.events import CampaignPlanned, PlannedSession
from shared.outbox import source_of
from shared.pulse import Beats
from shared.spine import Spine

_FRESH_SECONDS: Final = 0.8
_ANSWER_SECONDS: Final = 3.0
Owed = tuple[tuple[str, str], ...]


class Watch:
    """The part of the bulletin service that watches."""

    def __init__(self, spine: Spine) -> None:
        """Take the service; nothing has been heard yet."""
        self._spine = spine
        self._clock: Clock = spine.clock
        self._database: Database = spine.database
        self._beats = Beats()
        self._board = Board(spine.clock.now())
        self._at = -_FRESH_SECONDS
        self._turn = asyncio.Lock()
        self._owed: dict[str, tuple[Closing, Owed]] = {}
        self._campaign: str | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen as long as the block lasts."""
        async with self._beats.heard_by(self._spine.client):
            yield

    async def board(self, campaign: str | None = None) -> Board:
        """Return the board as it is now; many who look at once share one look."""
        async with self._turn:
            if time.monotonic() - self._at >= _FRESH_SECONDS or campaign != self._campaign:
                self._board, self._campaign = await self._look(campaign), campaign
                self._at = time.monotonic()
            return self._board

    async def _look(self, campaign: str | None) -> Board:
        own = await self._spine.take_beat()
        self._beats.add(own)
        heard = own.checks.get("nats", False)
        processes = tuple(self._process(service, own, heard=heard) for service in SERVICES)
        known: dict[str, Beat | None] = {one.service: one.beat for one in processes}
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await self._read(campaign, processes, known)
        except Exception as error:
            if not is_away(error):
                raise
            return replace(self._board, now=self._clock.now(), processes=processes, stale=True)

    def _process(self, service: str, own: Beat, *, heard: bool) -> Process:
        if service == own.service:
            return Process(service, own, 0.0, len(self._beats.of(service)))
        found = self._beats.of(service)
        beat, age = found[0] if found else (None, 0.0)
        return Process(service, beat, age, len(found), unknown=not heard)

    async def _read(self, campaign: str | None, processes: tuple[Process, ...], beats: dict[str, Beat | None]) -> Board:
        async with self._database.reading() as session:
            store, console = Store(session), Console(session)
            plans = await store.plans()
            plan = next((one for one in reversed(plans) if campaign in (None, one.campaign)), None)
            positions, holes = await store.positions(), await store.holes()
            sources = tuple(self._source(service, positions, holes, beats.get(service)) for service in SERVICES)
            deliveries = await console.delivery_states()
            standings = await self._standings(store, console, plan) if plan else ()
        name = plan.campaign if plan else ""
        return Board(self._clock.now(), name, standings, processes, sources, deliveries)

    def _source(
        self, service: str, positions: dict[str, int], holes: dict[str, list[int]], beat: Beat | None
    ) -> Source:
        source = source_of(service)
        missing = tuple(holes.get(source, ()))
        known = positions.get(source, 0)
        return Source(service, known, missing, beat.recorded if beat else None)

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
