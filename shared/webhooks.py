"""Webhooks: a unit has its facts sent to an address of its own, signed, in order, again until taken (row 78).

Each fact is one POST as the Standard Webhooks say, its id the fact's number; only when it is answered 2xx does the
cursor move on. So nothing is missed across any restart, and what comes twice after a crash has the same id. A unit is
sent what its key may see.
"""

import asyncio
import base64
import ipaddress
import json
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text
from sqlmodel import col, select
from standardwebhooks import Webhook as Signer

from shared import logs
from shared.background import background
from shared.database import Database, is_away
from shared.envelope import STRUCTURED
from shared.feeding import Feed
from shared.keys import Keys
from shared.posted import Caller
from shared.problems import Refused
from shared.tables import Webhook

MOST: Final = 20
"""Most webhooks of one unit."""
_PAGE: Final = 100
_LOOK_EVERY_SECONDS: Final = 0.5
_AT_ONCE: Final = 16
_TIMEOUT_SECONDS: Final = 10.0
_LEASE: Final = timedelta(seconds=60)
_LONGEST_WAIT: Final = timedelta(hours=1)
_GONE: Final = 410
# Claimed for a while: whoever dies with it lets it go by the clock.
_CLAIM: Final = text("""
    UPDATE webhook SET due_at = :until WHERE webhook IN (
        SELECT webhook FROM webhook, outbox_counter
        WHERE state = 'active' AND due_at <= :now AND cursor < outbox_counter.last
        ORDER BY due_at LIMIT :most FOR UPDATE OF webhook SKIP LOCKED
    ) RETURNING webhook
""")
_MOVE: Final = text("""
    UPDATE webhook SET cursor = :cursor, delivered = delivered + :count, failures = 0, last_answer = :answer,
        due_at = :due WHERE webhook = :webhook AND cursor < :cursor
""")
_PUT_OFF: Final = text("""
    UPDATE webhook SET failures = failures + 1, last_answer = :answer, due_at = :due, state = :state
    WHERE webhook = :webhook
""")
_REST: Final = text("UPDATE webhook SET due_at = :due WHERE webhook = :webhook")


class BadAddress(Refused):
    """The address is none that facts are sent to."""

    row = 78
    zh = "接收地址不可用：{reason}"
    en = "The address cannot be used: {reason_en}"


class TooManyWebhooks(Refused):
    """The unit has as many webhooks as it may have."""

    status = 409
    row = 78
    zh = "每个单位至多{most}个推送地址，请先删除不用的"
    en = "A unit has {most} webhooks at most; remove one first"


class NoSuchWebhook(Refused):
    """There is no such webhook, or it is another unit's."""

    status = 404
    row = 78
    zh = "没有推送地址 {webhook}"
    en = "There is no webhook {webhook}"


class NotTakenError(Exception):
    """The receiver did not take a fact."""

    def __init__(self, said: str, *, gone: bool = False) -> None:
        """Keep what it said, and whether it wants no more."""
        super().__init__(said)
        self.gone = gone


