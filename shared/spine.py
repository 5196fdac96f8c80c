"""What a service stands on, put together: database, clock, keys, intake, relay, consumer, and their running."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import nats.errors
from fastapi import APIRouter, FastAPI
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared import contacts, faults, gauges, keys, logs, pulse, quarantine, uses, ways, web
from shared.background import background as background
from shared.background import in_time
from shared.beat import Beat
from shared.clock import CLOCK_SUBJECT, Clock, RehearsalClock, clock_of
from shared.consumer import Consumer, On, Remember, ensure
from shared.database import Database, is_away
from shared.imports import Imports, Kind
from shared.intake import Desk, Intake
from shared.keys import Keys
from shared.outbox import state
from shared.relay import Relay
from shared.replay import replay_wanted
from shared.settings import ServiceSettings
from shared.signing import Signatures
from shared.stream import ASK, HUNG_UP, close, connect, connection_options, last_in_stream, login

_DATABASE_WITHIN_SECONDS: Final = 60.0
"""How long a starting service waits for a database that is starting too; to end and be started again costs more."""

_ATTEMPT_SECONDS: Final = 2.0


class Spine:
    """The common part of a service; `application` adds its own routes and parts to it."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        *,
        desk: Desk[Any] | None = None,
        remember: Remember | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take the service's side of the intake, if events are posted to it, and what it keeps for an inbox."""
        faults.arm(settings.crash_at)
        self.service = service
        self.settings = settings
        self.clock: Clock = clock or clock_of(rehearsal=settings.rehearsal)
        self.database = Database(settings.database)
        self.keys = Keys(self.database)
        self.intake = Intake(service, database=self.database, desk=desk, clock=self.clock) if desk is not None else None
        self.front = web.Desk(self.intake, self.keys, self.clock, settings.max_body_bytes) if self.intake else None
        self.consumer: Consumer | None = None
        self.imports: Imports | None = None
        """The tables handed in, of a service that takes events."""
        self.applied = asyncio.Event()
        """Set whenever facts have been applied, for whoever acts on them."""
        self.ward = quarantine.Ward(service, self.database, self.clock)
        self.health: web.Health | None = None
        self.looked_until: datetime | None = None
        """Up to when the service has done what falls due by the clock, if it has an agenda."""
        self._remember = remember
        self._stopping = False
        self.broker = NatsBroker(
            settings.nats_urls,
            logger=logging.getLogger(f"{service}.broker"),
            apply_types=False,
            graceful_timeout=10,
            closed_cb=self._nats_closed,
            security=login(settings),
            **connection_options(f"{service} consumer"),
        )
        self._client: Client | None = None
        self._started_at = datetime.now(UTC)

    def react(self, handlers: Iterable[On]) -> None:
        """Subscribe the service's table of reactions."""
        self.consumer = Consumer(
            self.service, handlers, database=self.database, applied=self.applied, remember=self._remember
        )
        self.consumer.subscribe(self.broker)

    def application(  # noqa: PLR0913  (what makes up a service)
        self,
        *,
        summary: str,
        routes: Sequence[APIRouter],
        parts: Sequence[web.Part] = (),
        pages: web.Pages | None = None,
        useful: Mapping[str, web.Check] = MappingProxyType({}),
        measures: Sequence[web.Measure] = (),
        tables: Sequence[Kind] = (),
    ) -> FastAPI:
        """Return the service as a FastAPI application; without what is `useful` it is degraded, not unready.

        `tables` are the kinds of spreadsheets it takes beside those of its events.
        """
        pages = pages or self.pages(Path(__file__).with_name("web") / "templates")
        incoming, own = ways.ways_in(self, pages, tables)
        outgoing, more = ways.ways_out(self, pages)
        routers = [
            *incoming,
            *routes,
            *outgoing,
            web.quarantine_routes(self.ward, self.consumer, pages),
            web.contact_routes(self.database, self.clock, pages, self.settings.retention_days),
            pages.routes(),
        ]
        self.health = self._health(useful, measures)
        return web.service(
            self.service,
            summary=summary,
            routes=routers,
            parts=(self, *own, *more, *parts),
            health=self.health,
            post_events=self.front.post if self.front else None,
            clock=self.clock,
            pages=pages,
            viewers=self._viewers(),
            signatures=Signatures(self.service, self.keys, self.database),
        )

    def _viewers(self) -> web.Lasting:
        most = self.settings
        return web.Lasting(self.service, "pages", of_a_key=most.live_pages_of_a_key, of_all=most.live_pages)

    def _health(self, useful: Mapping[str, web.Check], measures: Sequence[web.Measure]) -> web.Health:
        return web.Health(
            needed={"database": self.database.answers, "nats": self._nats_answers},
            details=self._progress,
            useful=useful,
            measures=(self._measure, *measures),
        )

    def pages(self, templates: Path) -> web.Pages:
        """Return the service's pages, rendered from its own templates over the shared ones."""
        return web.Pages(self.service, self.keys, templates, addresses=self.settings.addresses)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run relay, consumer, intake and the rehearsal clock as long as the block lasts."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            self._client = await connect(self.settings, f"{self.service} relay")
            stack.push_async_callback(self._close_client, self._client)
            await self._is_the_right_database(self._client)
            await self._follow_the_clock(self._client)
            await self.broker.connect()
            stack.push_async_callback(self._stop_broker)
            if self.intake is not None:
                await stack.enter_async_context(background(self.intake.run(), "intake"))
            if self.settings.relay:
                relay = Relay(self.service, database=self.settings.database, client=self._client)
                await stack.enter_async_context(background(relay.run(), "relay"))
            if self.consumer is not None:
                await ensure(self.broker, self.consumer, logs.get().info)
                self.consumer.make_patient()
                await stack.enter_async_context(background(self.consumer.watch(self.broker), "consumer watch"))
                await stack.enter_async_context(background(replay_wanted(self.consumer, self.ward), "replays"))
            await self.broker.start()
            await stack.enter_async_context(background(pulse.tell(self._client, self.take_beat), "beat"))
            forgetting = contacts.forget_in_time(self.database, self.clock)
            await stack.enter_async_context(background(forgetting, "retention"))
            if self.service == keys.HOME:
                await uses.hear(self._client, self.database)
            await stack.enter_async_context(background(uses.tell(self._client, self.service, self.keys), "uses"))
            yield

    @property
    def client(self) -> Client:
        """The service's own connection to NATS, while it runs."""
        if self._client is None:
            raise RuntimeError("not connected yet")
        return self._client

    async def take_beat(self) -> Beat:
        """Measure how this process is; what cannot be measured just now stays unknown."""
        return await pulse.pulse(self, pulse.instance(), self._started_at)

    async def _follow_the_clock(self, client: Client) -> None:
        clock = self.clock
        if not isinstance(clock, RehearsalClock):
            return

        async def hear(message: Msg) -> None:
            clock.tell(datetime.fromisoformat(message.data.decode()))

        await client.subscribe(CLOCK_SUBJECT, cb=hear)
        await clock.told()

    async def _is_the_right_database(self, client: Client) -> None:
        """Refuse to publish from a database that does not know facts this service has published."""
        recorded = await self._recorded()
        published = await last_in_stream(client, self.service)
        if published is not None and recorded < published:
            message = (
                f"the stream holds {published} facts of {self.service}, its database {recorded}: "
                f"restore the database, or `chunfeng rebuild {self.service}`"
            )
            raise RuntimeError(message)

    async def _recorded(self) -> int:
        """Return how many facts the database knows; a database that is just starting is waited for."""
        began, sparing = time.monotonic(), logs.Sparing()
        while True:
            try:
                return await in_time(self._last(), _ATTEMPT_SECONDS)
            except Exception as error:
                waited = time.monotonic() - began
                if not is_away(error) or waited > _DATABASE_WITHIN_SECONDS:
                    raise
                if sparing.may_say("database.awaited"):
                    logs.get().warning("database.awaited", seconds=round(waited), error=type(error).__name__)
            await asyncio.sleep(0.2)

    async def _last(self) -> int:
        async with self.database.reading() as session:
            return (await state(session))[0]

    async def _progress(self) -> dict[str, Any]:
        """Tell how many facts the service has recorded, how many the stream has, and up to when its agenda is done."""
        async with self.database.reading() as session:
            last, published = await state(session)
        agenda = {"agenda": self.looked_until.isoformat()} if self.looked_until else {}
        return {"outbox": {"last": last, "published": published}} | agenda

    async def _measure(self) -> None:
        """Set the gauges of what waits."""
        await gauges.measure_tables(self.service, self.database, self.clock.now())
        if self.consumer is not None and self._client is not None:
            await gauges.measure_consumer(self.service, self._client)

    async def _nats_answers(self) -> bool:
        try:
            if self._client is None or not await self.broker.ping(timeout=1):
                return False
            # A server that hangs keeps its connections and answers nothing. No flush(): nats-py 2.16 reads no more
            # once the pong comes that a flush has given up waiting for, and is deaf for half a minute.
            await self._client.request(ASK, timeout=1)
        except (nats.errors.Error, OSError, TimeoutError):
            return False
        return True

    async def _nats_closed(self) -> None:
        """End the process when NATS closed the connection for ever; whoever started it starts it again."""
        if not self._stopping:
            logs.get().critical("nats.closed")
            os._exit(1)

    async def _stop_broker(self) -> None:
        self._stopping = True
        for stop in (*([self.consumer.stop] if self.consumer is not None else []), self.broker.stop):
            try:
                await stop()
            except HUNG_UP:
                logs.get().warning("broker.stopped_without_nats")

    async def _close_client(self, client: Client) -> None:
        self._stopping = True
        await close(client)
