"""The worker that delivers: one delivery a lane, each under a lease of its own, every attempt on record.

A lane claims one delivery at a time, so a lease covers one attempt and never a queue of them. What is in doubt is sent
again under the same identifier; what is still in doubt after the last attempt stays `unknown`, and a person is told.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from opentelemetry.trace import SpanKind
from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.delivery.folder import FolderSender
from services.bulletin.delivery.parcel import CannotDeliverError, InDoubtError, PutOffError, Sender, words
from services.bulletin.delivery.smtp import SmtpSender
from services.bulletin.delivery.webhook import WebhookSender
from services.bulletin.settings import Settings
from services.bulletin.store import Store
from services.bulletin.store.deliveries import Key
from services.bulletin.tables import AttemptRow, DeliveryRow, EditionRow
from shared import faults, logs, outbox, tracing
from shared.background import background
from shared.clock import Clock
from shared.database import Database
from shared.events import Attempt, BulletinDelivered, DeliveryFailed, DeliveryUnknown, Event
from shared.vocabulary import Channel

SERVICE: Final = "bulletin"
_TICK_SECONDS: Final = 0.3
_LANES: Final = 10
_LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went."""

    outcome: str
    """delivered, put_off, refused or unknown, as the attempt keeps it."""
    answer: str
    bytes: int = 0
    at_once: bool = False
    """Nothing speaks against the next attempt now: it was our process that died, not theirs that was busy."""
    traceparent: str | None = None

    @property
    def arrived(self) -> bool:
        return self.outcome == "delivered"


