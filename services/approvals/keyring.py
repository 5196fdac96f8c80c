"""Issues, pauses, replaces and revokes the units' keys: row and fact in one transaction, the token shown once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import keyfacts, keys, outbox
from shared.database import Database
from shared.events import Event, KeyEvent, KeyIssued, KeyPaused, KeyResumed, KeyRevoked, Unit
from shared.problems import Refused
from shared.tables import Key
from shared.vocabulary import Level, Role, Word

SERVICE: Final = "approvals"
_ROLES: Final = {
    "drc": Role.DRC,
    "office": Role.OFFICE,
    "government": Role.BANNER,
    "park": Role.PARK,
    "publicity": Role.PUBLICITY,
}


class KeyState(Word):
    """How a key stands."""

    VALID = "valid", "有效", "valid"
    PAUSED = "paused", "已停用", "paused"
    EXPIRED = "expired", "已过期", "expired"
    REVOKED = "revoked", "已吊销", "revoked"


class UnknownKeyError(Exception):
    """There is no such key."""


class NotNowError(Exception):
    """The key is revoked: it can be neither paused, resumed nor replaced."""


class NotItsRole(Refused):
    """The general office's business is the city's; whoever else held its role would act for every banner."""

    status = 422
    row = 88
    zh = "{unit}不是市政府办公室，不能以其身份签发密钥"
    en = "{unit} is not the city's general office and gets no key of that role"


def role_of(unit: Unit) -> Role:
    """Return the role a unit's bureau gives it; every other bureau is a department."""
    return _ROLES.get(unit.bureau, Role.DEPARTMENT)


@dataclass(frozen=True)
class Grant:
    """What a key is issued for, beside its unit."""

    role: Role | None = None
    """Another role than the unit's own."""
    label: str | None = None
    test: bool = False
    types: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    replaces: str | None = None
    replaced_until: datetime | None = None


PLAIN: Final = Grant()


async def issue(  # noqa: PLR0913  (who gets which keys, from whom)
    database: Database,
    units: Sequence[Unit],
    now: datetime,
    *,
    role: Role | None = None,
    grant: Grant = PLAIN,
    by: str | None = None,
) -> dict[str, str]:
    """Issue a key to each unit; return the tokens by credit code, which nothing keeps. Raises NotItsRole."""
    for unit in units:
        if grant.role is Role.OFFICE and role_of(unit) is not Role.OFFICE:
            raise NotItsRole(path="role", unit=unit.name)
    tokens = {}
    async with database.transaction() as session:
        for unit in units:
            whose = Holder(unit.code, unit.name, role or grant.role or role_of(unit), unit.level, unit.division)
            tokens[unit.code] = await _issue(session, whose, grant, now, by)
    return tokens


class Holder(NamedTuple):
    """Whose a key is."""

    unit: str
    unit_name: str
    role: Role
    level: Level
    division: str


async def _issue(session: AsyncSession, whose: Holder, grant: Grant, now: datetime, by: str | None) -> str:
    made = keys.make(test=grant.test)
    event = KeyIssued(
        key=made.key,
        secret_sha256=made.secret_sha256,
        **whose._asdict(),
        issued_at=now,
        label=grant.label,
        test=grant.test,
        types=grant.types,
        expires_at=grant.expires_at,
        replaces=grant.replaces,
        replaced_until=grant.replaced_until,
    )
    await keyfacts.learn([event], session)
    await _record(session, event, now, by)
    return made.token


async def rotate(
    database: Database, key: str, now: datetime, *, overlap: timedelta, by: str | None = None
) -> tuple[str, datetime]:
    """Issue a key in another's place, for the same; return its token and until when the old one works too."""
    async with database.transaction() as session:
        row = await _row(session, key)
        if row.revoked_at is not None:
            raise NotNowError(key)
        until = min(now + overlap, row.expires_at or now + overlap)
        whose = Holder(row.unit, row.unit_name, Role(row.role), Level(row.level), row.division)
        types = None if row.types is None else tuple(json.loads(row.types))
        grant = Grant(label=row.label, test=row.test, types=types, replaces=key, replaced_until=until)
        return await _issue(session, whose, grant, now, by), until


async def pause(
    database: Database, key: str, now: datetime, *, reason: str | None = None, by: str | None = None
) -> None:
    """Let a key open nothing until it is resumed; one that is paused already stays as it is."""
    async with database.transaction() as session:
        row = await _row(session, key)
        if row.revoked_at is not None:
            raise NotNowError(key)
        if not keys.is_paused(row):
            await _tell(session, KeyPaused(key=key, paused_at=now, reason=reason), now, by)


async def resume(database: Database, key: str, now: datetime, *, by: str | None = None) -> None:
    """Let a paused key open again."""
    async with database.transaction() as session:
        row = await _row(session, key)
        if row.revoked_at is not None:
            raise NotNowError(key)
        if keys.is_paused(row):
            await _tell(session, KeyResumed(key=key, resumed_at=now), now, by)


async def revoke(database: Database, key: str, now: datetime, *, by: str | None = None) -> None:
    """Revoke a key; every service refuses it within seconds. One that is revoked already stays as it is."""
    async with database.transaction() as session:
        if (await _row(session, key)).revoked_at is None:
            await _tell(session, KeyRevoked(key=key, revoked_at=now), now, by)


async def _row(session: AsyncSession, key: str) -> Key:
    row = await session.get(Key, key, with_for_update=True)
    if row is None:
        raise UnknownKeyError(key)
    return row


async def _tell(session: AsyncSession, event: KeyEvent, now: datetime, by: str | None) -> None:
    await keyfacts.learn([event], session)
    await _record(session, event, now, by)


def state_of(row: Key, now: datetime) -> KeyState:
    """Return how a key stands."""
    if row.revoked_at is not None:
        return KeyState.REVOKED
    if row.expires_at is not None and row.expires_at <= now:
        return KeyState.EXPIRED
    return KeyState.PAUSED if keys.is_paused(row) else KeyState.VALID


async def listing(database: Database) -> Sequence[Key]:
    """List all keys, newest first."""
    async with database.reading() as session:
        return (await session.exec(select(Key).order_by(Key.issued_at.desc()))).all()  # type: ignore[attr-defined]


async def _record(session: AsyncSession, event: Event, now: datetime, by: str | None) -> None:
    version = await outbox.next_version(session, event.subject)
    event_id = outbox.derived_id(SERVICE, event.type, event.subject, *([version] if version > 1 else []))
    record = outbox.Record(event, event_id, now, version, correlation_id=event.subject, actor=by)
    await outbox.record(session, SERVICE, [record], now)
