"""Chunfeng on this machine, no Docker: PostgreSQL, NATS, then the four services. Reads like the diagram it is.

postgres ──┬── approvals ─┐
           ├── forums ────┤
           ├── policy ────┼── nats (stream FACTS)
           └── bulletin ──┘
"""

import asyncio
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog
from sqlalchemy import URL, make_url

from deploy.children import Child, StartError, await_ready, end, myself
from deploy.embedded import Nats, Postgres
from deploy.prepare import SERVICES, prepare_databases, prepare_stream
from shared import keys

ROOT: Final = Path(__file__).parent.parent
PORTS: Final = {"approvals": 8101, "forums": 8102, "policy": 8103, "bulletin": 8104}
_CLEAN_EXITS: Final = (0, -signal.SIGTERM, -signal.SIGINT)

Say = Callable[[str], None]


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def seal_seed(folder: Path) -> str:
    """Return the seed of a system's seal, made once and kept in its folder, readable by us alone."""
    path = folder / "seal_seed"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


class Local:
    """The whole system in one folder, as child processes that end with us."""

    def __init__(
        self,
        folder: Path,
        *,
        ports: Mapping[str, int] | None = None,
        settings: Mapping[str, str] | None = None,
        launcher: tuple[str, ...] = ("-m",),
        say: Say = lambda _: None,
    ) -> None:
        """Keep everything below `folder`; without `ports` free ones are taken; `settings` go to every service."""
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(self.folder / "postgres")
        self.nats = Nats(self.folder / "nats")
        self.ports = dict(ports) if ports else {service: free_port() for service in SERVICES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._settings = dict(settings or {})
        self._own: dict[str, dict[str, str]] = {}
        self._launcher = launcher
        self._say = say
        self._log = structlog.get_logger()

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def database(self, service: str) -> URL:
        return make_url(self.postgres.url(service))

    def start(self) -> None:
        """Start servers, prepare them, start services; returns when all are ready."""
        if taken := [port for port in self.ports.values() if _taken(port)]:
            numbers = ", ".join(str(port) for port in taken)
            message = f"端口 {numbers} 已被占用，可能已有一套在运行 (these ports are taken: is another one running?)"
            raise StartError(message)
        self._say("PostgreSQL")
        self.postgres.start()
        self._say("NATS")
        self.nats.start()
        self._say("数据库与事件流 databases and stream")
        for service in SERVICES:
            self.postgres.create_database(service)
        asyncio.run(self._prepare())
        self._say("服务 services: " + ", ".join(SERVICES))
        for service in SERVICES:
            self.spawn(service)
        self.write_addresses()

    def wipe(self) -> None:
        """Forget everything kept in the folder; only while nothing runs."""
        self.postgres.remove()
        self.nats.remove()
        for name in ("logs", "deliveries"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    async def _prepare(self) -> None:
        await prepare_databases({service: self.database(service) for service in SERVICES})
        await prepare_stream(self.nats.url("operator"))

    def environment(self, service: str) -> dict[str, str]:
        """Return a service's settings."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "CHUNFENG_PORT": str(self.ports[service]),
            "CHUNFENG_DATABASE_URL": self.postgres.url(service),
            "CHUNFENG_NATS_URL": self.nats.url(service),
            "CHUNFENG_LOG_FOLDER": str(self.folder / "logs"),
            "CHUNFENG_OUTBOX_FOLDER": str(self.folder / "deliveries"),
            "CHUNFENG_FONTS_FOLDER": str(ROOT / ".chunfeng" / "fonts"),
            "CHUNFENG_SEAL_SEED": seal_seed(self.folder),
            **({"CHUNFENG_NATS_ISSUER_SEED": self.nats.issuer_seed} if service == keys.HOME else {}),
            **self._settings,
            **self._own.get(service, {}),
        }

    def log(self, service: str) -> Path:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        return logs / f"{service}.jsonl"

    def spawn(self, service: str) -> None:
        """Start one service without waiting for it."""
        command = (sys.executable, *self._launcher, f"services.{service}")
        child = Child(command, log=self.log(service), farewell=signal.SIGTERM)
        self.processes[service] = child.spawn(environment=self.environment(service), account=myself())

    def await_live(self, within: float = 60) -> None:
        """Wait until every service answers."""
        for service in SERVICES:
            process, log = self.processes[service], self.log(service)
            await_ready(process, lambda s=service: self._answers(s, "/health/live"), log=log, within=within)  # type: ignore[misc]

    def await_ready(self, within: float = 60) -> None:
        """Wait until every service has its database and NATS."""
        for service in SERVICES:
            process, log = self.processes[service], self.log(service)
            await_ready(process, lambda s=service: self._answers(s, "/health/ready"), log=log, within=within)  # type: ignore[misc]

    def _answers(self, service: str, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.address(service) + path, timeout=2) as answer:  # noqa: S310  (our own http)
                return bool(answer.status == 200)  # noqa: PLR2004  (HTTP OK)
        except (urllib.error.URLError, OSError):
            return False

    def restart(self, service: str, settings: Mapping[str, str]) -> None:
        """Stop a service and start it again with settings of its own."""
        end(self.processes[service], signal.SIGTERM, patience=15)
        self._own[service] = dict(settings)
        self.spawn(service)
        process, log = self.processes[service], self.log(service)
        await_ready(process, lambda: self._answers(service, "/health/live"), log=log, within=60)

    def revive(self) -> list[str]:
        """Start again what has ended by itself; return what that was."""
        ended = [service for service, process in self.processes.items() if process.poll() is not None]
        for service in ended:
            self._log.warning("service.ended", service=service, status=self.processes[service].returncode)
            self.spawn(service)
        if not self.nats.running:
            self.nats.start()
            ended.append("nats")
        if not self.postgres.running:
            self.postgres.start()
            ended.append("postgres")
        return ended

    def stop(self) -> None:
        """Stop services, then servers; nothing is left running."""
        self.stop_services()
        self.nats.stop()
        self.postgres.stop()
        (self.folder / "addresses.json").unlink(missing_ok=True)

    def stop_services(self) -> None:
        """Stop the services and leave the servers."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + 15
        for service, process in self.processes.items():
            end(process, patience=0) if time.monotonic() > deadline else _await_end(process, deadline)
            if process.returncode not in _CLEAN_EXITS:
                self._log.warning("service.ended", service=service, status=process.returncode)
        self.processes.clear()

    def write_addresses(self) -> None:
        """Leave the addresses for other commands, readable by us alone: they hold passwords."""
        path = self.folder / "addresses.json"
        path.touch(mode=0o600)
        addresses = {
            "services": {service: self.address(service) for service in SERVICES},
            "databases": {service: self.postgres.url(service) for service in SERVICES},
            "nats": self.nats.url("operator"),
        }
        path.write_text(json.dumps(addresses, indent=1))

    def __enter__(self) -> Self:
        """Start everything, and wait until it answers."""
        try:
            self.start()
            self.await_live()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop everything."""
        self.stop()


def _await_end(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        end(process, patience=0)
