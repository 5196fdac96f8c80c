"""Delivery: each edition to each recipient, by folder or by mail, with states anyone can see (rows 65, 66).

A folder delivery is exact. Mail cannot be: between the server's 250 and our COMMIT a crash leaves the state unknown;
it is then sent again with the same Message-ID and the same content, never another.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import aiosmtplib
from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.settings import Settings
from services.bulletin.store import Store
from services.bulletin.tables import DeliveryRow, EditionRow
from shared import faults, logs, outbox
from shared.clock import SHANGHAI, Clock
from shared.database import Database
from shared.events import BulletinDelivered, DeliveryFailed, Event
from shared.spine import background
from shared.vocabulary import Channel

SERVICE: Final = "bulletin"
_TICK_SECONDS: Final = 0.3
_AT_ONCE: Final = 10
_LONGEST_WAIT: Final = timedelta(hours=1)


class CannotDeliverError(Exception):
    """A recipient can never be reached as configured."""


class Delivery:
    """Delivers queued editions."""

    def __init__(self, *, database: Database, clock: Clock, settings: Settings) -> None:
        """Take where to and how."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver as long as the block lasts."""
        async with background(self._work(), "delivery"):
            yield

    async def _work(self) -> None:
        while True:
            try:
                while await self.deliver_due():
                    pass
            except Exception:  # noqa: BLE001  (the database may be away; deliveries wait for it)
                self._log.warning("delivery.interrupted", exc_info=True)
            await asyncio.sleep(_TICK_SECONDS)

    async def deliver_due(self) -> int:
        """Deliver what is due; return how many were tried."""
        real = datetime.now(UTC)
        async with self._database.transaction() as session:
            store = Store(session)
            if abandoned := await store.abandon(self._clock.now(), real):
                self._log.warning("delivery.unknown", deliveries=abandoned)
            claimed = await store.claim(self._clock.now(), real + self._settings.delivery_lease, _AT_ONCE)
        outcomes = await asyncio.gather(*(self._deliver(*key) for key in claimed), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        return len(claimed)

    async def _deliver(self, name: str, revision: int, recipient: str) -> None:
        async with self._database.reading() as session:
            store = Store(session)
            row = await store.delivery(name, revision, recipient)
            edition = await store.edition_of(name, revision)
        if edition is None:
            message = f"no edition {name} r{revision}"
            raise RuntimeError(message)
        error, final = None, False
        try:
            await self._send(row, edition)
        except (CannotDeliverError, aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPSenderRefused) as refusal:
            error, final = _words(refusal), _is_final(refusal)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
            error, final = _words(trouble), _is_final(trouble)
        except Exception as surprise:  # noqa: BLE001  (tried again like any trouble, and in the end reported as failed)
            self._log.error("delivery.surprised", session=name, recipient=recipient, exc_info=True)
            error = _words(surprise)
        faults.crash_at("delivery.before_commit")
        await self._settle(row, edition, error, final=final)

    async def _send(self, row: DeliveryRow, edition: EditionRow) -> None:
        if row.channel == Channel.FOLDER:
            await asyncio.to_thread(self._write, row, edition)
        else:
            await self._mail(row, edition)

    def _write(self, row: DeliveryRow, edition: EditionRow) -> None:
        """Put the file in place whole: readers of the folder never see half a bulletin."""
        folder = (self._settings.outbox_folder / row.address).resolve()
        if not folder.is_relative_to(self._settings.outbox_folder.resolve()):
            raise CannotDeliverError(f"the folder {row.address} lies outside the outbox")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / file_name(edition)
        partial = target.with_suffix(f".{row.revision}.part")
        partial.write_bytes(edition.pdf)
        partial.replace(target)

    async def _mail(self, row: DeliveryRow, edition: EditionRow) -> None:
        settings = self._settings
        if settings.smtp_host is None:
            raise CannotDeliverError("no mail server is set (CHUNFENG_SMTP_HOST)")
        patience = settings.smtp_timeout.total_seconds()
        async with asyncio.timeout(2 * patience):  # each answer may come in time, and all of them together too late
            await aiosmtplib.send(
                letter(row, edition, settings.smtp_sender),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                timeout=patience,
                start_tls=False,
            )

    async def _settle(self, row: DeliveryRow, edition: EditionRow, error: str | None, *, final: bool) -> None:
        now = self._clock.now()
        failed = error is not None and (final or row.attempts >= self._settings.delivery_attempts)
        async with self._database.transaction() as session:
            fresh = await Store(session).delivery(row.session, row.revision, row.recipient, lock=True)
            overtaken = fresh.attempts != row.attempts  # our lease ran out, and another sent it again
            if fresh.state == "delivered" or (overtaken and error is not None):
                return
            fresh.claimed_until, fresh.error = None, error
            if error is None:
                fresh.state, fresh.delivered_at = "delivered", now
            elif failed:
                fresh.state = "failed"
            else:
                wait = min(self._settings.delivery_first_wait * 2 ** (row.attempts - 1), _LONGEST_WAIT)
                fresh.state, fresh.next_at = "queued", now + wait
            session.add(fresh)
            if error is None or failed:
                await self._record(session, row, self._event(row, edition, error, now), now)
        self._report(row, error, failed=failed)

    def _event(self, row: DeliveryRow, edition: EditionRow, error: str | None, now: datetime) -> Event:
        common = {"session": row.session, "revision": row.revision, "recipient": row.recipient}
        common |= {"channel": row.channel, "attempts": row.attempts}
        if error is not None:
            return DeliveryFailed.model_validate(common | {"error": error})
        return BulletinDelivered.model_validate(common | {"pdf_sha256": edition.pdf_sha256, "delivered_at": now})

    async def _record(self, session: AsyncSession, row: DeliveryRow, event: Event, now: datetime) -> None:
        cause = f"delivery {row.revision} {row.recipient} {row.attempts}"
        record = outbox.Record(
            event=event,
            event_id=outbox.derived_id(SERVICE, row.session, cause),
            time=now,
            version=await outbox.next_version(session, event.subject),
            correlation_id=row.session,
        )
        await outbox.record(session, SERVICE, [record], now)

    def _report(self, row: DeliveryRow, error: str | None, *, failed: bool) -> None:
        particulars = {
            "session": row.session,
            "revision": row.revision,
            "recipient": row.recipient,
            "channel": row.channel,
            "attempts": row.attempts,
        }
        if error is None:
            self._log.info("bulletin.delivered", **particulars)
        elif failed:
            self._log.error("delivery.failed", error=error, **particulars)
        else:
            self._log.warning("delivery.put_off", error=error, **particulars)


def file_name(edition: EditionRow) -> str:
    """Return the name an edition's file has everywhere."""
    correction = f"-correction-{edition.revision}" if edition.revision else ""
    return f"{edition.year}-{edition.number:03d}-{edition.session}{correction}.pdf"


def letter(row: DeliveryRow, edition: EditionRow, sender: str) -> EmailMessage:
    """Write the mail: the same bytes of PDF and the same Message-ID at every attempt."""
    number = f"{edition.year}年第{edition.number}期" + (f"（更正{edition.revision}）" if edition.revision else "")
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = _mailbox(row.address)
    mail["Subject"] = f"春风行动简报{number}"
    mail["Message-ID"] = row.message_id
    mail["Date"] = format_datetime(edition.issued_at.astimezone(SHANGHAI))
    mail.set_content(f"{row.recipient}：\n\n附上春风行动简报{number}，请查收。\nSHA-256: {edition.pdf_sha256}\n")
    mail.add_attachment(edition.pdf, maintype="application", subtype="pdf", filename=Path(file_name(edition)).name)
    return mail


def _mailbox(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        raise CannotDeliverError(f"{address} is no mailbox") from None


def _is_final(error: Exception) -> bool:
    """Tell a permanent refusal (5xx, or nowhere to send) from trouble that passes."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(one.code >= 500 for one in error.recipients)  # noqa: PLR2004  (SMTP's permanent replies)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return error.code >= 500  # noqa: PLR2004  (likewise)
    return isinstance(error, CannotDeliverError)


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
