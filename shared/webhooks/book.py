"""The units' webhooks: added, paused, tried again, given another secret, removed; and what became of each sending."""

import base64
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import outbox
from shared.clock import Clock
from shared.database import Database
from shared.events import (
    WebhookAdded,
    WebhookEvent,
    WebhookPaused,
    WebhookRemoved,
    WebhookResumed,
    WebhookSecretReplaced,
)
from shared.feeding import are_known
from shared.posted import Caller
from shared.problems import Refused
from shared.tables import Webhook, WebhookAttempt
from shared.vocabulary import Role
from shared.webhooks.addresses import reachable

MOST: Final = 20
"""Most webhooks of one unit."""
SHOWN: Final = 20
"""So many of the last sendings are told."""
OVERLAP: Final = timedelta(hours=24)
"""So long what is sent carries the signature of the replaced secret too."""


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


class OnlyLooks(Refused):
    """The key is for looking: it has nothing sent elsewhere."""

    status = 403
    row = 88
    zh = "{unit}的这个密钥是“{role.zh}”密钥，只供查看，不能设置推送地址"
    en = "This key of {unit} has the role {role.en}: it may look, but not have facts sent elsewhere"


def new_secret() -> str:
    """Make a secret as the Standard Webhooks write it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


class Webhooks:
    """Keeps a service's units' webhooks; whatever is done to one is a fact, for the audit trail (row 87)."""

    def __init__(self, service: str, database: Database, clock: Clock, *, here: bool) -> None:
        """Take where they are kept; `here` allows addresses of this host."""
        self._service = service
        self._database = database
        self._clock = clock
        self._here = here

    async def add(self, caller: Caller, url: str, types: Sequence[str] | None, after: int | None) -> Webhook:
        """Have facts sent from now on, or from after a sequence; its secret is told this once."""
        _may_set(caller)
        are_known(types, "types")
        await reachable(url, here=self._here)
        now = datetime.now(UTC)
        async with self._database.transaction() as session:
            await outbox.take_turn(session)  # two at once are counted one after the other
            count = select(func.count()).select_from(Webhook).where(col(Webhook.unit) == caller.unit)
            if (await session.exec(count)).one() >= MOST:
                raise TooManyWebhooks(most=MOST)
            last, _ = await outbox.state(session)
            row = Webhook(
                webhook=f"wh-{secrets.token_hex(8)}",
                key=caller.key,
                unit=caller.unit,
                url=url,
                types=None if types is None else json.dumps(list(types)),
                secret=new_secret(),
                cursor=last if after is None else min(after, last),
                state="active",
                due_at=now,
                created_at=now,
            )
            session.add(row)
            added = {"key": caller.key, "types": types, "after": row.cursor}
            told = await self._record(session, caller, row, WebhookAdded, **added)
            if after is None:
                row.cursor = told  # that it was added is not what it was added for
        return row

    async def _record(
        self, session: AsyncSession, caller: Caller, row: Webhook, kind: type[WebhookEvent], **more: object
    ) -> int:
        """Record what is done to a webhook; return the fact's sequence. The row is written first: so do all."""
        await session.flush()
        about = {"service": self._service, "webhook": row.webhook, "unit": row.unit, "host": httpx.URL(row.url).host}
        event = kind.model_validate(about | more)
        await outbox.record_act(session, self._service, event, self._clock.now(), caller.actor)
        return (await outbox.state(session))[0]

    async def of(self, caller: Caller) -> Sequence[Webhook]:
        """Return a unit's webhooks."""
        query = select(Webhook).where(col(Webhook.unit) == caller.unit).order_by(col(Webhook.created_at))
        async with self._database.reading() as session:
            return (await session.exec(query)).all()

    async def one(self, caller: Caller, webhook: str) -> Webhook:
        """Return one of a unit's webhooks."""
        _may_set(caller)
        async with self._database.reading() as session:
            return await _own(session, caller, webhook)

    async def attempts(self, caller: Caller, webhook: str, most: int = SHOWN) -> Sequence[WebhookAttempt]:
        """Return the last sendings to an address, the newest first."""
        query = select(WebhookAttempt).where(col(WebhookAttempt.webhook) == webhook)
        async with self._database.reading() as session:
            await _own(session, caller, webhook)
            return (await session.exec(query.order_by(col(WebhookAttempt.id).desc()).limit(most))).all()

    async def waiting(self, row: Webhook) -> int:
        """Return how many numbers a webhook is behind the newest fact."""
        async with self._database.reading() as session:
            last, _ = await outbox.state(session)
        return max(0, last - row.cursor)

    async def remove(self, caller: Caller, webhook: str) -> None:
        """Send no more to an address."""
        async with self._changing(caller, webhook) as (session, row):
            await session.delete(row)
            await self._record(session, caller, row, WebhookRemoved)

    async def pause(self, caller: Caller, webhook: str) -> None:
        """Send nothing until asked again; what is recorded meanwhile is sent then."""
        async with self._changing(caller, webhook) as (session, row):
            if row.state != "paused":
                row.state = "paused"
                await self._record(session, caller, row, WebhookPaused)

    async def again(self, caller: Caller, webhook: str) -> None:
        """Try now what was put off, paused or given up; from now on with the key of who asks."""
        async with self._changing(caller, webhook) as (session, row):
            changes = row.state != "active" or row.key != caller.key
            row.state, row.due_at, row.key = "active", datetime.now(UTC), caller.key
            if changes:  # to try again at once changes nothing
                await self._record(session, caller, row, WebhookResumed, key=caller.key)

    async def rotate(self, caller: Caller, webhook: str) -> Webhook:
        """Give a webhook another secret; for a day what is sent is signed with both."""
        async with self._changing(caller, webhook) as (session, row):
            row.old_secret, row.old_secret_until = row.secret, datetime.now(UTC) + OVERLAP
            row.secret = new_secret()
            await self._record(session, caller, row, WebhookSecretReplaced)
        return row

    @asynccontextmanager
    async def _changing(self, caller: Caller, webhook: str) -> AsyncIterator[tuple[AsyncSession, Webhook]]:
        """Hold one of a unit's webhooks for a change."""
        _may_set(caller)
        async with self._database.transaction() as session:
            yield session, await _own(session, caller, webhook, lock=True)


def _may_set(caller: Caller) -> None:
    if caller.role is Role.VIEWER:
        raise OnlyLooks(unit=caller.unit_name, role=caller.role)


async def _own(session: AsyncSession, caller: Caller, webhook: str, *, lock: bool = False) -> Webhook:
    row = await session.get(Webhook, webhook, with_for_update=lock or None)
    if row is None or row.unit != caller.unit:
        raise NoSuchWebhook(webhook=webhook[:64])
    return row
