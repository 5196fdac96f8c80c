"""What is watched: readiness, and how far the stream lags behind the outbox."""

import re

import httpx
import pytest

from tests.builders import DRC, session_scheduled
from tests.posting import OPENED, approvals
from tests.systems import System, until


async def ready(client: httpx.AsyncClient) -> dict[str, bool]:
    """Return what a service says about its readiness; its status must say the same."""
    answer = await client.get("/health/ready")
    checks: dict[str, bool] = answer.json()["checks"]
    assert answer.status_code == (200 if all(checks.values()) else 503)
    return checks


@pytest.mark.row(84)
@pytest.mark.parametrize("gone", ["database", "nats"])
async def test_a_service_without_its_servers_is_live_and_not_ready(system: System, gone: str) -> None:
    server = system.postgres if gone == "database" else system.nats
    async with system.serving("approvals") as client:
        assert await ready(client) == {"database": True, "nats": True}
        server.kill()
        try:
            assert await ready(client) == {"database": True, "nats": True} | {gone: False}
            assert (await client.get("/health/live")).status_code == 200
        finally:
            server.start()

        async def well() -> bool:
            return all((await ready(client)).values())

        await until(well)


@pytest.mark.row(73, 84)
async def test_the_lag_of_the_outbox_is_measured(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office:

        async def lag() -> int:
            found = re.search(
                r'chunfeng_outbox_lag{service="approvals"} (\d+)', (await office.client.get("/metrics")).text
            )
            return int(found[1]) if found else -1

        async def lags() -> bool:
            return await lag() == 2

        async def caught_up() -> bool:
            return await lag() == 0

        await until(caught_up)
        system.nats.kill()
        try:
            for session in ("spring-2022-150602", "spring-2022-150603"):
                await office.accepted((session_scheduled(session=session), DRC))
            await until(lags)
        finally:
            system.nats.start()
        await until(caught_up, within=20)
