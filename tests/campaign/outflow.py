"""Readers of every way out of every service, for the whole of a campaign, with a service killed in the middle of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import httpx

from deploy.local import Local
from deploy.prepare import SERVICES
from tests.receiving import Receiver
from tests.systems import until

KILLED: Final = "approvals"
_IN_THE_MIDDLE: Final = 500
_PATIENCE_SECONDS: Final = 90


class Outflow:
    """What each service's feed, stream and webhook have told a reader who started at the beginning."""

    def __init__(self) -> None:
        self.paged: dict[str, list[int]] = {service: [] for service in SERVICES}
        self.streamed: dict[str, list[int]] = {service: [] for service in SERVICES}
        self.hooks = {service: Receiver() for service in SERVICES}
        self.last: dict[str, int] = {}
        self.killed_at = 0

    @asynccontextmanager
    async def reading(self, local: Local, token: str) -> AsyncIterator[None]:
        """Read as long as the block lasts, and then until everything has been read."""
        async with AsyncExitStack() as stack:
            headers = {"Authorization": f"Bearer {token}"}
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=40, headers=headers))
            for service, receiver in self.hooks.items():
                await stack.enter_async_context(receiver.listening())
                await self._subscribe(client, local.address(service), receiver)
            work = [self._kill(local)]
            work += [self._page(client, local.address(service), service) for service in SERVICES]
            work += [self._stream(client, local.address(service), service) for service in SERVICES]
            tasks = [asyncio.create_task(one) for one in work]
            try:
                yield
                await until(lambda: self._all_there(client, local), within=_PATIENCE_SECONDS)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _subscribe(self, client: httpx.AsyncClient, address: str, receiver: Receiver) -> None:
        async def added() -> bool:
            answer = await client.post(f"{address}/v1/webhooks", json={"url": receiver.url, "after": 0})
            if answer.status_code == httpx.codes.UNAUTHORIZED:  # the key is on its way
                return False
            receiver.secret = answer.raise_for_status().json()["secret"]
            return True

        await until(added, within=20)

    async def _kill(self, local: Local) -> None:
        while len(self.paged[KILLED]) < _IN_THE_MIDDLE:  # noqa: ASYNC110  (what is waited for is in other processes)
            await asyncio.sleep(0.02)
        process = local.processes[KILLED]
        process.kill()
        await asyncio.to_thread(process.wait)
        self.killed_at = len(self.paged[KILLED])
        local.spawn(KILLED)

    async def _page(self, client: httpx.AsyncClient, address: str, service: str) -> None:
        after, told = 0, self.paged[service]
        while True:
            try:
                page = (await client.get(f"{address}/v1/feed", params={"after": after, "wait": 20, "limit": 50})).json()
                told += [int(fact["sequence"]) for fact in page["facts"]]
                after = page["next"]
            except (httpx.TransportError, KeyError):  # it is away, or just starting
                await asyncio.sleep(0.1)

    async def _stream(self, client: httpx.AsyncClient, address: str, service: str) -> None:
        told, number = self.streamed[service], 0
        while True:
            headers = {"Last-Event-ID": str(told[-1] if told else 0)}
            try:
                async with client.stream("GET", f"{address}/v1/feed/stream", headers=headers) as answer:
                    async for line in answer.aiter_lines():
                        if line.startswith("id: "):
                            number = int(line.removeprefix("id: "))
                        elif not line and number:  # the event is whole
                            told.append(number)
                            number = 0
            except httpx.TransportError:
                number = 0
            await asyncio.sleep(0.1)

    async def _all_there(self, client: httpx.AsyncClient, local: Local) -> bool:
        for service in SERVICES:
            ready = (await client.get(f"{local.address(service)}/health/ready")).json()
            self.last[service] = ready["outbox"]["last"]
        return all(
            len(self.paged[service]) >= last
            and len(self.streamed[service]) >= last
            and len(self.hooks[service].taken) >= last
            for service, last in self.last.items()
        )
