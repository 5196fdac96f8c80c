"""Sends facts to the units' addresses: in order, signed, again until taken.

Each fact is one POST as the Standard Webhooks say, its id the fact's number; only when it is answered 2xx does the
cursor move on. So nothing is missed across any restart, and what comes twice after a crash has the same id. A unit is
sent what its key may see, as long as that key opens.
"""

import asyncio
import json
import secrets
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import httpx
from sqlalchemy import text
from standardwebhooks import Webhook as Signer

from shared import logs
from shared.background import background
from shared.database import Database, is_away
from shared.envelope import STRUCTURED
from shared.feeding import Feed, Page
from shared.keys import Keys
from shared.posted import Caller
from shared.problems import Refused
from shared.tables import Webhook
from shared.webhooks.addresses import reachable
from shared.webhooks.book import Webhooks

TESTED: Final = "chunfeng.webhook.tested.v1"
"""The type of what is sent to try an address out: no fact."""
_PAGE: Final = 100
_LOOK_EVERY_SECONDS: Final = 0.5
_AT_ONCE: Final = 32
_AT_ONCE_OF_A_UNIT: Final = 4
_TURN_SECONDS: Final = 5.0
"""So long one address is sent to at a stretch; a slow one then stands behind all others again."""
_TIMEOUT_SECONDS: Final = 10.0
_LEASE: Final = timedelta(seconds=60)
_LONGEST_WAIT: Final = timedelta(hours=1)
_GONE: Final = 410
_LONGEST_ANSWER: Final = 200
# Claimed for a while: whoever dies with it lets it go by the clock. The look is made once, whatever the plan: as a
# subquery PostgreSQL may make it for each row it compares, and each time finds the next that is not locked.
_CLAIM: Final = text("""
    WITH longest AS MATERIALIZED (
        SELECT webhook FROM webhook, outbox_counter
        WHERE state = 'active' AND due_at <= :now AND cursor < outbox_counter.last AND unit <> ALL(:busy)
        ORDER BY due_at LIMIT 1 FOR UPDATE OF webhook SKIP LOCKED
    )
    UPDATE webhook SET due_at = :until FROM longest WHERE webhook.webhook = longest.webhook
    RETURNING webhook.webhook, webhook.unit
""")
_MOVE: Final = text("""
    UPDATE webhook SET cursor = :cursor, delivered = delivered + 1, failures = 0, last_answer = :answer, due_at = :due
    WHERE webhook = :webhook AND cursor < :cursor RETURNING state
""")
_REST: Final = text("""
    UPDATE webhook SET cursor = greatest(cursor, :cursor), due_at = :due WHERE webhook = :webhook
""")
_PUT_OFF: Final = text("""
    UPDATE webhook SET failures = failures + 1, last_answer = :answer, due_at = :due,
        state = CASE WHEN state = 'active' THEN :state ELSE state END WHERE webhook = :webhook
""")
_NOTE: Final = text("""
    INSERT INTO webhook_attempt (webhook, sequence, tried_at, milliseconds, taken, answer)
    SELECT webhook, :sequence, :now, :milliseconds, :taken, :answer FROM webhook WHERE webhook = :webhook
""")
_KEPT: Final = 50
_FORGET: Final = text("""
    DELETE FROM webhook_attempt WHERE webhook = :webhook AND id <= (
        SELECT id FROM webhook_attempt WHERE webhook = :webhook ORDER BY id DESC OFFSET :kept LIMIT 1)
""")


class NotTakenError(Exception):
    """The receiver did not take a fact."""

    def __init__(self, said: str, *, gone: bool = False) -> None:
        """Keep what it said, and whether it wants no more."""
        super().__init__(said)
        self.gone = gone


