"""Servers and services may be started in any order."""

import asyncio

import httpx
import pytest

from tests.systems import System


@pytest.mark.row(84)
async def test_a_service_waits_for_a_database_that_starts_after_it(system: System) -> None:
    await system.settings("approvals")  # its database is made while there is a server

    async def live() -> httpx.Response:
        async with system.serving("approvals") as client:
            return await client.get("/health/ready")

    system.postgres.kill()
    try:
        starting = asyncio.create_task(live())
        await asyncio.sleep(0.5)
        assert not starting.done()
    finally:
        system.postgres.start()
    assert (await starting).status_code == 200
