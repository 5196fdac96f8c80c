"""Log lines kept in files, a file a day, for the six months the law asks for, and no longer (row 89)."""

import contextlib
import io
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO, cast

from shared.clock import SHANGHAI, shanghai_date


def _today() -> date:
    return shanghai_date(datetime.now(UTC))


def _forget(folder: Path, service: str, days: int) -> None:
    """Delete a service's files whose days are over."""
    oldest = (_today() - timedelta(days=days)).isoformat()
    for old in folder.glob(f"{service}-*.jsonl"):
        if old.stem.removeprefix(f"{service}-") < oldest:
            old.unlink(missing_ok=True)


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


class Kept(io.TextIOBase):
    """Writes to a stream and to a file of the day, and deletes files whose days are over."""

    def __init__(self, stream: TextIO, folder: Path, service: str, days: int) -> None:
        """Take where lines go, and how long they are kept."""
        super().__init__()
        self._stream, self._folder, self._service, self._days = stream, folder, service, days
        self._day: date | None = None
        self._file: TextIO | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, text: str) -> int:
        """Write to both; a disk that is full must not stop the service."""
        with contextlib.suppress(OSError):
            today = _today()
            if today != self._day or self._file is None:
                self._turn(today)
            if self._file is not None:
                self._file.write(text)
        return self._stream.write(text)

    def _turn(self, today: date) -> None:
        """Begin the file of a day."""
        if self._file is not None:
            self._file.close()
        path = self._folder / f"{self._service}-{today.isoformat()}.jsonl"
        self._file = os.fdopen(_opened(path), "a", encoding="utf-8")
        self._day = today
        _forget(self._folder, self._service, self._days)

    def close(self) -> None:
        """Close the file; the stream is another's."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


class Turned(io.TextIOBase):
    """Writes to a stream that is a file of its own, begun anew each day; what was written goes by the name of its day.

    Whoever started the service opened the file, as the place of its last words: what goes to stdout and stderr past
    this stream, a library's complaint, is turned with it.
    """

    def __init__(self, stream: TextIO, folder: Path, service: str, days: int) -> None:
        """Take the stream, whose file is `<service>.jsonl` of the folder."""
        super().__init__()
        self._stream, self._folder, self._service, self._days = stream, folder, service, days
        self._path = folder / f"{service}.jsonl"
        written = self._path.stat()
        self._begin(shanghai_date(datetime.fromtimestamp(written.st_mtime, UTC)) if written.st_size else _today())
        _forget(folder, service, days)

    def _begin(self, day: date) -> None:
        self._day = day
        self._over = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI).timestamp()

    def write(self, text: str) -> int:
        """Write; a disk that is full must not stop the service."""
        if time.time() >= self._over:
            with contextlib.suppress(OSError):
                self._turn()
        return self._stream.write(text)

    def _turn(self) -> None:
        """Put the file away under its day, and go on with a new one."""
        self._stream.flush()
        ours = self._path.stat()
        leading = {self._stream.fileno()} | {number for number in (1, 2) if os.path.samestat(os.fstat(number), ours)}
        day = f"{self._service}-{self._day.isoformat()}"
        put_away = self._folder / f"{day}.jsonl"
        if put_away.exists():  # the service was started more than once after that day's end
            put_away = self._folder / f"{day}-{datetime.now(UTC):%H%M%S%f}.jsonl"
        self._path.rename(put_away)
        fresh = _opened(self._path)
        for number in leading:
            os.dup2(fresh, number)
        os.close(fresh)
        self._begin(_today())
        _forget(self._folder, self._service, self._days)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


def kept(stream: TextIO, folder: Path | None, service: str, days: int) -> TextIO | None:
    """Return what keeps the lines of a stream in a folder: beside it, or in it where it is the folder's own file."""
    if folder is None:
        return None
    own = folder / f"{service}.jsonl"  # as `chunfeng up` starts its services
    if own.exists() and os.path.samestat(own.stat(), os.fstat(stream.fileno())):
        return cast("TextIO", Turned(stream, folder, service, days))
    return cast("TextIO", Kept(stream, folder, service, days))
