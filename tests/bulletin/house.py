"""The bulletin service as people see it: running, with keys, and told what other services publish."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.envelope import read_published, with_sequence
from shared.posted import Caller
from tests.browsing import reachable
from tests.bulletin.newsroom import Newsroom, newsroom
from tests.posting import keys
from tests.systems import System


@dataclass(frozen=True)
class House:
    """A running bulletin service."""

    room: Newsroom
    address: str
    tokens: dict[str, str]
    client: httpx.AsyncClient

    def cookie(self, by: Caller) -> dict[str, str]:
        return {"Cookie": f"chunfeng_key={self.tokens[by.unit]}", "Accept": "text/html"}

    async def get(self, path: str, by: Caller) -> httpx.Response:
        return await self.client.get(path, headers=self.cookie(by))

    async def post(self, path: str, by: Caller, **form: str) -> httpx.Response:
        return await self.client.post(path, data=form, headers=self.cookie(by))


async def with_keys(system: System, room: Newsroom) -> dict[str, str]:
    """Issue keys, and let the bulletin service hear of them."""
    tokens = await keys(await system.database("approvals"))
    rows = await system.rows("approvals", "SELECT sequence, envelope FROM outbox ORDER BY sequence")
    facts = [read_published(with_sequence(row["envelope"], row["sequence"])) for row in rows]
    room.teller.follow("approvals", len(facts))
    await room.hear(*facts)
    return tokens


@asynccontextmanager
async def house(system: System, **settings: Any) -> AsyncIterator[House]:  # noqa: ANN401  (any setting)
    """Open the house; its clock is the real one."""
    room = await newsroom(system, **settings)
    room.clock.time = datetime.now(UTC)
    tokens = await with_keys(system, room)
    async with (
        reachable(system, "bulletin", **settings) as address,
        httpx.AsyncClient(base_url=address, timeout=30) as client,
    ):
        yield House(room, address, tokens, client)


def just_now() -> datetime:
    """Return a closing that leaves the whole day."""
    return datetime.now(UTC) - timedelta(minutes=5)
