"""Commands of `chunfeng`, given to the system of a test."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.prepare import SERVICES
from tests.systems import System


async def folder_of(system: System, path: Path, services: tuple[str, ...] = SERVICES) -> Path:
    """Leave the addresses of a test's system in a folder, as a running one does."""
    databases = {service: (await system.settings(service)).database_url for service in services}
    (path / "addresses.json").write_text(json.dumps({"databases": databases, "nats": system.nats.url("operator")}))
    return path


async def command(*words: str, folder: Path) -> Result:
    """Give a command, in a thread of its own: it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, [*words, "--folder", str(folder)])
