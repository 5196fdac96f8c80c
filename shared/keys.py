"""Keys of the units' systems: issued once, kept as hashes, known to every service by KeyIssued and KeyRevoked.

A key reads `cf_<key>_<secret>_<checksum>`: a typo is told apart from a forged or revoked key before any look-up.
"""

import asyncio
import hashlib
import re
import secrets
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.database import Database
from shared.events import DeliveryResent, KeyIssued, KeyRevoked
from shared.posted import Caller
from shared.problems import Refused
from shared.tables import Key
from shared.vocabulary import Level, Role

_TOKEN = re.compile(r"cf_([a-z0-9]{8})_([A-Za-z0-9]{32})_([0-9a-f]{8})")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_REFRESH_SECONDS: Final = 1.0
"""A revoked key stops working within this time plus its travel through the stream."""


class NoKey(Refused):
    """No key was given."""

    status = 401
    row = 75
    zh = "请在 Authorization 头中以 Bearer 方式提供密钥"
    en = "Give a key as a Bearer token in the Authorization header"


class BadKey(Refused):
    """The key is mistyped, unknown or revoked."""

    status = 401
    row = 75
    zh = "密钥无效：{reason}"
    en = "The key is not valid: {reason_en}"


class ForeignSource(Refused):
    """The event names another unit as its source."""

    status = 403
    row = 75
    zh = "该密钥属于{unit}，事件来源应为 {expected}"
    en = "This key belongs to {unit}; the event's source must be {expected}"


class ReadsOnly(Refused):
    """The key is for looking, not for posting."""

    status = 403
    row = 88
    zh = "{unit}的这个密钥是“{role.zh}”密钥，只供查看，不能报送此类事件"
    en = "This key of {unit} is a {role.en}'s key: it may look, but not post this event"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: what to keep, and the token to hand over once."""

    key: str
    token: str
    secret_sha256: str


def checksum(key: str, secret: str) -> str:
    """Return the eight hexadecimal digits that end a token."""
    return f"{zlib.crc32(f'{key}_{secret}'.encode()):08x}"


def make() -> NewKey:
    """Make a key with 190 bits of secret."""
    key = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = "".join(secrets.choice(_ALPHABET + _ALPHABET[:26].upper()) for _ in range(32))
    token = f"cf_{key}_{secret}_{checksum(key, secret)}"
    return NewKey(key, token, hashlib.sha256(secret.encode()).hexdigest())


class Keys:
    """The keys one service knows, refreshed from its table while requests come in."""

    def __init__(self, database: Database) -> None:
        """Take the service's database."""
        self._database = database
        self._callers: dict[str, tuple[Caller, datetime | None]] = {}
        self._known: dict[str, Caller] = {}
        """Who called with which header since the keys were read."""
        self._read_at = -_REFRESH_SECONDS
        self._reading = asyncio.Lock()

    async def caller(self, authorization: str | None) -> Caller:
        """Return who calls, or raise NoKey or BadKey."""
        if authorization is None or not authorization.startswith("Bearer "):
            raise NoKey
        if (caller := self._known.get(authorization)) is not None and self._fresh():
            return caller
        found = _TOKEN.fullmatch(authorization.removeprefix("Bearer ").strip())
        if found is None or checksum(found[1], found[2]) != found[3]:
            raise BadKey(reason="抄录有误", reason_en="it is mistyped")
        await self._refresh()
        known = self._callers.get(hashlib.sha256(found[2].encode()).hexdigest())
        if known is None or known[0].key != found[1]:
            raise BadKey(reason="没有这个密钥", reason_en="there is no such key")
        if known[1] is not None:
            raise BadKey(reason="已吊销", reason_en="it has been revoked")
        self._known[authorization] = known[0]
        return known[0]

    def _fresh(self) -> bool:
        return time.monotonic() - self._read_at < _REFRESH_SECONDS

    async def _refresh(self) -> None:
        if self._fresh():
            return
        async with self._reading:  # one reads for all who call meanwhile
            if self._fresh():
                return
            async with self._database.reading() as session:
                rows = (await session.exec(select(Key))).all()
            self._callers = {row.secret_sha256: (_caller(row), row.revoked_at) for row in rows}
            self._known.clear()
            self._read_at = time.monotonic()


def _caller(row: Key) -> Caller:
    return Caller(row.key, row.unit, row.unit_name, Role(row.role), Level(row.level), row.division)


def is_from(caller: Caller, source: str) -> None:
    """Refuse an event whose source is not the caller's own unit."""
    if source != caller.source:
        raise ForeignSource(path="source", unit=caller.unit_name, expected=caller.source)


def may_post(caller: Caller, event_type: str) -> None:
    """Refuse whatever is posted with a key for looking; an operator may have a bulletin sent again (row 88)."""
    if caller.role is Role.VIEWER or (caller.role is Role.OPERATOR and event_type != DeliveryResent.type):
        raise ReadsOnly(unit=caller.unit_name, role=caller.role)


async def learn(events: Sequence[KeyIssued | KeyRevoked], session: AsyncSession) -> None:
    """Remember issued keys and revocations, in whichever order they arrive."""
    for event in events:
        row = (await session.exec(select(Key).where(col(Key.key) == event.key))).one_or_none()
        if isinstance(event, KeyRevoked):
            row = row or _unknown(event)
            row.revoked_at = event.revoked_at
        else:
            revoked_at = row.revoked_at if row is not None else None
            row = row or _unknown(event)
            row.sqlmodel_update({**event.model_dump(mode="python"), "revoked_at": revoked_at})
            row.role, row.level = event.role.value, event.level.value
        session.add(row)
        await session.flush()


def _unknown(event: KeyIssued | KeyRevoked) -> Key:
    """Return the row of a key of which only the end is known so far: it opens nothing."""
    return Key(
        key=event.key,
        secret_sha256=f"unknown {event.key}",
        unit="",
        unit_name="",
        role=Role.VIEWER.value,
        level=Level.CITY.value,
        division="",
        issued_at=datetime.now(UTC),
    )
