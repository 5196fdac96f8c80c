"""An instance of a service comes, the one that relays goes, while units post: nothing lost, nothing twice (row 72)."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.envelope import STRUCTURED
from tests.builders import DRC, application_docketed, project_code
from tests.posting import OPENED, Office, cloudevent, keys
from tests.processes import Instance, instance
from tests.systems import System, until

POSTERS = 8


class Units:
    """Units' systems that post without a pause to whichever instance comes first, again where there is no answer."""

    def __init__(self, token: str) -> None:
        """Take a key; `open` are the addresses of instances, of which some may just be going."""
        self.open: list[str] = []
        self.receipts: list[dict[str, Any]] = []
        self.unanswered = 0
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": STRUCTURED}
        self._numbers = iter(range(1, 10**5))
        self._ending = asyncio.Event()

    async def post(self, seed: int) -> None:
        """Post one event after the other, until told to end."""
        chance = random.Random(seed)  # noqa: S311  (an address, no secret)
        async with httpx.AsyncClient(headers=self._headers, timeout=10) as client:
            while not self._ending.is_set():
                event = application_docketed(project_code=project_code(next(self._numbers)))
                await self._until_answered(client, cloudevent(event, DRC), chance)
                await asyncio.sleep(0.01)

    async def _until_answered(self, client: httpx.AsyncClient, raw: dict[str, Any], chance: random.Random) -> None:
        while True:
            try:
                answer = await client.post(f"{chance.choice(self.open)}/v1/events", json=raw, headers=self._headers)
            except httpx.TransportError:
                self.unanswered += 1
                await asyncio.sleep(0.02)
                continue
            assert answer.status_code == 202, answer.text
            self.receipts.append(answer.json())
            return

    def end(self) -> None:
        """Post no more."""
        self._ending.set()

    async def goes_on(self, count: int = 20) -> None:
        """Wait until so many more have been answered."""
        wanted = len(self.receipts) + count

        async def answered() -> bool:
            return len(self.receipts) >= wanted

        await until(answered)


async def stopped_under(units: Units, old: Instance) -> None:
    """Stop an instance to which units are posting, and take its address away once it is gone."""
    await units.goes_on()
    await old.stopped()
    await units.goes_on()  # some of them still to the old address, where nobody listens
    units.open.remove(old.address)


async def opened(one: Instance, tokens: dict[str, str]) -> None:
    """Post what it takes until applications can be decided."""
    async with httpx.AsyncClient(base_url=one.address, timeout=10) as client:
        await Office(client, tokens).accepted(*OPENED)


async def relaying(running: Sequence[Instance]) -> Instance:
    """Return the instance that publishes for all: it has most to leave in order."""
    async with httpx.AsyncClient() as client:
        for one in running:
            if 'chunfeng_relay_leader{service="approvals"} 1.0' in (await client.get(f"{one.address}/metrics")).text:
                return one
    pytest.fail("nobody relays")


@pytest.mark.row(72, 82)
async def test_what_is_posted_while_an_instance_leaves_and_another_takes_over_is_recorded_once_and_answered(
    system: System, tmp_path: Path
) -> None:
    tokens = await keys(await system.database("approvals"))
    async with AsyncExitStack() as stack:

        async def started() -> Instance:
            return await stack.enter_async_context(instance(system, "approvals", tmp_path))

        units, running = Units(tokens[DRC.unit]), list[Instance]()
        async with asyncio.TaskGroup() as tasks:
            for starting in asyncio.as_completed([tasks.create_task(started()) for _ in range(2)]):
                running.append(await starting)
                units.open.append(running[-1].address)
                if len(running) == 1:  # units post to it, and to the other as soon as that is there
                    await opened(running[0], tokens)
                    for seed in range(POSTERS):
                        tasks.create_task(units.post(seed))
            await stopped_under(units, await relaying(running))
            units.end()
        last = await system.count("approvals", "outbox")

        async def published() -> bool:
            rows = await system.rows("approvals", "SELECT published FROM outbox_counter")
            return [row["published"] for row in rows] == [last]

        await until(published)
    assert {receipt["status"] for receipt in units.receipts} == {"accepted"}
    assert not [receipt for receipt in units.receipts if "duplicate" in receipt], "what was recorded was answered too"
    assert units.unanswered > 0, "an address was tried at which nobody listened any more"
    facts = await system.rows("approvals", "SELECT sequence, event_id FROM outbox ORDER BY sequence")
    assert [fact["sequence"] for fact in facts] == list(range(1, last + 1))
    told = [fact["id"] for receipt in units.receipts for fact in receipt["facts"]]
    assert len(told) == len(set(told)) == len(units.receipts)
    assert {fact["event_id"] for fact in facts[-len(told) :]} == set(told)
    assert [fact.sequence for fact in await system.stream()] == list(range(1, last + 1))
