"""Servers and services may be started in any order."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from tests.posting import keys
from tests.processes import instance
from tests.systems import System, until


@pytest.mark.row(84)
async def test_a_service_waits_for_a_database_that_starts_after_it(system: System) -> None:
    await system.settings("approvals")  # its database is made while there is a server

    async def live() -> httpx.Response:
        async with system.serving("approvals") as client:
            return await client.get("/health/ready")

    system.postgres.kill()
    with capture_logs() as said:
        try:
            starting = asyncio.create_task(live())

            async def awaited() -> bool:
                return "database.awaited" in [line["event"] for line in said]

            await until(awaited)
            await asyncio.sleep(0.5)
            assert not starting.done()
            assert len(said) < 3, "at once, and not five times a second"
        finally:
            system.postgres.start()
        assert (await starting).status_code == 200


@pytest.mark.row(91)
async def test_a_service_whose_nats_password_is_a_secret_of_its_own_hears_and_publishes(system: System) -> None:
    """As with compose: the address names nobody."""
    known = {
        "nats_url": system.nats.url(),
        "nats_user": "approvals",
        "nats_password": system.nats.password("approvals"),
    }
    async with system.serving("approvals", **known) as client:
        assert (await client.get("/health/ready")).json()["ready"]
        await keys(await system.database("approvals"))

        async def published() -> bool:
            return len(await system.stream()) > 0

        await until(published)
        before = len(await system.stream())
        assert system.nats.process is not None
        system.nats.process.send_signal(signal.SIGSTOP)
        try:
            assert not (await client.get("/health/ready")).json()["checks"]["nats"], "it hangs, with open connections"
        finally:
            system.nats.process.send_signal(signal.SIGCONT)
        await keys(await system.database("approvals"))

        async def published_again() -> bool:
            return len(await system.stream()) > before

        await until(published_again, within=10)  # and not only after half a minute


async def test_a_service_told_to_stop_while_nats_is_dead_ends_in_order(system: System, tmp_path: Path) -> None:
    async with instance(system, "forums", tmp_path) as service:
        system.nats.kill()
        try:
            await asyncio.sleep(1)  # long enough to have noticed, and to be trying again
            await service.stopped()
        finally:
            system.nats.start()


@pytest.mark.row(84)
async def test_a_service_that_cannot_start_says_so_by_its_exit_code(system: System, tmp_path: Path) -> None:
    """Whoever supervises it goes by that."""
    await keys(await system.database("approvals"))
    async with system.serving("approvals"):
        await until(lambda: _told(system))
    await system.empty("approvals")
    with pytest.raises(AssertionError, match=r"(?s)ended with 3: .*its database 0"):
        async with instance(system, "approvals", tmp_path):
            pass


async def _told(system: System) -> bool:
    return len(await system.stream()) > 0
