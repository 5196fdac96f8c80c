"""The world that is broken: the local system with the witness in it, and the hand that kills and starts again."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.chaos import witness
from deploy.chaos.ports import lasting_ports
from deploy.children import Child, myself
from deploy.embedded import Nats, Postgres
from deploy.local import Local, Say
from deploy.prepare import SERVICES

RENDERER: Final = "renderer"
SERVERS: Final = ("postgres", "nats")
PROCESSES: Final = (*SERVICES, witness.NAME)
VICTIMS: Final = (*PROCESSES, *SERVERS, RENDERER)


@dataclass(frozen=True, slots=True)
class Exit:
    """A process that ended without being killed by us: at a crash point, or by itself."""

    name: str
    point: str | None
    status: int


class NotReadyError(Exception):
    """Processes that were started and never became ready: a fault of its own, and no trial can go on."""

    def __init__(self, names: Sequence[str], within: float) -> None:
        """Name them; their logs say why."""
        super().__init__(f"未就绪 not ready after {within:.0f} s: {', '.join(names)}; see their logs")


class World(Local):
    """The four services and the witness on real servers, on the system's clock, in a folder of their own."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str], bug: str | None, say: Say) -> None:
        """Wipe `folder`; with a bug every process starts through the sabotage."""
        names = (*PROCESSES, "nats")
        ports = dict(zip(names, lasting_ports(len(names)), strict=True))
        launcher = ("-m", "deploy.chaos.sabotage", bug) if bug else ("-m",)
        super().__init__(folder, ports=ports, settings=settings, launcher=launcher, say=say)
        self.nats.port = self.ports.pop("nats")
        self.armed: dict[str, str] = {}
        """Processes that are to kill themselves, and at which point."""
        self.exits: list[Exit] = []
        self._changing = asyncio.Lock()

    def wipe(self) -> None:
        """Forget everything; only while nothing runs."""
        super().wipe()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "tmp").mkdir(parents=True)

    def start(self) -> None:
        """Start the local system, then the witness beside it."""
        super().start()
        self.postgres.create_database(witness.NAME)
        asyncio.run(witness.prepare(self.database(witness.NAME)))
        self.spawn(witness.NAME)

    def environment(self, service: str) -> dict[str, str]:
        """Return a process's settings, with the point at which it is to kill itself if there is one."""
        known = "approvals" if service == witness.NAME else service
        own = {"CHUNFENG_PORT": str(self.ports[service]), "TMPDIR": str(self.folder / "tmp")}
        environment = super().environment(known) | own
        if service == witness.NAME:
            environment |= {
                "CHUNFENG_DATABASE_URL": self.postgres.url(service),
                "CHUNFENG_NATS_URL": self.nats.url("operator"),  # nats.conf knows no user of the harness's own
            }
        if point := self.armed.get(service):
            environment["CHUNFENG_CRASH_AT"] = point
        return environment

    def spawn(self, service: str) -> None:
        """Start one process without waiting for it."""
        if service != witness.NAME:
            super().spawn(service)
            return
        command = (sys.executable, *self._launcher, "deploy.chaos.witness")
        child = Child(command, log=self.log(service), farewell=signal.SIGTERM)
        self.processes[service] = child.spawn(environment=self.environment(service), account=myself())

    async def kill(self, victim: str, *, crash_next_at: str | None = None) -> str:
        """Kill with SIGKILL and start again at once; return who it was."""
        if victim in SERVERS:
            async with self._changing:
                await asyncio.to_thread(self._server(victim).kill)
                await asyncio.to_thread(self._server(victim).start)
            return victim
        if victim == RENDERER:
            if _kill_children_of(self.processes["bulletin"].pid):
                return victim
            victim = "bulletin"  # it has no child just now
        self.armed.pop(victim, None)
        if crash_next_at is not None:
            self.armed[victim] = crash_next_at
        process = self.processes[victim]
        process.kill()
        process.wait()
        self.spawn(victim)
        return victim

    def _server(self, name: str) -> Postgres | Nats:
        return self.postgres if name == "postgres" else self.nats

    async def supervise(self) -> None:
        """Start again whatever ended without us, as any supervisor would, for ever."""
        while True:
            for name, process in list(self.processes.items()):
                status = process.poll()
                if status is not None:
                    self.exits.append(Exit(name, self.armed.pop(name, None), status))
                    self.spawn(name)
            for name in SERVERS:
                if not (self._changing.locked() or self._server(name).running):
                    self.exits.append(Exit(name, None, 0))
                    async with self._changing:
                        await asyncio.to_thread(self._server(name).start)
            await asyncio.sleep(0.05)

    async def listening(self, name: str) -> bool:
        """Tell whether a process takes connections: a service does once all its parts run."""
        if name in SERVERS:
            return True
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.ports["bulletin" if name == RENDERER else name])
        except OSError:
            return False
        writer.close()
        return True

    async def all_ready(self, within: float = 60) -> None:
        """Wait until every process has its database and NATS; NotReadyError names those that do not come back."""
        deadline, missing = time.monotonic() + within, list(PROCESSES)
        while time.monotonic() < deadline:
            answers = await asyncio.gather(
                *(asyncio.to_thread(self._answers, name, "/health/ready") for name in PROCESSES)
            )
            missing = [name for name, ready in zip(PROCESSES, answers, strict=True) if not ready]
            if not missing:
                return
            await asyncio.sleep(0.1)
        raise NotReadyError(missing, within)


def _kill_children_of(pid: int) -> bool:
    """Kill the children of a process, where the system lists them (Linux)."""
    killed = False
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in listing.read_text().split():
                os.kill(int(child), signal.SIGKILL)
                killed = True
    return killed