class Sender:
    """Sends to the units' addresses as long as the service runs."""

    def __init__(  # noqa: PLR0913  (what sending takes)
        self, service: str, feed: Feed, *, book: Webhooks, database: Database, keys: Keys, here: bool
    ) -> None:
        """Take what is sent and who may see it; `here` allows addresses of this host."""
        self._service = service
        self._feed = feed
        self._book = book
        self._database = database
        self._keys = keys
        self._here = here
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send as long as the block lasts."""
        async with background(self._keep_sending(), "webhooks"):
            yield

    async def test(self, caller: Caller, webhook: str) -> str:
        """Send an address something to try it out, signed like a fact; return what it said."""
        row, now = await self._book.one(caller, webhook), datetime.now(UTC)
        name = f"test-{secrets.token_hex(8)}"
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": name,
            "source": f"/chunfeng/{self._service}",
            "type": TESTED,
        }
        event |= {"time": now.isoformat(), "datacontenttype": "application/json", "data": {"webhook": webhook}}
        async with _client() as client:
            try:
                return await self._post(client, row, None, name, json.dumps(event).encode())
            except (NotTakenError, Refused) as trouble:
                return _words(trouble)

    async def _keep_sending(self) -> None:
        in_hand: dict[asyncio.Task[None], str] = {}
        try:
            while True:
                try:
                    while len(in_hand) < _AT_ONCE and (claimed := await self._claim(Counter(in_hand.values()))):
                        in_hand[asyncio.create_task(self._take_turn(claimed[0]))] = claimed[1]
                except Exception as error:  # noqa: BLE001  (it must not end the process; logged)
                    self._trouble(error)
                if in_hand:  # a slow receiver is waited for no longer than it takes to look for others
                    await asyncio.wait(in_hand, timeout=_LOOK_EVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(_LOOK_EVERY_SECONDS)
                in_hand = {task: unit for task, unit in in_hand.items() if not task.done()}
        finally:
            for task in in_hand:
                task.cancel()
            await asyncio.gather(*in_hand, return_exceptions=True)

    def _trouble(self, error: Exception) -> None:
        if not is_away(error):
            self._log.error("webhook.failed", exc_info=error)

    async def _claim(self, in_hand: Mapping[str, int]) -> tuple[str, str] | None:
        """Claim the address that has waited longest, and tell its unit; not of one that keeps enough hands busy."""
        now, busy = datetime.now(UTC), [unit for unit, count in in_hand.items() if count >= _AT_ONCE_OF_A_UNIT]
        async with self._database.transaction() as session:
            values = {"now": now, "until": now + _LEASE, "busy": busy}
            row = (await (await session.connection()).execute(_CLAIM, values)).one_or_none()
        return None if row is None else (row.webhook, row.unit)

    async def _take_turn(self, webhook: str) -> None:
        try:
            await self._send_to(webhook)
        except Exception as error:  # noqa: BLE001  (one bad entry must not end the others; logged)
            self._trouble(error)

    async def _send_to(self, webhook: str) -> None:
        """Send a page of facts to one address; what it does not take is put off."""
        async with self._database.reading() as session:
            row = await session.get(Webhook, webhook)
        if row is None:
            return
        try:
            types = None if row.types is None else json.loads(row.types)
            page = await self._feed.page(await self._keys.named(row.key), row.cursor, _PAGE, types)
            if (reached := await self._sent(row, page)) is not None:
                await self._write(_REST, webhook=webhook, cursor=reached, due=datetime.now(UTC))
        except (NotTakenError, Refused) as trouble:
            await self._put_off(row, trouble)
        await self._write(_FORGET, webhook=webhook, kept=_KEPT)

    async def _sent(self, row: Webhook, page: Page) -> int | None:
        """Send a page, or what of it a turn is long enough for; tell up to where, or None if it is not to go on."""
        until = time.monotonic() + _TURN_SECONDS
        async with _client() as client:
            for sequence, _, event in page.facts:
                await self._keys.named(row.key)  # revoked meanwhile, it is sent no more
                said = await self._post(client, row, sequence, f"{self._service}-{sequence:012d}", event)
                if not await self._moved(row.webhook, sequence, said):
                    return None
                if time.monotonic() > until:
                    return sequence
        return page.next

    async def _post(
        self, client: httpx.AsyncClient, row: Webhook, sequence: int | None, name: str, event: bytes
    ) -> str:
        """Post one event, and note what became of it; raises NotTakenError."""
        started, now = time.perf_counter(), datetime.now(UTC)
        said, taken = "", False
        try:
            said = await self._posted(client, row, name, event)
            taken = True
        except (NotTakenError, Refused) as trouble:
            said = _words(trouble)
            raise
        finally:
            known = {"sequence": sequence, "now": now, "taken": taken, "answer": said}
            milliseconds = round((time.perf_counter() - started) * 1000)
            await self._write(_NOTE, webhook=row.webhook, milliseconds=milliseconds, **known)
        return said

    async def _posted(self, client: httpx.AsyncClient, row: Webhook, name: str, event: bytes) -> str:
        now = datetime.now(UTC)
        headers = {
            "Content-Type": STRUCTURED,
            "User-Agent": "Chunfeng",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Signer(one).sign(name, now, event.decode()) for one in _secrets(row, now)),
        }
        try:
            async with asyncio.timeout(2 * _TIMEOUT_SECONDS):
                target = await reachable(row.url, here=self._here)
                headers["Host"] = target.host
                asked = client.build_request("POST", target.url, content=event, headers=headers)
                asked.extensions["sni_hostname"] = target.name
                answer = await client.send(asked, stream=True)  # what it says beside the status is not read
                await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise NotTakenError(type(error).__name__) from error
        if not answer.is_success:
            raise NotTakenError(str(answer.status_code), gone=answer.status_code == _GONE)
        return str(answer.status_code)

    async def _moved(self, webhook: str, sequence: int, said: str) -> bool:
        """Note that a fact was taken; tell whether to go on: not when it was paused, removed, or is another's now."""
        values = {"webhook": webhook, "cursor": sequence, "answer": said, "due": datetime.now(UTC) + _LEASE}
        async with self._database.transaction() as session:
            state = (await (await session.connection()).execute(_MOVE, values)).scalar_one_or_none()
        return state == "active"

    async def _put_off(self, row: Webhook, trouble: Exception) -> None:
        wait = min(timedelta(seconds=2 ** min(row.failures, 12)), _LONGEST_WAIT)
        gone = isinstance(trouble, NotTakenError) and trouble.gone
        state, due = "gone" if gone else "active", datetime.now(UTC) + wait
        said, seconds = _words(trouble), wait.total_seconds()
        await self._write(_PUT_OFF, webhook=row.webhook, answer=said, due=due, state=state)
        self._log.warning("webhook.put_off", webhook=row.webhook, unit=row.unit, said=said, seconds=seconds)

    async def _write(self, statement: Any, **values: object) -> None:  # noqa: ANN401  (a text clause)
        async with self._database.transaction() as session:
            await (await session.connection()).execute(statement, values)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _client() -> httpx.AsyncClient:
    """Return a client for one receiver: a connection made for one name is never used for another.

    No proxies of the environment; no redirects: what is signed for one address is not for another.
    """
    return httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=_trusted())


def _words(trouble: Exception) -> str:
    """Return why a fact was not taken, short enough to be kept."""
    if isinstance(trouble, Refused):
        problem = trouble.problem()
        return f"{problem['title']} / {problem['title_en']}"[:_LONGEST_ANSWER]
    return str(trouble)[:_LONGEST_ANSWER]


def _secrets(row: Webhook, now: datetime) -> list[str]:
    """Return what a sending is signed with: the secret, and for a while the one it replaced."""
    old = row.old_secret is not None and row.old_secret_until is not None and row.old_secret_until > now
    return [row.secret, *([str(row.old_secret)] if old else [])]
