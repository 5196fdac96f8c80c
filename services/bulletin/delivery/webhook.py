"""Delivery to another system: one signed POST (Standard Webhooks), the same identifier at every attempt.

The receiver knows by `webhook-id` (also `Idempotency-Key`) what it has taken already, so that what is in doubt can be
sent again without harm. Secrets come from settings, by recipient; they are in no event and in no log.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from standardwebhooks import Webhook

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
from shared.events import BulletinCorrected, BulletinIssued

_COME_BACK: Final = frozenset({408, 409, 421, 423, 425, 429})
"""Refusals that pass."""
_LONGEST_ANSWER: Final = 120


class WebhookSender:
    """Posts editions to recipients' systems."""

    def __init__(self, settings: Settings) -> None:
        """Take the secrets and how long a receiver may take."""
        self._secrets: Mapping[str, SecretStr] = settings.webhook_secrets
        self._timeout = settings.webhook_timeout.total_seconds()

    async def send(self, row: DeliveryRow, edition: EditionRow) -> Arrived:
        """Post once; 2xx is arrived, other 4xx and 3xx are refused for good, the rest passes."""
        if urlsplit(row.address).scheme not in {"http", "https"}:
            raise CannotDeliverError(f"{row.address} is no http(s) address")
        content = body(edition)
        headers = self._headers(row, content)
        try:
            # No redirects: what is signed for one address is not for another. No proxies of the environment.
            async with (
                asyncio.timeout(2 * self._timeout),
                httpx.AsyncClient(timeout=self._timeout, trust_env=False) as client,
            ):
                answer = await client.post(row.address, content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as trouble:
            raise PutOffError(words(trouble)) from trouble
        except httpx.InvalidURL as wrong:
            raise CannotDeliverError(words(wrong)) from wrong
        except (httpx.TransportError, TimeoutError) as trouble:
            raise InDoubtError(words(trouble)) from trouble
        said = words(f"{answer.status_code} {answer.text[:_LONGEST_ANSWER]}")
        if answer.is_success:
            return Arrived(said, len(content))
        if answer.is_server_error or answer.status_code in _COME_BACK:
            raise PutOffError(said)
        raise CannotDeliverError(said)

    def _headers(self, row: DeliveryRow, content: bytes) -> dict[str, str]:
        secret = self._secrets.get(row.recipient)
        if secret is None:
            raise CannotDeliverError(f"no secret is set for {row.recipient} (CHUNFENG_WEBHOOK_SECRETS)")
        now = datetime.now(UTC)  # the receiver compares it with his own clock, also in a rehearsal
        try:
            signature = Webhook(secret.get_secret_value()).sign(row.message_id, now, content.decode())
        except ValueError:
            raise CannotDeliverError(f"the secret of {row.recipient} is not base64") from None
        return {
            "Content-Type": "application/json",
            "User-Agent": "Chunfeng",
            "Idempotency-Key": row.message_id,
            "webhook-id": row.message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }


def body(edition: EditionRow) -> bytes:
    """Return what is posted: the edition's particulars, its data and its PDF; the same bytes at every attempt."""
    kind = BulletinCorrected if edition.revision else BulletinIssued
    data: dict[str, Any] = {
        "session": edition.session,
        "issue": issue(edition),
        "series": edition.series,
        "year": edition.year,
        "number": edition.number,
        "revision": edition.revision,
        "sha256": edition.sha256,
        "pdf_sha256": edition.pdf_sha256,
        "file_name": file_name(edition),
        "pdf_base64": base64.b64encode(edition.pdf).decode(),
        "edition": json.loads(edition.canonical),
    }
    whole = {"type": kind.type, "timestamp": edition.issued_at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
