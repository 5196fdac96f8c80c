"""Units' systems that post CloudEvents with their keys, in each of the three modes."""

import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from services.approvals import keyring
from shared.database import Database
from shared.envelope import BATCH, STRUCTURED
from shared.events import Event
from shared.posted import Caller
from tests import builders
from tests.builders import BANNER, BANNER_DRC, DRC, OFFICE, OTHER_BANNER, owner
from tests.deciding import Post
from tests.systems import System

CALLERS: Final = (DRC, OFFICE, BANNER, OTHER_BANNER, BANNER_DRC, owner())
"""Whose keys an office knows."""
_ids = (f"post-{number}" for number in itertools.count(1))


def cloudevent(event: Event, by: Caller, event_id: str | None = None, **attributes: object) -> dict[str, Any]:
    """Return an event as its poster would send it."""
    data = event.model_dump(mode="json", exclude_unset=True)
    known = {"specversion": "1.0", "id": event_id or next(_ids), "source": by.source, "type": event.type}
    return {**known, "data": data, **attributes}


async def keys(database: Database, callers: Sequence[Caller] = CALLERS) -> dict[str, str]:
    """Issue keys to units; return the tokens by unit."""
    codes = {caller.unit for caller in callers}
    units = [unit for unit in builders.PLAN.units if unit.code in codes]
    return await keyring.issue(database, units, datetime.now(UTC))


@dataclass(frozen=True)
class Office:
    """A service's front door and the keys of those who post there."""

    client: httpx.AsyncClient
    tokens: dict[str, str]

    def key(self, by: Caller) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[by.unit]}"}

    async def send(self, body: Any, by: Caller, content_type: str = STRUCTURED) -> httpx.Response:  # noqa: ANN401  (JSON)
        """Send anything as a CloudEvent."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self.key(by), "Content-Type": content_type}
        return await self.client.post("/v1/events", content=content, headers=headers)

    async def post(self, event: Event, by: Caller, event_id: str | None = None) -> httpx.Response:
        """Post one event in structured mode."""
        return await self.send(cloudevent(event, by, event_id), by)

    async def binary(self, event: Event, by: Caller, event_id: str) -> httpx.Response:
        """Post one event in binary mode."""
        raw = cloudevent(event, by, event_id)
        headers = {f"ce-{name}": str(value) for name, value in raw.items() if name != "data"}
        content = json.dumps(raw["data"]).encode()
        headers |= {**self.key(by), "Content-Type": "application/json"}
        return await self.client.post("/v1/events", content=content, headers=headers)

    async def batch(self, raws: Sequence[Any], by: Caller) -> httpx.Response:
        """Post several events in one request."""
        return await self.send(list(raws), by, BATCH)

    async def receipt(self, event_id: str, by: Caller) -> dict[str, Any]:
        """Return the receipt of an event as it stands now."""
        answer = await self.client.get("/v1/receipts", params={"id": event_id}, headers=self.key(by))
        assert answer.status_code == 200
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def accepted(self, *posts: Post) -> None:
        """Post events that must be accepted, one after the other."""
        for event, by in posts:
            answer = await self.post(event, by)
            assert (answer.status_code, answer.json()["status"]) == (202, "accepted"), answer.text


OPENED: Final[Sequence[Post]] = (
    (builders.plan(), DRC),
    (builders.session_scheduled(), DRC),
    (builders.session_opened(), BANNER),
)
"""What it takes until applications can be decided."""


@asynccontextmanager
async def approvals(system: System, *posts: Post) -> AsyncIterator[Office]:
    """Run the approvals service with keys, after some posts."""
    tokens = await keys(await system.database("approvals"))
    async with system.serving("approvals") as client:
        office = Office(client, tokens)
        await office.accepted(*posts)
        yield office