async def reachable(url: str, *, here: bool) -> None:
    """Refuse an address that is no http(s) one, or lies on this host or its link: what is there is not the unit's."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise BadAddress(path="url", reason="地址或端口不对", reason_en="its host or port is none") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        reason_en = "it must be an http(s) address without a password"
        raise BadAddress(path="url", reason="应为不含口令的 http(s) 地址", reason_en=reason_en)
    if here:
        return
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadAddress(path="url", reason="找不到该主机", reason_en="its host is unknown") from None
    for *_, where in found:
        address = ipaddress.ip_address(str(where[0]).partition("%")[0])
        if address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast:
            reason_en = "it is this host's own or a link-local one"
            raise BadAddress(path="url", reason="不得为本机或链路本地地址", reason_en=reason_en)


class Webhooks:
    """Keeps units' webhooks and sends to them as long as the service runs."""

    def __init__(self, service: str, feed: Feed, *, database: Database, keys: Keys, here: bool) -> None:
        """Take what is sent and who may see it; `here` allows addresses of this host."""
        self._service = service
        self._feed = feed
        self._database = database
        self._keys = keys
        self._here = here
        self._log = logs.get()

    async def add(self, caller: Caller, url: str, types: Sequence[str] | None, after: int | None) -> Webhook:
        """Have facts sent from now on, or from after a sequence; its secret is told this once."""
        await reachable(url, here=self._here)
        if len(await self.of(caller)) >= MOST:
            raise TooManyWebhooks(most=MOST)
        now = datetime.now(UTC)
        async with self._database.transaction() as session:
            last = (await (await session.connection()).execute(text("SELECT last FROM outbox_counter"))).scalar_one()
            row = Webhook(
                webhook=f"wh-{secrets.token_hex(8)}",
                key=caller.key,
                unit=caller.unit,
                url=url,
                types=None if types is None else json.dumps(list(types)),
                secret=f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
                cursor=last if after is None else min(after, last),
                state="active",
                due_at=now,
                created_at=now,
            )
            session.add(row)
        return row

    async def of(self, caller: Caller) -> Sequence[Webhook]:
        """Return a unit's webhooks."""
        query = select(Webhook).where(col(Webhook.unit) == caller.unit).order_by(col(Webhook.created_at))
        async with self._database.reading() as session:
            return (await session.exec(query)).all()

    async def remove(self, caller: Caller, webhook: str) -> None:
        """Send no more to an address."""
        async with self._database.transaction() as session:
            await session.delete(await self._own(session, caller, webhook))

    async def again(self, caller: Caller, webhook: str) -> None:
        """Try now what was put off, or given up."""
        async with self._database.transaction() as session:
            row = await self._own(session, caller, webhook)
            row.state, row.due_at = "active", datetime.now(UTC)
            session.add(row)

    async def _own(self, session: Any, caller: Caller, webhook: str) -> Webhook:  # noqa: ANN401  (a session)
        row = await session.get(Webhook, webhook)
        if row is None or row.unit != caller.unit:
            raise NoSuchWebhook(webhook=webhook[:64])
        found: Webhook = row
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send as long as the block lasts."""
        async with background(self._keep_sending(), "webhooks"):
            yield

    async def _keep_sending(self) -> None:
        # No proxies of the environment; no redirects: what is signed for one address is not for another.
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                try:
                    claimed = await self._claim()
                    await asyncio.gather(*(self._send_to(client, webhook) for webhook in claimed))
                except Exception as error:  # noqa: BLE001  (one bad entry must not end the process; logged)
                    claimed = []
                    if not is_away(error):
                        self._log.exception("webhook.failed")
                if not claimed:
                    await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _claim(self) -> Sequence[str]:
        now = datetime.now(UTC)
        values = {"now": now, "until": now + _LEASE, "most": _AT_ONCE}
        async with self._database.transaction() as session:
            return (await (await session.connection()).execute(_CLAIM, values)).scalars().all()

    async def _send_to(self, client: httpx.AsyncClient, webhook: str) -> None:
        """Send a page of facts to one address; what it does not take is put off."""
        async with self._database.reading() as session:
            row = await session.get(Webhook, webhook)
        if row is None:
            return
        try:
            caller = await self._keys.named(row.key)
            await reachable(row.url, here=self._here)
            types = None if row.types is None else json.loads(row.types)
            page = await self._feed.page(caller, row.cursor, _PAGE, types)
            for sequence, _, event in page.facts:
                said = await self._post(client, row, sequence, event)
                await self._move(webhook, sequence, 1, said, datetime.now(UTC) + _LEASE)
            await self._move(webhook, page.next, 0, row.last_answer, datetime.now(UTC))
            await self._write(_REST, webhook=webhook, due=datetime.now(UTC))
        except (NotTakenError, Refused) as trouble:
            await self._put_off(row, trouble)

    async def _post(self, client: httpx.AsyncClient, row: Webhook, sequence: int, event: bytes) -> str:
        name, now = f"{self._service}-{sequence:012d}", datetime.now(UTC)
        headers = {
            "Content-Type": STRUCTURED,
            "User-Agent": "Chunfeng",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(row.secret).sign(name, now, event.decode()),
        }
        try:
            async with asyncio.timeout(2 * _TIMEOUT_SECONDS):
                answer = await client.post(row.url, content=event, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise NotTakenError(type(error).__name__) from error
        if not answer.is_success:
            raise NotTakenError(str(answer.status_code), gone=answer.status_code == _GONE)
        return str(answer.status_code)

    async def _put_off(self, row: Webhook, trouble: Exception) -> None:
        wait = min(timedelta(seconds=2 ** min(row.failures, 12)), _LONGEST_WAIT)
        gone = isinstance(trouble, NotTakenError) and trouble.gone
        state, due = "gone" if gone else "active", datetime.now(UTC) + wait
        await self._write(_PUT_OFF, webhook=row.webhook, answer=str(trouble)[:200], due=due, state=state)
        seconds = wait.total_seconds()
        self._log.warning("webhook.put_off", webhook=row.webhook, unit=row.unit, said=str(trouble), seconds=seconds)

    async def _move(self, webhook: str, cursor: int, count: int, answer: str | None, due: datetime) -> None:
        await self._write(_MOVE, webhook=webhook, cursor=cursor, count=count, answer=answer, due=due)

    async def _write(self, statement: Any, **values: object) -> None:  # noqa: ANN401  (a text clause)
        async with self._database.transaction() as session:
            await (await session.connection()).execute(statement, values)
