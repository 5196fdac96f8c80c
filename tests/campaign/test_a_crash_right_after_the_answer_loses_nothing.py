"""An event is the service's from its COMMIT on: killed right after its 202, or just before, it still has the event."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.chaos.ports import lasting_ports
from deploy.children import Child, end, myself
from shared.events import CampaignPlanned, SessionScheduled
from tests.builders import DRC, ROOT, plan, session_scheduled
from tests.posting import Office, keys
from tests.systems import System, until


async def environment(system: System, crash_at: str | None = None) -> dict[str, str]:
    """Return the settings of a service in a process of its own."""
    settings = await system.settings("approvals")
    variables = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "CHUNFENG_PORT": str(lasting_ports(1)[0]),
        "CHUNFENG_DATABASE_URL": settings.database_url,
        "CHUNFENG_NATS_URL": settings.nats_url,
    }
    return variables | ({"CHUNFENG_CRASH_AT": crash_at} if crash_at else {})


@asynccontextmanager
async def approvals(
    variables: dict[str, str], tokens: dict[str, str], log: Path
) -> AsyncIterator[tuple[subprocess.Popen[bytes], Office]]:
    """Run the approvals service as a process that can be killed."""
    child = Child((sys.executable, "-m", "services.approvals"), log=log, farewell=signal.SIGKILL)
    process = child.spawn(environment=variables, account=myself())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{variables['CHUNFENG_PORT']}") as client:

        async def ready() -> bool:
            try:
                return (await client.get("/health/ready")).status_code == 200
            except httpx.TransportError:
                return False

        try:
            await until(ready, within=30)
            yield process, Office(client, tokens)
        finally:
            end(process, patience=0)


@pytest.mark.row(71)
async def test_a_crash_right_after_the_answer_loses_nothing(system: System, tmp_path: Path) -> None:
    tokens, log = await keys(await system.database("approvals")), tmp_path / "approvals.log"
    async with approvals(await environment(system), tokens, log) as (process, office):
        assert (await office.post(plan(), DRC, "the-plan")).status_code == 202
        process.kill()
    async with approvals(await environment(system, "intake.after_commit"), tokens, log) as (process, office):
        assert (await office.receipt("the-plan", DRC))["status"] == "accepted"
        with pytest.raises(httpx.TransportError):  # committed, and dead before it could say so
            await office.post(session_scheduled(), DRC, "the-date")
        assert await asyncio.to_thread(process.wait, 5) == -signal.SIGKILL
    async with system.serving("approvals") as client:
        again = (await Office(client, tokens).post(session_scheduled(), DRC, "the-date")).json()
        assert (again["status"], again.get("duplicate")) == ("accepted", True)

        async def published() -> bool:
            types = [fact.type for fact in await system.stream()]
            return types.count(CampaignPlanned.type) == types.count(SessionScheduled.type) == 1

        await until(published)
