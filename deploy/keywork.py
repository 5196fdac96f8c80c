"""What `chunfeng keys` does: each command in one call, on the system that runs in a folder or in this container."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from deploy.administration import approvals_database, units_in, who
from services.approvals import keyring
from services.approvals.keyring import Grant
from shared.database import Database
from shared.problems import Refused
from shared.tables import Key

T = TypeVar("T")


def _done(folder: Path, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the keys of a system, or say why not."""

    async def do() -> T:
        database = approvals_database(folder)
        try:
            return await work(database)
        except keyring.UnknownKeyError as error:
            raise SystemExit(f"没有这个密钥 there is no such key: {error}") from None
        except keyring.NotNowError as error:
            raise SystemExit(f"密钥已吊销 it is revoked: {error}") from None
        except Refused as refusal:
            raise SystemExit(f"{refusal.problem()['title']} / {refusal.problem()['title_en']}") from None
        finally:
            await database.close()

    return asyncio.run(do())


def issue(folder: Path, plan: Path, units: Sequence[str] | None, grant: Grant) -> dict[str, str]:
    """Issue keys to units of a plan: those with these codes, or all."""
    chosen = [unit for unit in units_in(plan) if units is None or unit.code in units]
    if units and (unknown := set(units) - {unit.code for unit in chosen}):
        raise SystemExit(f"计划中没有这些单位 the plan has no such units: {', '.join(sorted(unknown))}")
    now = datetime.now(UTC)
    return _done(folder, lambda database: keyring.issue(database, chosen, now, grant=grant, by=who()))


def rotate(folder: Path, key: str, overlap: timedelta) -> tuple[str, datetime]:
    """Issue a key in another's place."""
    now = datetime.now(UTC)
    return _done(folder, lambda database: keyring.rotate(database, key, now, overlap=overlap, by=who()))


def pause(folder: Path, key: str, reason: str | None) -> None:
    """Pause a key."""
    _done(folder, lambda database: keyring.pause(database, key, datetime.now(UTC), reason=reason, by=who()))


def resume(folder: Path, key: str) -> None:
    """Let a key open again."""
    _done(folder, lambda database: keyring.resume(database, key, datetime.now(UTC), by=who()))


def revoke(folder: Path, key: str) -> None:
    """Revoke a key."""
    _done(folder, lambda database: keyring.revoke(database, key, datetime.now(UTC), by=who()))


def listed(folder: Path) -> list[str]:
    """Return a line for each key."""
    return lines(_done(folder, keyring.listing), datetime.now(UTC))


def lines(rows: Sequence[Key], now: datetime) -> list[str]:
    """Return a line for each key: name, state, unit, role, what it may do, when it was last used."""
    written = []
    for row in rows:
        state = keyring.state_of(row, now)
        marks = [
            *(["测试 test"] if row.test else []),
            *(["只读 read only"] if row.types == "[]" else [row.types] if row.types else []),
            *([f"至 until {row.expires_at:%Y-%m-%d %H:%M}Z"] if row.expires_at else []),
            *([row.label] if row.label else []),
        ]
        used = f"{row.last_used_at:%Y-%m-%d %H:%M}Z" if row.last_used_at else "从未 never"
        whose = f"{row.unit}  {row.unit_name}  {row.role}"
        written.append(f"{row.key}  {state.zh} {state.en}  {whose}  最近使用 used {used}  {' · '.join(marks)}".rstrip())
    return written
