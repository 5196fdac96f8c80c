"""Delivery by mail. It cannot be exact: between the whole letter and the server's answer nobody knows.

What is in doubt is sent again with the same Message-ID and the same content, never another.
"""

import asyncio
import contextlib
import hashlib
from datetime import timedelta
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from services.bulletin.delivery.parcel import (
    Arrived,
    CannotDeliverError,
    InDoubtError,
    PutOffError,
    file_name,
    issue,
    words,
)
from services.bulletin.settings import Settings
from services.bulletin.tables import DeliveryRow, EditionRow
from shared.clock import SHANGHAI

_PERMANENT: Final = 500
"""SMTP's permanent replies begin here."""


class SmtpSender:
    """Sends letters through the office's mail server."""

    def __init__(self, settings: Settings) -> None:
        """Take the server, how to enter it, and how long it may take."""
        self._settings = settings

    @property
    def patience(self) -> timedelta:
        """How long one letter may take: each answer may come in time, and all of them together too late."""
        return 2 * self._settings.smtp_timeout

    async def send(self, row: DeliveryRow, edition: EditionRow) -> Arrived:
        """Send one letter."""
        settings = self._settings
        if settings.smtp_host is None:
            raise CannotDeliverError("没有设置邮件服务器 (no mail server is set: CHUNFENG_SMTP_HOST)")
        content = letter(row, edition, settings.smtp_sender).as_bytes(policy=policy.SMTP)
        conversation = _Conversation(settings)
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                answer = await conversation.hand_over(row.address, content)
        except aiosmtplib.SMTPResponseException as refusal:
            kind = CannotDeliverError if refusal.code >= _PERMANENT else PutOffError
            raise kind(words(refusal)) from refusal
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
            # Also a silence after the final dot: the server may have taken the letter.
            kind_ = InDoubtError if conversation.handed_over else PutOffError
            raise kind_(words(trouble)) from trouble
        return Arrived(answer, len(content))


class _Conversation:
    """One letter's conversation with the server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.handed_over = False

    async def hand_over(self, address: str, content: bytes) -> str:
        settings = self._settings
        client = mail_server(settings, settings.smtp_timeout.total_seconds())
        try:
            await client.connect(
                start_tls=settings.smtp_security == "starttls",
                username=settings.smtp_user,
                password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            )
            await client.mail(settings.smtp_sender)
            await client.rcpt(address)
            self.handed_over = True
            response = await client.data(content)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit()  # the letter is taken, whatever becomes of the farewell
        finally:
            client.close()
        return words(f"{response.code} {response.message}")


def mail_server(settings: Settings, seconds: float) -> aiosmtplib.SMTP:
    """Return the office's mail server, to be greeted; `seconds` is how long each answer may take."""
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        local_hostname=settings.smtp_name,
        timeout=seconds,
        use_tls=settings.smtp_security == "tls",  # which speaks first only once TLS is there
        start_tls=False,
    )


def letter(row: DeliveryRow, edition: EditionRow, sender: str) -> EmailMessage:
    """Write the mail: the same bytes and the same Message-ID at every attempt."""
    number = issue(edition)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = _mailbox(row.address)
    mail["Subject"] = f"春风行动简报{number}"
    mail["Message-ID"] = row.message_id
    mail["Date"] = format_datetime(edition.issued_at.astimezone(SHANGHAI))
    mail.set_content(f"{row.recipient}：\n\n附上春风行动简报{number}，请查收。\nSHA-256: {edition.pdf_sha256}\n")
    mail.add_attachment(edition.pdf, maintype="application", subtype="pdf", filename=file_name(edition))
    mail.set_boundary(f"chunfeng-{hashlib.sha256(row.message_id.encode()).hexdigest()[:32]}")
    return mail


def _mailbox(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        raise CannotDeliverError(f"{address} is no mailbox") from None
