"""Child processes that do not outlive their parent, and folders that have one owner at a time."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LARGE_BYTES = 10_000_000
_TETHER = Path(__file__).with_name("tether.py")
# The kernel sends the farewell when the starting THREAD ends, so one thread that lasts as we do starts all.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="children")


class StartError(RuntimeError):
    """A child did not come up; the message ends with the tail of its log."""


class InUseError(RuntimeError):
    """Another living process runs a server in this folder."""


@dataclass(frozen=True)
class Account:
    """The user and group a child runs as."""

    uid: int
    gid: int


def myself() -> Account:
    return Account(os.geteuid(), os.getegid())


class Child:
    """One program in its own session, writing to its own log, ended by the kernel if we die."""

    def __init__(self, command: Sequence[str], *, log: Path, farewell: signal.Signals) -> None:
        self.command = tuple(command)
        self.log = log
        self.farewell = farewell

    def spawn(self, *, environment: Mapping[str, str], account: Account) -> subprocess.Popen[bytes]:
        """Start it; a terminal's Ctrl-C does not reach it, the farewell signal at our death does."""
        return _STARTER.submit(self._spawn, dict(environment), account).result()

    def _spawn(self, environment: dict[str, str], account: Account) -> subprocess.Popen[bytes]:
        who = [str(number) for number in (os.getpid(), int(self.farewell), account.uid, account.gid)]
        with private_log(self.log) as log:
            return subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, "-I", "-S", str(_TETHER), *who, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",  # a folder the child's user can always enter
                umask=0o077,
                start_new_session=True,
            )


def private_log(path: Path) -> IO[bytes]:
    """Open a log for appending that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "ab")


def turn_large(log: Path) -> None:
    """Put a server's log aside that has become large, in the place of the one before it."""
    if log.exists() and log.stat().st_size > _LARGE_BYTES:
        log.replace(log.with_suffix(".before.log"))


def end(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float) -> None:
    """Ask with each signal in turn, wait for the patience given, and kill what still lives."""
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def await_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], *, log: Path, within: float) -> None:
    """Return as soon as the child answers; fail with its own last words if it ends or takes too long."""
    deadline = time.monotonic() + within
    while not ready():
        if process.poll() is not None:
            raise StartError(_last_words(log, f"{log.stem} ended with status {process.returncode}"))
        if time.monotonic() > deadline:
            raise StartError(_last_words(log, f"{log.stem} did not answer within {within:.0f} s"))
        time.sleep(0.01)


def _last_words(log: Path, what: str) -> str:
    tail = log.read_text(errors="replace").splitlines()[-12:] if log.exists() else []
    return "\n".join([f"{what}; {log} ends:", *tail])


class Claim:
    """A folder's one owner: an flock, so that the kernel gives it back when the owner dies in any way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Own the folder, or refuse if another living process does."""
        if self._file is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = private_log(self._path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            message = f"{self._path.parent} 正由另一个进程使用 (another process is running there)"
            raise InUseError(message) from None
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def left_behind(folder: Path) -> bool:
    """Tell whether a folder's owner died without tidying up: its claim lies there, and nobody holds it."""
    claim = folder / "lock"
    if not claim.exists():
        return False
    with claim.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def living_in(folder: Path) -> Iterator[int]:
    """Yield the processes whose working directory is this folder (Linux only; elsewhere none can be seen)."""
    names = {str(folder), f"{folder} (deleted)"}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd") in names:  # noqa: PTH115 - the text, also of a deleted folder
                yield int(entry.name)
        except OSError:  # gone meanwhile, or another user's
            continue


def clear_out(folder: Path, *, patience: float) -> None:
    """Wait for what a dead owner left running in this folder to end, then kill what stays."""
    deadline = time.monotonic() + patience
    while pids := list(living_in(folder)):
        if time.monotonic() > deadline:
            for pid in pids:
                _kill(pid)
        time.sleep(0.02)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
