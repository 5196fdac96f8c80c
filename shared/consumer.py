"""The consumer: each fact once per service, one transaction per batch, acknowledged last.

A batch's inbox rows and effects commit together; only then is it acknowledged. What fails for now is redelivered with
growing delay, for ever. What can never be applied goes into quarantine with its reason. Nothing vanishes:
received = applied + quarantined.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import nats.errors
from faststream import AckPolicy, StreamMessage
from faststream.nats import JStream, NatsBroker, PullSub
from nats.aio.msg import Msg
from nats.js.api import AckPolicy as ConsumerAcks
from nats.js.api import ConsumerConfig, DeliverPolicy
from opentelemetry.trace import SpanKind
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import faults, logs, tracing
from shared.database import Database, is_away
from shared.envelope import Fact, read_published
from shared.events import EVENTS, Event
from shared.metrics import FACTS_CONSUMED, QUARANTINED
from shared.patience import make_patient
from shared.quarantine import reason_of
from shared.stream import STREAM, SUBJECTS
from shared.verdict import is_passing, is_permanent

BATCH: Final = 500
COLLECT_SECONDS: Final = 0.1
"""How long a batch may collect: the latency of a lone fact (FastStream fills a batch until this has passed)."""
PATIENCE: Final = 5
"""After this many deliveries an error that is nobody's fault outside is taken for permanent."""
_LONGEST_DELAY: Final = 60.0
_WATCH_SECONDS: Final = 15.0

E = TypeVar("E", bound=Event)
Reaction = Callable[[Sequence[Fact], AsyncSession], Awaitable[None]]
Remember = Callable[[AsyncSession, Sequence[Fact], datetime], Awaitable[set[str]]]

