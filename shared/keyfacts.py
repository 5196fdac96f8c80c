"""What a service learns of keys from the facts about them, in whichever order they arrive."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.consumer import On
from shared.envelope import Fact
from shared.events import EVENTS, KeyEvent, KeyIssued, KeyPaused, KeyResumed, KeyRevoked
from shared.tables import Key, Webhook
from shared.vocabulary import Level, Role

TYPES = frozenset({KeyIssued.type, KeyPaused.type, KeyResumed.type, KeyRevoked.type})


async def learn(events: Sequence[KeyEvent], session: AsyncSession) -> None:
    """Remember issued keys, and what happened to them since."""
    for event in events:
        row = await _row(session, event.key)
        if isinstance(event, KeyRevoked):
            row.revoked_at = event.revoked_at
        elif isinstance(event, KeyPaused):
            row.paused_at = max(event.paused_at, row.paused_at or event.paused_at)
        elif isinstance(event, KeyResumed):
            row.resumed_at = max(event.resumed_at, row.resumed_at or event.resumed_at)
        elif isinstance(event, KeyIssued):
            _issue(row, event)
            if event.replaces is not None and event.replaced_until is not None:
                replaced = await _row(session, event.replaces)
                replaced.expires_at = _earlier(replaced.expires_at, event.replaced_until)
                session.add(replaced)
                moved = update(Webhook).where(col(Webhook.key) == event.replaces).values(key=event.key)
                await session.exec(moved)
        session.add(row)
        await session.flush()


async def _row(session: AsyncSession, key: str) -> Key:
    """Return a key's row; of one of which only this is known so far, a row that opens nothing."""
    row = (await session.exec(select(Key).where(col(Key.key) == key))).one_or_none()
    return row or Key(
        key=key,
        secret_sha256=f"unknown {key}",
        unit="",
        unit_name="",
        role=Role.VIEWER.value,
        level=Level.CITY.value,
        division="",
        issued_at=datetime.now(UTC),
    )


def _issue(row: Key, event: KeyIssued) -> None:
    names = ("secret_sha256", "unit", "unit_name", "division", "issued_at", "test", "label")
    row.sqlmodel_update({name: getattr(event, name) for name in names})
    row.role, row.level = event.role.value, event.level.value
    row.types = None if event.types is None else json.dumps(event.types)
    row.expires_at = _earlier(row.expires_at, event.expires_at)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((time for time in (one, other) if time is not None), default=None)


async def _react(facts: Sequence[Fact], session: AsyncSession) -> None:
    events = [EVENTS[fact.type].model_validate(fact.data) for fact in facts]
    await learn([event for event in events if isinstance(event, KeyEvent)], session)


HEARD = On(TYPES, _react)
"""The line of a service's table of reactions by which it knows the keys."""
