"""Keys of the units' systems: issued once, kept as hashes, known to every service by the facts of keys.

A key reads `cf_<key>_<secret>_<checksum>`, one for trying out `cftest_…`: a typo is told apart from a forged or
revoked key before any look-up.
"""

import asyncio
import hashlib
import json
import re
import secrets
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlmodel import select

from shared.database import Database, is_away
from shared.events import DeliveryResent
from shared.posted import Caller
from shared.problems import Refused
from shared.tables import Key
from shared.vocabulary import Level, Role

_TOKEN = re.compile(r"(?:cf|cftest)_([a-z0-9]{8})_([A-Za-z0-9]{32})_([0-9a-f]{8})")
HOME: Final = "approvals"
"""The service that issues keys."""
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_PATIENCE_SECONDS: Final = 2.0
_REFRESH_SECONDS: Final = 1.0
"""A revoked key stops working within this time plus its travel through the stream."""
_ISSUED_SECONDS: Final = 0.1
"""A key just issued starts working within this time."""


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
    en = "This key of {unit} has the role {role.en}: it may look, but not post this event"


class BeyondScope(Refused):
    """The key may not post this type, or not read what it asks for."""

    status = 403
    row = 75
    zh = "该密钥不能{what}"
    en = "This key may not {what_en}"


@dataclass(frozen=True, slots=True)
class Known:
    """A key as a service knows it: whose it is, and whether it opens."""

    caller: Caller
    secret_sha256: str
    revoked_at: datetime | None
    expires_at: datetime | None
    paused: bool

    def open(self, now: datetime) -> None:
        """Raise BadKey if it does not open at this time."""
        if self.revoked_at is not None:
            raise BadKey(reason="已吊销", reason_en="it has been revoked")
        if self.expires_at is not None and self.expires_at <= now:
            raise BadKey(reason="已过期", reason_en="it has expired")
        if self.paused:
            raise BadKey(reason="已停用，待市发改委恢复", reason_en="it is paused until the city DRC resumes it")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: what to keep, and the token to hand over once."""

    key: str
    token: str
    secret_sha256: str


def checksum(key: str, secret: str) -> str:
    """Return the eight hexadecimal digits that end a token."""
    return f"{zlib.crc32(f'{key}_{secret}'.encode()):08x}"


def token(key: str, secret: str, *, test: bool = False) -> str:
    """Return what is handed over: prefix, name, secret and checksum."""
    return f"{'cftest' if test else 'cf'}_{key}_{secret}_{checksum(key, secret)}"


def make(*, test: bool = False) -> NewKey:
    """Make a key with 190 bits of secret."""
    key = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = "".join(secrets.choice(_ALPHABET + _ALPHABET[:26].upper()) for _ in range(32))
    return NewKey(key, token(key, secret, test=test), hashlib.sha256(secret.encode()).hexdigest())


class Keys:
    """The keys one service knows, refreshed from its table while requests come in."""

    def __init__(self, database: Database) -> None:
        """Take the service's database."""
        self._database = database
        self._rows: dict[str, Known] = {}
        """By the key's name."""
        self._known: dict[str, Caller] = {}
        """Who called with which header since the keys were read."""
        self._read_at = -_REFRESH_SECONDS
        self._reading = asyncio.Lock()
        self.used: dict[str, datetime] = {}
        """When each key was last let in, as far as this process knows; see shared.uses."""

    async def caller(self, authorization: str | None) -> Caller:
        """Return who calls, or raise NoKey or BadKey."""
        if authorization is None or not authorization.startswith("Bearer "):
            raise NoKey
        if (caller := self._known.get(authorization)) is not None and self._fresh():
            return caller
        found = _TOKEN.fullmatch(authorization.removeprefix("Bearer ").strip())
        if found is None or checksum(found[1], found[2]) != found[3]:
            raise BadKey(reason="抄录有误", reason_en="it is mistyped")
        caller = await self.named(found[1], hashlib.sha256(found[2].encode()).hexdigest())
        self._known[authorization] = caller
        return caller

    async def named(self, key: str, secret_sha256: str | None = None) -> Caller:
        """Return the holder of a key, if it opens just now; with the hash of its secret, only if that fits."""
        await self._refresh()
        if key not in self._rows:  # perhaps issued just now; forged ones do not ask the database more often for it
            await self._refresh(_ISSUED_SECONDS)
        known = self._rows.get(key)
        if known is None or secret_sha256 not in (None, known.secret_sha256):
            raise BadKey(reason="没有这个密钥", reason_en="there is no such key")
        now = datetime.now(UTC)
        known.open(now)
        self.used[key] = now
        return known.caller

    async def secret_sha256(self, key: str) -> str:
        """Return the hash of a key's secret, which opens nothing by itself."""
        await self._refresh()
        if key not in self._rows:
            raise BadKey(reason="没有这个密钥", reason_en="there is no such key")
        return self._rows[key].secret_sha256

    def _fresh(self, within: float = _REFRESH_SECONDS) -> bool:
        return time.monotonic() - self._read_at < within

    async def _read(self) -> Sequence[Key] | None:
        """Read all keys; None while the database is away and those read last must do.

        Nothing can be recorded or read meanwhile, but the operators' console must open and say so.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self._database.reading() as session:
                return (await session.exec(select(Key))).all()
        except Exception as error:
            if not self._rows or not is_away(error):
                raise
            return None

    async def _refresh(self, within: float = _REFRESH_SECONDS) -> None:
        if self._fresh(within):
            return
        async with self._reading:  # one reads for all who call meanwhile
            if self._fresh(within):
                return
            rows = await self._read()
            if rows is None:  # asked again in a second
                self._read_at = time.monotonic()
                return
            self._rows = {row.key: _known(row) for row in rows if row.unit}
            self._known.clear()
            self._read_at = time.monotonic()


def is_paused(row: Key) -> bool:
    """Tell whether a key was paused after it was last resumed, in whatever order that was heard."""
    return row.paused_at is not None and (row.resumed_at is None or row.paused_at > row.resumed_at)


def _known(row: Key) -> Known:
    types = None if row.types is None else frozenset(json.loads(row.types))
    level = Level(row.level)
    caller = Caller(row.key, row.unit, row.unit_name, Role(row.role), level, row.division, test=row.test, types=types)
    return Known(caller, row.secret_sha256, row.revoked_at, row.expires_at, paused=is_paused(row))


def may_post(caller: Caller, event_type: str) -> None:
    """Refuse what a key for looking posts, and a type it was not issued for (rows 75, 88).

    An operator may have a bulletin sent again.
    """
    if caller.role is Role.VIEWER or (caller.role is Role.OPERATOR and event_type != DeliveryResent.type):
        raise ReadsOnly(unit=caller.unit_name, role=caller.role)
    if caller.types is not None and event_type not in caller.types:
        raise BeyondScope(path="type", what=f"报送 {event_type}", what_en=f"post {event_type}")


def may_read(caller: Caller) -> None:
    """Refuse a key for trying out: it sees nothing of the real campaign."""
    if caller.test:
        raise BeyondScope(what="读取真实数据：它是测试密钥", what_en="read real data: it is for trying out")


def is_from(caller: Caller, source: str) -> None:
    """Refuse an event whose source is not the caller's own unit."""
    if source != caller.source:
        raise ForeignSource(path="source", unit=caller.unit_name, expected=caller.source)
