"""`chunfeng logs`: the services' logs merged in order, for people or for machines, and one event's way through all."""

import heapq
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from rich.console import Console
from rich.text import Text

from shared.clock import SHANGHAI

_LOOK_EVERY_SECONDS: Final = 0.3
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_COLOURS: Final = {"debug": "dim", "warning": "yellow", "error": "red", "critical": "bold white on red"}
_SERVICES: Final = {"approvals": "cyan", "forums": "magenta", "policy": "blue", "bulletin": "green"}
_LONGEST_LIST: Final = 5
_HEAD: Final = ("timestamp", "level", "service", "event")


class Line(dict[str, Any]):
    """One line of a log: its fields, and the text it was read from."""

    def __init__(self, text: str, service: str) -> None:
        """Read a line; one that is no JSON object, a library's last words say, is kept as its text."""
        try:
            fields = json.loads(text)
        except json.JSONDecodeError:
            fields = None
        if not isinstance(fields, dict):
            fields = {"event": text.strip(), "level": "error", "timestamp": ""}
        super().__init__({"service": service} | fields)
        self.text = text.strip()

    @property
    def time(self) -> str:
        """The time of writing, as ISO 8601 in UTC, which sorts as text."""
        return str(self.get("timestamp", ""))


@dataclass
class Wanted:
    """Which lines are shown: those that mention a session, or an event and whatever shares its correlation id."""

    session: str | None = None
    event: str | None = None
    level: str = "info"
    _correlations: set[str] = field(default_factory=set)

    def __call__(self, line: Line) -> bool:
        """Tell whether a line is wanted; the correlation ids of an event's lines are wanted from then on."""
        level = line.get("level", "info")
        if level in _LEVELS and _LEVELS.index(level) < _LEVELS.index(self.level):
            return False
        if self.session is not None and f'{self.session}"' not in line.text and f"{self.session}/" not in line.text:
            return False
        return self.event is None or self._is_of_the_event(self.event, line)

    def _is_of_the_event(self, event: str, line: Line) -> bool:
        if f'"{event}"' in line.text or f'/{event}"' in line.text:
            if isinstance(line.get("event_id"), str) and isinstance(line.get("correlation_id"), str):
                self._correlations.add(line["correlation_id"])
            return True
        return any(f'"{correlation}"' in line.text for correlation in self._correlations)


def merged(files: Sequence[Path], event: str | None = None) -> Iterator[Line]:
    """Yield the lines of several logs in the order of their time; of an event, those that mention it alone are read."""
    words = _words_of(files, event) if event else ()
    with ExitStack() as stack:
        yield from heapq.merge(
            *(_lines(stack.enter_context(_opened(path)), path, words) for path in files),
            key=lambda line: line.time,
        )


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8", errors="replace")


def _words_of(files: Sequence[Path], event: str) -> Sequence[str]:
    """Return what an event's lines have in them: its id, and the correlation ids of the lines that mention it."""
    words = {event}
    for path in files:
        with _opened(path) as file:
            found = (Line(text, path.stem).get("correlation_id") for text in file if event in text)
            words |= {one for one in found if isinstance(one, str)}
    return tuple(words)


def _lines(file: TextIO, path: Path, words: Sequence[str]) -> Iterator[Line]:
    """Yield a log's lines, or those with one of the words in them; half a year of logs is long, and reading is slow."""
    latest, passed = "", ""
    for text in file:
        if words and not any(word in text for word in words):
            passed = text if text.startswith("{") else passed
            continue
        line = Line(text, path.stem)
        if not line.time:  # a line without a time belongs to the one before it
            line["timestamp"] = Line(passed, path.stem).time if passed else latest
        latest, passed = line.time or latest, ""
        yield line


class Tail:
    """Reads what is added to logs, also to those that appear later or are begun anew."""

    def __init__(self, folder: Path) -> None:
        """Start at the beginning of what the logs hold."""
        self._folder = folder
        self._read: dict[tuple[int, int], int] = {}
        """How far each file is read, by what it is and not by its name: a day that is over gets another one."""

    def more(self) -> list[Line]:
        """Return the whole lines added since the last look, at first all of them, in the order of their time."""
        added = []
        for path in logs_in(self._folder):
            with path.open("rb") as file:
                is_now = os.fstat(file.fileno())
                known = (is_now.st_dev, is_now.st_ino)
                start = self._read.get(known, 0)
                if is_now.st_size < start:
                    start = 0
                file.seek(start)
                whole, end, _ = file.read().rpartition(b"\n")
            self._read[known] = start + len(whole) + len(end)
            added += [Line(text, path.stem) for text in whole.decode(errors="replace").splitlines() if text]
        return sorted(added, key=lambda line: line.time)


def logs_in(folder: Path) -> list[Path]:
    """Return the services' logs below a system's folder."""
    return sorted((folder / "logs").glob("*.jsonl"))


def readable(line: Line) -> Text:
    """Return a line as people read it: time in Ordos, service, level, what happened, then the fields."""
    level, service = str(line.get("level", "info")), str(line["service"])
    text = Text()
    text.append(f"{_clock(line.time)} ", style="dim")
    text.append(f"{service:<9} ", style=_SERVICES.get(service, ""))
    text.append(f"{level:<8} " if level != "info" else f"{'':<9}", style=_COLOURS.get(level, ""))
    text.append(str(line.get("event", "")), style="bold")
    for name, value in line.items():
        if name in _HEAD or value in (None, "", []):
            continue
        text.append(f"  {name}=", style="dim")
        text.append(value if isinstance(value, str) else _in_short(value))
    return text


def _in_short(value: Any) -> str:  # noqa: ANN401  (JSON)
    """Return a field as JSON; of a long list, a whole session's ids say, its beginning and how long it is."""
    if isinstance(value, list) and len(value) > _LONGEST_LIST:
        return f"{json.dumps(value[:_LONGEST_LIST], ensure_ascii=False)[:-1]}, … {len(value)}]"
    return json.dumps(value, ensure_ascii=False)


def _clock(time_: str) -> str:
    try:
        return f"{datetime.fromisoformat(time_).astimezone(SHANGHAI):%m-%d %H:%M:%S.%f}"[:-3]
    except ValueError:
        return " " * 18


def show(lines: Iterable[Line], wanted: Wanted, write: Callable[[Line], None]) -> int:
    """Write the wanted lines; return how many there were."""
    count = 0
    for line in lines:
        if wanted(line):
            write(line)
            count += 1
    return count


def run(folder: Path, wanted: Wanted, *, follow: bool, as_json: bool, source: str | None = None) -> int:
    """Show the logs of a system in a folder, or lines piped in when the source is `-`; return 1 if there are none."""
    console = Console(soft_wrap=True, highlight=False)

    def write(line: Line) -> None:
        if as_json:
            print(line.text)  # noqa: T201  (for the next program in the pipe)
        else:
            console.print(readable(line))

    if source == "-":
        return 0 if show((Line(text, "?") for text in sys.stdin), wanted, write) else 1
    if not logs_in(folder) and not follow:
        console.print(f"{folder}/logs 没有日志，系统可能还没有运行过 (no logs there: has `chunfeng up` run?)")
        return 1
    if not follow:
        return 0 if show(merged(logs_in(folder), wanted.event), wanted, write) else 1
    tail = Tail(folder)
    try:
        while True:
            show(tail.more(), wanted, write)
            time.sleep(_LOOK_EVERY_SECONDS)
    except KeyboardInterrupt:
        return 0