class Delivery:
    """Delivers queued editions."""

    def __init__(self, *, database: Database, clock: Clock, settings: Settings) -> None:
        """Take where to and how."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._senders: Mapping[str, Sender] = {
            Channel.FOLDER: FolderSender(settings.outbox_folder),
            Channel.SMTP: SmtpSender(settings),
            Channel.WEBHOOK: WebhookSender(settings),
        }
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver as long as the block lasts."""
        async with background(self._work(), "delivery"):
            yield

    async def _work(self) -> None:
        while True:
            try:
                await self.deliver_due()
            except Exception:  # noqa: BLE001  (the database may be away; deliveries wait for it)
                self._log.warning("delivery.interrupted", exc_info=True)
            await asyncio.sleep(_TICK_SECONDS)

    async def deliver_due(self) -> int:
        """Deliver what is due; return how many were tried. Where nothing is due one lane has looked, not ten."""
        await self._take_over()
        first = await self._claim()
        if first is None:
            return 0
        lanes = (self._lane(first), *(self._lane() for _ in range(_LANES - 1)))
        counts = await asyncio.gather(*lanes, return_exceptions=True)
        for count in counts:
            if isinstance(count, BaseException):
                raise count
        return sum(count for count in counts if isinstance(count, int))

    async def _lane(self, key: Key | None = None) -> int:
        """Deliver one after the other, until nothing is due; each is claimed when its turn has come."""
        count = 0
        while key := key or await self._claim():
            await self._deliver(*key)
            key, count = None, count + 1
        return count

    async def _claim(self) -> Key | None:
        """Lease the next delivery that is due."""
        until = datetime.now(UTC) + self._settings.delivery_lease
        async with self._database.transaction() as session:
            return await Store(session).claim(self._clock.now(), until, self._settings.delivery_attempts)

    async def _take_over(self) -> None:
        """Give up on senders that died while sending: nobody can know whether it left (reliability 4.5)."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            store = Store(session)
            for key in await store.abandoned(datetime.now(UTC)):
                row = await store.delivery(*key)
                died = Outcome("unknown", "发送进程中断，是否送达不明 (the sender died)", at_once=True)
                await self._note(session, row, died, now)
                self._log.warning("delivery.abandoned", session=row.session, recipient=row.recipient)

    async def _deliver(self, name: str, revision: int, recipient: str) -> None:
        async with self._database.reading() as session:
            store = Store(session)
            row = await store.delivery(name, revision, recipient)
            edition = await store.edition_of(name, revision)
        if edition is None:
            message = f"no edition {name} r{revision}"
            raise RuntimeError(message)
        particulars = {"chunfeng.session": name, "chunfeng.revision": str(revision), "chunfeng.recipient": recipient}
        with tracing.going_on("deliver", SpanKind.CLIENT, edition.traceparent, particulars) as traceparent:
            outcome = replace(await self._send(row, edition), traceparent=traceparent)
        faults.crash_at("delivery.before_commit")
        async with self._database.transaction() as session:
            fresh = await Store(session).delivery(name, revision, recipient, lock=True)
            overtaken = fresh.attempts != row.attempts  # our lease ran out, and another sent it again
            if fresh.state == "delivered" or (overtaken and not outcome.arrived):
                return
            await self._note(session, fresh, outcome, self._clock.now(), number=row.attempts)

    async def _send(self, row: DeliveryRow, edition: EditionRow) -> Outcome:
        try:
            arrived = await self._senders[row.channel].send(row, edition)
        except PutOffError as trouble:
            return Outcome("put_off", str(trouble))
        except CannotDeliverError as refusal:
            return Outcome("refused", words(refusal.args[0]))
        except InDoubtError as doubt:
            return Outcome("unknown", str(doubt))
        except Exception as surprise:  # noqa: BLE001  (tried again like any trouble, and in the end reported as failed)
            self._log.error("delivery.surprised", session=row.session, recipient=row.recipient, exc_info=True)
            return Outcome("put_off", words(surprise))
        return Outcome("delivered", arrived.answer, arrived.bytes)

    async def _note(
        self, session: AsyncSession, row: DeliveryRow, outcome: Outcome, now: datetime, *, number: int | None = None
    ) -> None:
        """Write down how an attempt went, what follows for the delivery, and the fact where it has come to an end."""
        store = Store(session)
        tried = row.attempts - row.resent_after
        last = outcome.outcome == "refused" or tried >= self._settings.delivery_attempts
        log = await store.attempts_at((row.session, row.revision, row.recipient))
        for one in log:
            if one.number == (number or row.attempts):
                one.ended_at, one.outcome, one.answer, one.bytes = now, outcome.outcome, outcome.answer, outcome.bytes
                session.add(one)
        row.claimed_until, row.error = None, None if outcome.arrived else outcome.answer
        if outcome.arrived:
            row.state, row.delivered_at = "delivered", now
        elif last:
            row.state = "unknown" if outcome.outcome == "unknown" else "failed"
        else:
            row.state = "unknown" if outcome.outcome == "unknown" else "queued"
            wait = min(self._settings.delivery_first_wait * 2 ** (tried - 1), _LONGEST_WAIT)
            row.next_at = now if outcome.at_once else now + wait
        session.add(row)
        if outcome.arrived or last:
            await self._record(session, row, _fact(row, outcome, log, now), now, outcome.traceparent)
        ids = await store.carried_ids(row.session, row.revision) if outcome.arrived or last else []
        self._report(row, outcome, ids, last=last)

    async def _record(
        self, session: AsyncSession, row: DeliveryRow, event: Event, now: datetime, traceparent: str | None
    ) -> None:
        cause = f"delivery {row.revision} {row.recipient} {row.attempts}"
        record = outbox.Record(
            event=event,
            event_id=outbox.derived_id(SERVICE, row.session, cause),
            time=now,
            version=await outbox.next_version(session, event.subject),
            correlation_id=row.session,
            traceparent=traceparent,
        )
        await outbox.record(session, SERVICE, [record], now)

    def _report(self, row: DeliveryRow, outcome: Outcome, ids: Sequence[str], *, last: bool) -> None:
        """Log how it went; at the end with what every event in it is found by."""
        particulars = {
            "session": row.session,
            "revision": row.revision,
            "recipient": row.recipient,
            "channel": row.channel,
            "attempts": row.attempts,
        }
        if outcome.arrived:
            logs.of_many(self._log.info, "bulletin.delivered", {"correlation_ids": ids}, **particulars)
        elif last:
            name = "delivery.unknown" if row.state == "unknown" else "delivery.failed"
            logs.of_many(self._log.error, name, {"correlation_ids": ids}, error=outcome.answer, **particulars)
        else:
            self._log.warning("delivery.put_off", error=outcome.answer, outcome=outcome.outcome, **particulars)


def _fact(row: DeliveryRow, outcome: Outcome, log: Any, now: datetime) -> Event:  # noqa: ANN401  (attempt rows)
    common = {
        "session": row.session,
        "revision": row.revision,
        "recipient": row.recipient,
        "channel": row.channel,
        "attempts": row.attempts,
        "log": tuple(attempt(one) for one in log),
    }
    if outcome.arrived:
        return BulletinDelivered.model_validate(common | {"pdf_sha256": log[-1].pdf_sha256, "delivered_at": now})
    kind = DeliveryUnknown if outcome.outcome == "unknown" else DeliveryFailed
    return kind.model_validate(common | {"error": outcome.answer})


def attempt(row: AttemptRow) -> Attempt:
    """Return an attempt as a fact tells it."""
    outcome = "unknown" if row.outcome == "under_way" else row.outcome
    return Attempt(
        number=row.number,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        outcome=outcome,
        answer=row.answer,
        bytes=row.bytes,
    )
