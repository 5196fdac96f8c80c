"""A service that listens to the approvals service, ready when it has heard what it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.builders import DRC
from tests.posting import Office
from tests.systems import System, until


@asynccontextmanager
async def listening(
    system: System, service: str, office: Office, path: str, status: int = 200
) -> AsyncIterator[Office]:
    """Run a service with the approvals service's keys; yield it when reading `path` is answered with `status`."""
    async with system.serving(service) as client:
        there = Office(client, office.tokens)

        async def all_keys() -> bool:
            return await system.count(service, "key") >= len(office.tokens)

        async def ready() -> bool:
            return (await client.get(path, headers=there.key(DRC))).status_code == status

        await until(all_keys)  # before the first request: the service reads its keys once a second at the most
        await until(ready)
        yield there
