"""A real PostgreSQL and a real NATS server as child processes: no Docker, no root, nothing left behind.

Both keep everything in one folder, survive `kill -9` of themselves (start again recovers) and of us (the kernel ends
them), and may run any number of times side by side.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from deploy import unprivileged
from deploy.children import Child, Claim, StartError, await_ready, clear_out, end, living_in, myself, turn_large
from shared.nkeys import public_account

_LONGEST_SOCKET = 100  # of the 107 bytes of sun_path on Linux, 103 on macOS
_FAR_SOCKETS = Path("/tmp")  # noqa: S108 - private() checks whose the folder in it is
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_NATS_CONFIG = Path(__file__).with_name("nats.conf")
NATS_USERS: Final = ("approvals", "forums", "policy", "bulletin", "operator")


def _environment() -> dict[str, str]:
    """Return what a server needs of our environment: nothing that could redirect it (PG*, LD_*, TMPDIR)."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class _Server:
    """What both servers share: a folder with one owner, a child process, a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).absolute()
        self.process: subprocess.Popen[bytes] | None = None
        self._claim = Claim(self.folder / "lock")

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Return the server's process id."""
        if self.process is None:
            message = f"nothing runs in {self.folder}"
            raise StartError(message)
        return self.process.pid

    def start(self) -> None:
        """Start the server and wait until it answers; recover first if the last one was killed."""
        if self.running:
            return
        self._claim.take()
        try:
            self._start()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut down in order and give the folder back."""
        if self.process is not None:
            end(self.process, *self._farewells, patience=30)
        self._claim.release()

    def kill(self) -> None:
        """Kill the server as a power failure would, so that a later start has to recover."""
        if self.process is not None:
            end(self.process, patience=0)
        self._claim.release()

    def remove(self) -> None:
        """Stop and delete the folder with everything in it, unless another process runs there."""
        self.stop()
        self._claim.take()
        unprivileged.remove(self.folder)
        self._claim.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    _farewells: tuple[signal.Signals, ...]

    def _start(self) -> None:
        raise NotImplementedError


class Postgres(_Server):
    """PostgreSQL 18 on a private unix socket; whoever can enter its folder is trusted, nobody else sees it."""

    _farewells = (signal.SIGINT, signal.SIGQUIT)  # fast shutdown, then immediate

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        super().__init__(folder)
        self.port = port or 5432  # only the socket's name: PostgreSQL listens on no network here
        self._account = unprivileged.account()

    @property
    def cluster(self) -> Path:
        """Return the data directory."""
        return unprivileged.seat(self.folder) / "cluster"

    @property
    def socket(self) -> Path:
        """Return the socket's folder, in /tmp if its own path is too long for a socket."""
        near = unprivileged.seat(self.folder) / "socket"
        if len(os.fsencode(near)) + len(f"/.s.PGSQL.{self.port}") <= _LONGEST_SOCKET:
            return near
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return _FAR_SOCKETS / f"chunfeng-{self._account.uid}-{digest}"

    def url(self, database: str, *, user: str | None = None) -> str:
        """Return SQLAlchemy's URL of a database, as its owner unless told otherwise."""
        return self.dsn(database, user=user).replace("postgresql://", "postgresql+asyncpg://", 1)

    def dsn(self, database: str, *, user: str | None = None) -> str:
        """Return libpq's and asyncpg's URL of the same."""
        port = "" if self.port == 5432 else f"&port={self.port}"  # noqa: PLR2004 - PostgreSQL's own number
        return f"postgresql://{user or database}@/{database}?host={quote(str(self.socket), safe='/')}{port}"

    def create_database(self, name: str, *, owner: str | None = None, template: str = "template1") -> None:
        """Create a database if it is missing, and the role that owns it: its namesake unless told otherwise."""
        role = owner or name
        for each in (name, role, template):
            _check(each)
        if not self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):  # noqa: S608 - checked above
            self.sql(f'CREATE ROLE "{role}" LOGIN')
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608
            self.sql(f'CREATE DATABASE "{name}" OWNER "{role}" TEMPLATE "{template}"')
            self.sql(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, whoever is connected."""
        _check(name)
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run one statement as the superuser and return its unaligned rows."""
        psql = [str(unprivileged.own_programs() / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        where = ["-h", str(self.socket), "-p", str(self.port), "-U", "postgres", "-d", database, "-c", statement]
        done = subprocess.run([*psql, *where], env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise StartError(done.stderr.strip())
        return done.stdout.strip()

    def stop(self) -> None:
        """Shut down in order and give the folder back."""
        super().stop()
        if self.socket.parent == _FAR_SOCKETS:
            shutil.rmtree(self.socket, ignore_errors=True)

    def _start(self) -> None:
        cluster, log = self.cluster, self.folder / "postgres.log"
        turn_large(log)
        self._initialise(cluster)
        clear_out(cluster, patience=10 if self._postmaster() in set(living_in(cluster)) else 0)
        if Path("/proc/self/cwd").exists():  # we could look: nothing lives there, so its pid is a stranger's by now
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            (self.socket / f".s.PGSQL.{self.port}.lock").unlink(missing_ok=True)
        unprivileged.private(self.socket, self._account)
        command = [str(unprivileged.programs() / "postgres"), "-D", str(cluster), "-p", str(self.port)]
        for setting in self._settings():
            command += ["-c", setting]
        child = Child(command, log=log, farewell=signal.SIGINT)
        self.process = child.spawn(environment=_environment(), account=self._account)
        await_ready(self.process, self._ready, log=log, within=120)

    def _settings(self) -> tuple[str, ...]:
        return (
            "listen_addresses=",
            f"unix_socket_directories={self.socket}",
            "unix_socket_permissions=0700",
            "max_connections=200",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_checkpoints=off",  # every five minutes, for ever
        )

    def _initialise(self, cluster: Path) -> None:
        """Run initdb beside the place and move the result there, so that a half-made cluster is never used."""
        if cluster.exists():
            return
        fresh = cluster.with_name("fresh")
        if fresh.exists():
            shutil.rmtree(fresh)
        unprivileged.private(fresh, self._account)
        log = self.folder / "initdb.log"
        options = ["--username=postgres", "--auth=trust", "--data-checksums", "--encoding=UTF8", "--locale=C"]
        collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(unprivileged.programs() / "initdb"), "-D", str(fresh), *options, *collation]
        self.process = Child(command, log=log, farewell=signal.SIGTERM).spawn(
            environment=_environment(), account=self._account
        )
        if self.process.wait(120) != 0:
            raise StartError(log.read_text(errors="replace"))
        fresh.rename(cluster)

    def _postmaster(self) -> int | None:
        """Return the process that the data directory says serves it; it is shutting down if we own the folder."""
        try:
            return int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _ready(self) -> bool:
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its 8th line


class Nats(_Server):
    """nats-server with JetStream on free loopback ports, which stay the same across restarts."""

    _farewells = (signal.SIGTERM,)

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        config: Path = _NATS_CONFIG,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(folder)
        self.port = port or -1  # -1: the server takes a free one and tells us
        self.monitor_port = -1
        self._config = config
        self.issuer_seed = secrets.token_hex(32)
        self.environment = {_password_name(user): _password() for user in NATS_USERS} | dict(environment or {})
        self.environment.setdefault("CHUNFENG_NATS_ISSUER", public_account(self.issuer_seed))

    def url(self, user: str | None = None) -> str:
        """Return the server's URL, with this user's name and password if one is named."""
        login = f"{user}:{self.password(user)}@" if user else ""
        return f"nats://{login}127.0.0.1:{self.port}"

    def password(self, user: str) -> str:
        return self.environment[_password_name(user)]

    @property
    def monitor(self) -> str:
        """Return the URL that says whether the server is well."""
        return f"http://127.0.0.1:{self.monitor_port}/healthz"

    def _start(self) -> None:
        log, ports = self.folder / "nats.log", self.folder / "ports"
        turn_large(log)
        ports.mkdir(exist_ok=True)
        for stale in ports.glob("*.ports"):
            stale.unlink()
        server = [str(Path(sysconfig.get_path("scripts")) / "nats-server"), "-c", str(self._config)]
        where = ["-a", "127.0.0.1", "-p", str(self.port), "-m", str(self.monitor_port)]
        store = ["-sd", str(self.folder), "--ports_file_dir", str(ports)]
        child = Child([*server, *where, *store], log=log, farewell=signal.SIGTERM)
        self.process = child.spawn(environment=_environment() | self.environment, account=myself())
        await_ready(self.process, self._ready, log=log, within=120)

    def _ready(self) -> bool:
        try:
            told = json.loads(next((self.folder / "ports").glob("*.ports")).read_text())
            self.port, self.monitor_port = (int(told[kind][0].rsplit(":", 1)[1]) for kind in ("nats", "monitoring"))
            with urllib.request.urlopen(self.monitor, timeout=1) as answer:  # noqa: S310 - our own loopback
                return bool(answer.status == 200)  # noqa: PLR2004
        except (StopIteration, json.JSONDecodeError, urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        message = f"not a database name: {name!r}"
        raise ValueError(message)


def _password_name(user: str) -> str:
    return f"CHUNFENG_NATS_{user.upper()}_PASSWORD"


def _password() -> str:
    """Return a random password that starts with a letter: nats-server reads `$NAME` as configuration text."""
    return f"p{secrets.token_hex(24)}"