_REMEMBER = text("""
    INSERT INTO inbox (consumer, event_id, applied_at)
    SELECT :consumer, id, :now FROM unnest(CAST(:ids AS text[])) AS id
    ON CONFLICT DO NOTHING RETURNING event_id
""")
_QUARANTINE = text("""
    INSERT INTO quarantine (consumer, subject, stream_sequence, payload, reason, quarantined_at)
    VALUES (:consumer, :subject, :sequence, :payload, :reason, :now)
    ON CONFLICT (consumer, stream_sequence) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class On:
    """One line of a service's table of reactions: these event types, this reaction."""

    types: frozenset[str]
    react: Reaction


def on(event: type[E], handler: Callable[[Sequence[E], AsyncSession], Awaitable[None]]) -> On:
    """Pair an event type with the reaction to a batch of such events."""

    async def react(facts: Sequence[Fact], session: AsyncSession) -> None:
        await handler([event.model_validate(fact.data) for fact in facts], session)

    return On(frozenset({event.type}), react)


def on_every(handler: Reaction) -> On:
    """Pair every fact, of whatever type, with one reaction that takes the facts as they are."""
    return On(frozenset(), handler)


async def remember_in_inbox(consumer: str, session: AsyncSession, facts: Sequence[Fact], now: datetime) -> set[str]:
    """Note facts in the inbox; return the ids that were not there before."""
    values = {"consumer": consumer, "ids": [fact.id for fact in facts], "now": now}
    return set((await (await session.connection()).execute(_REMEMBER, values)).scalars())


@dataclass
class _Arrived:
    message: Msg
    fact: Fact


class Consumer:
    """Applies facts from the stream to one service's tables."""

    def __init__(
        self,
        service: str,
        handlers: Iterable[On],
        *,
        database: Database,
        applied: asyncio.Event,
        remember: Remember | None = None,
    ) -> None:
        """Take the service's table of reactions; `applied` is set after each batch; `remember` replaces the inbox."""
        self.service = service
        self.handlers = tuple(handlers)
        self._database = database
        self._keep = remember or partial(remember_in_inbox, service)
        self._log = logs.get()
        self._in_hand: asyncio.Task[None] | None = None
        self.applied = applied

    @property
    def filters(self) -> list[str]:
        """The subjects this consumer asks for: its event types from any service, or everything."""
        types = sorted({name for handler in self.handlers for name in handler.types})
        if any(not handler.types for handler in self.handlers):
            return [f"{SUBJECTS}.>"]
        return [f"{SUBJECTS}.*.{name.removeprefix('chunfeng.')}" for name in types]

    def config(self) -> ConsumerConfig:
        """Return the durable consumer: from the first fact on, explicit acks, redelivered for ever."""
        filters = self.filters
        return ConsumerConfig(
            durable_name=self.service,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=ConsumerAcks.EXPLICIT,
            ack_wait=10,
            max_deliver=-1,
            max_ack_pending=BATCH * 4,
            filter_subjects=filters if len(filters) > 1 else None,
            filter_subject=filters[0] if len(filters) == 1 else None,
        )

    def subscribe(self, broker: NatsBroker) -> None:
        """Attach to the broker: pull in batches, acknowledge by hand."""

        async def raw(message: StreamMessage[Any]) -> Any:  # noqa: ANN401  (a list of raw messages)
            return message.raw_message

        self._subscriber = broker.subscriber(
            SUBJECTS + ".>",
            stream=JStream(STREAM, declare=False),
            durable=self.service,
            config=self.config(),
            pull_sub=PullSub(batch_size=BATCH, timeout=COLLECT_SECONDS, batch=True),
            ack_policy=AckPolicy.MANUAL,
            decoder=raw,
            title=self.service,
        )
        self._subscriber(self.receive)

    def make_patient(self) -> None:
        """Mend FastStream's fetching; call between connecting and starting the broker."""
        make_patient(self._subscriber.jetstream)

    async def receive(self, messages: list[Msg]) -> None:
        """Read a batch and take it in hand once the one before is done; the next is fetched while PostgreSQL works."""
        arrived = [one for message in messages if (one := await self._read(message)) is not None]
        await self.rest()
        if arrived:
            self._in_hand = asyncio.create_task(self._settle(arrived), name=f"{self.service} batch")

    async def rest(self) -> None:
        """Wait until the batch in hand is done; one that failed unforeseen stays unacknowledged and comes again."""
        if (work := self._in_hand) is not None:
            self._in_hand = None
            try:
                await work
            except Exception:  # noqa: BLE001  (logged; it is redelivered)
                self._log.exception("consumer.failed")

    async def stop(self) -> None:
        """Fetch no more, and finish what is in hand while it can still be acknowledged."""
        await self._subscriber.stop()
        await self.rest()

    async def _settle(self, arrived: Sequence[_Arrived]) -> None:
        """Apply a batch; if it fails as a whole, apply its messages one by one."""
        try:
            await self._apply(arrived)
        except Exception as error:  # noqa: BLE001  (sorted below)
            if len(arrived) == 1 or is_passing(error):
                await self._put_off_or_quarantine(arrived, error)
                return
            for one in arrived:
                try:
                    await self._apply([one])
                except Exception as single:  # noqa: BLE001  (likewise)
                    await self._put_off_or_quarantine([one], single)

    async def _read(self, message: Msg) -> _Arrived | None:
        try:
            fact = read_published(message.data)
            if fact.type in EVENTS:
                fact.event()
        except (ValueError, KeyError, TypeError) as error:
            await self._quarantine(message, error)
            return None
        return _Arrived(message, fact)

    async def _apply(self, arrived: Sequence[_Arrived]) -> None:
        facts = [one.fact for one in arrived]
        async with self._database.transaction() as session:
            fresh = await self.take_in(session, facts)
            faults.crash_at("consumer.before_commit")
        faults.crash_at("consumer.before_ack")
        for one in arrived:
            await one.message.ack()
        self.applied.set()
        if tracing.on():
            tracing.passing(f"apply {self.service}", SpanKind.CONSUMER, [(one.id, one.traceparent) for one in fresh])
        FACTS_CONSUMED.labels(self.service, "applied").inc(len(fresh))
        FACTS_CONSUMED.labels(self.service, "duplicate").inc(len(facts) - len(fresh))
        ids = {"event_ids": [one.id for one in fresh], "correlation_ids": sorted({one.correlation_id for one in fresh})}
        counts = {"facts": len(fresh), "duplicates": len(facts) - len(fresh)}
        sessions = sorted({fact.session for fact in fresh if fact.session})
        logs.of_many(self._log.info, "facts.applied", ids, **counts, sessions=sessions)

    async def take_in(self, session: AsyncSession, facts: Sequence[Fact]) -> list[Fact]:
        """Note facts in the inbox and react to those that are new; return these."""
        now = datetime.now(UTC)
        new = await self._keep(session, facts, now)
        fresh = list({fact.id: fact for fact in facts if fact.id in new}.values())
        for handler in self.handlers:
            if mine := [fact for fact in fresh if not handler.types or fact.type in handler.types]:
                await handler.react(mine, session)
        return fresh

    async def _put_off_or_quarantine(self, arrived: Sequence[_Arrived], error: Exception) -> None:
        for one in arrived:
            deliveries = one.message.metadata.num_delivered or 1
            if is_permanent(error) or (not is_passing(error) and deliveries >= PATIENCE):
                await self._quarantine(one.message, error)
                continue
            delay = min(0.2 * 2 ** min(deliveries, 12), _LONGEST_DELAY)
            self._log.warning(
                "fact.put_off",
                event_id=one.fact.id,
                correlation_id=one.fact.correlation_id,
                error=type(error).__name__,
                deliveries=deliveries,
                seconds=delay,
            )
            with contextlib.suppress(nats.errors.Error):  # unacknowledged, it comes again anyway
                await one.message.nak(delay=delay)

    async def _quarantine(self, message: Msg, error: Exception) -> None:
        """Keep a message that can never be applied, then tell the stream not to send it again."""
        reason = reason_of(error)
        values = {
            "consumer": self.service,
            "subject": message.subject,
            "sequence": message.metadata.sequence.stream,
            "payload": message.data.decode(errors="backslashreplace").replace("\x00", "\\x00"),
            "reason": reason,
            "now": datetime.now(UTC),
        }
        try:
            async with self._database.transaction() as session:
                await (await session.connection()).execute(_QUARANTINE, values)
        except Exception as trouble:
            if not is_away(trouble):
                raise
            await message.nak(delay=1)
            return
        QUARANTINED.labels(self.service).inc()
        FACTS_CONSUMED.labels(self.service, "quarantined").inc()
        self._log.error("fact.quarantined", subject=message.subject, sequence=values["sequence"], reason=reason)
        await message.term()

    async def watch(self, broker: NatsBroker) -> None:
        """Recreate the durable consumer if someone deletes it or the stream; the inbox makes the replay harmless."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                await ensure(broker, self, self._log.warning)  # somebody deleted it
            except (nats.errors.Error, TimeoutError, OSError) as error:
                self._log.warning("consumer.unwatched", error=str(error) or type(error).__name__)


async def ensure(broker: NatsBroker, consumer: Consumer, tell: Callable[..., object]) -> None:
    """Create the durable consumer if it is not there; anew, from the first fact, if the service listens to more now."""
    stream = (await broker.connect()).jetstream()
    try:
        config = (await stream.consumer_info(STREAM, consumer.service)).config
    except nats.js.errors.NotFoundError:
        config = None
    if config is not None:
        if set(consumer.filters) <= {*(config.filter_subjects or ()), config.filter_subject}:
            return
        await stream.delete_consumer(STREAM, consumer.service)  # the inbox makes the replay harmless
    await stream.add_consumer(STREAM, consumer.config())
    tell("consumer.created", consumer=consumer.service)
