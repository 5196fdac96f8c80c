"""Services in processes of their own, as they run in earnest: started, told to stop, gone."""

import asyncio
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from deploy.local import free_port
from tests.builders import ROOT
from tests.systems import System, until

_NO_AUTHORITIES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To read those of the system takes longer than to ask."""


@dataclass(frozen=True)
class Instance:
    """One process of a service."""

    process: asyncio.subprocess.Process
    address: str
    said: Path

    async def is_live(self) -> bool:
        code = self.process.returncode
        assert code is None, f"ended with {code}: {self.said.read_text('utf-8')}"
        try:
            async with httpx.AsyncClient(verify=_NO_AUTHORITIES) as client:
                return (await client.get(f"{self.address}/health/live")).is_success
        except httpx.TransportError:
            return False

    async def stopped(self) -> None:
        """Tell it to stop, and wait until it has ended in order."""
        self.process.terminate()
        await asyncio.wait_for(self.process.wait(), timeout=30)
        said = self.said.read_text("utf-8")
        assert self.process.returncode in {0, -signal.SIGTERM}, said
        assert "Traceback" not in said
        assert '"critical"' not in said


@asynccontextmanager
async def instance(system: System, service: str, folder: Path) -> AsyncIterator[Instance]:
    """Run a service as a process of its own; it is gone after the block, however that ends."""
    settings, port = await system.settings(service), free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CHUNFENG_PORT": str(port),
        "CHUNFENG_DATABASE_URL": settings.database_url,
        "CHUNFENG_NATS_URL": settings.nats_url,
    }
    if settings.nats_issuer_seed is not None:
        environment["CHUNFENG_NATS_ISSUER_SEED"] = settings.nats_issuer_seed.get_secret_value()
    said = folder / f"{service}-{port}.jsonl"
    with said.open("wb") as lines:
        command = (sys.executable, "-m", f"services.{service}")
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stdout=lines, stderr=lines)
    one = Instance(process, f"http://127.0.0.1:{port}", said)
    try:
        await until(one.is_live, within=30)
        yield one
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
