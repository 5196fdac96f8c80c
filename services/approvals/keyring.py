"""Issues and revokes the units' keys: the row and the fact in one transaction, the token shown once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import keyfacts, keys, outbox
from shared.database import Database
from shared.events import Event, KeyIssued, KeyRevoked, Unit
from shared.tables import Key
from shared.vocabulary import Role

SERVICE: Final = "approvals"
_ROLES: Final = {
    "drc": Role.DRC,
    "office": Role.OFFICE,
    "government": Role.BANNER,
    "park": Role.PARK,
    "publicity": Role.PUBLICITY,
}


class UnknownKeyError(Exception):
    """There is no such key."""


def role_of(unit: Unit) -> Role:
    """Return the role a unit's bureau gives it; every other bureau is a department."""
    return _ROLES.get(unit.bureau, Role.DEPARTMENT)


async def issue(
    database: Database, units: Sequence[Unit], now: datetime, *, role: Role | None = None, by: str | None = None
) -> dict[str, str]:
    """Issue a key to each unit, for the unit's own role or the one named; return the tokens by credit code.

    Nothing keeps the tokens.
    """
    tokens = {}
    async with database.transaction() as session:
        for unit in units:
            made = keys.make()
            event = KeyIssued(
                key=made.key,
                secret_sha256=made.secret_sha256,
                unit=unit.code,
                unit_name=unit.name,
                role=role or role_of(unit),
                level=unit.level,
                division=unit.division,
                issued_at=now,
            )
            await keyfacts.learn([event], session)
            await _record(session, event, now, by)
            tokens[unit.code] = made.token
    return tokens


async def revoke(database: Database, key: str, now: datetime, *, by: str | None = None) -> None:
    """Revoke a key; every service refuses it within seconds. One that is revoked already stays as it is."""
    async with database.transaction() as session:
        row = await session.get(Key, key, with_for_update=True)
        if row is None:
            raise UnknownKeyError(key)
        if row.revoked_at is not None:
            return
        event = KeyRevoked(key=key, revoked_at=now)
        await keyfacts.learn([event], session)
        await _record(session, event, now, by)


async def listing(database: Database) -> Sequence[Key]:
    """List all keys, newest first."""
    async with database.reading() as session:
        return (await session.exec(select(Key).order_by(Key.issued_at.desc()))).all()  # type: ignore[attr-defined]


async def _record(session: AsyncSession, event: Event, now: datetime, by: str | None) -> None:
    version = await outbox.next_version(session, event.subject)
    event_id = outbox.derived_id(SERVICE, event.type, event.subject)
    record = outbox.Record(event, event_id, now, version, correlation_id=event.subject, actor=by)
    await outbox.record(session, SERVICE, [record], now)
