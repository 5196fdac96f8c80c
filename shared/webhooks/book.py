"""The units' webhooks: added, paused, tried again, given another secret, removed; and what became of each sending."""

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.database import Database
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
_LAST: Final = text("SELECT last FROM outbox_counter")


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
    en = "This key of {unit} is a {role.en}'s key: it may look, but not have facts sent elsewhere"


def new_secret() -> str:
    """Make a secret as the Standard Webhooks write it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


class Webhooks:
    """Keeps the units' webhooks."""

    def __init__(self, database: Database, *, here: bool) -> None:
        """Take where they are kept; `here` allows addresses of this host."""
        self._database = database
        self._here = here

    async def add(self, caller: Caller, url: str, types: Sequence[str] | None, after: int | None) -> Webhook:
        """Have facts sent from now on, or from after a sequence; its secret is told this once."""
        _may_set(caller)
        await reachable(url, here=self._here)
        if len(await self.of(caller)) >= MOST:
            raise TooManyWebhooks(most=MOST)
        now = datetime.now(UTC)
        async with self._database.transaction() as session:
            last = (await (await session.connection()).execute(_LAST)).scalar_one()
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
        return row

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
            last: int = (await (await session.connection()).execute(_LAST)).scalar_one()
        return max(0, last - row.cursor)

    async def remove(self, caller: Caller, webhook: str) -> None:
        """Send no more to an address."""
        _may_set(caller)
        async with self._database.transaction() as session:
            await session.delete(await _own(session, caller, webhook))

    async def pause(self, caller: Caller, webhook: str) -> None:
        """Send nothing until asked again; what is recorded meanwhile is sent then."""
        _may_set(caller)
        async with self._database.transaction() as session:
            row = await _own(session, caller, webhook)
            row.state = "paused"
            session.add(row)

    async def again(self, caller: Caller, webhook: str) -> None:
        """Try now what was put off, paused or given up; from now on with the key of who asks."""
        _may_set(caller)
        async with self._database.transaction() as session:
            row = await _own(session, caller, webhook)
            row.state, row.due_at, row.key = "active", datetime.now(UTC), caller.key
            session.add(row)

    async def rotate(self, caller: Caller, webhook: str) -> Webhook:
        """Give a webhook another secret; for a day what is sent is signed with both."""
        _may_set(caller)
        async with self._database.transaction() as session:
            row = await _own(session, caller, webhook)
            row.old_secret, row.old_secret_until = row.secret, datetime.now(UTC) + OVERLAP
            row.secret = new_secret()
            session.add(row)
        return row


def _may_set(caller: Caller) -> None:
    if caller.role is Role.VIEWER:
        raise OnlyLooks(unit=caller.unit_name, role=caller.role)


async def _own(session: AsyncSession, caller: Caller, webhook: str) -> Webhook:
    row = await session.get(Webhook, webhook)
    if row is None or row.unit != caller.unit:
        raise NoSuchWebhook(webhook=webhook[:64])
    return row
