"""Structured logs: one canonical line per request, batch and delivery; every library's lines through the same form."""

import logging
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def _json_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # Ids stay greppable as they are; anything else becomes text in the renderer.
    return {key: value for key, value in event.items() if value is not None}


_KEPT_OUT = re.compile(
    "[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    r"|cf(?:test)?_[a-z0-9]{8}_[A-Za-z0-9]{32}_[0-9a-f]{8}|whsec_[A-Za-z0-9+/=]{16,}"
    r"|(?<![0-9A-Za-z._\[-])(?<!\": )(?:\+?86[ -]?)?1[3-9][0-9]{9}(?![0-9A-Za-z_-])"
)
"""What JSON may hold, but a terminal, a pager or UTF-8 would stumble over; keys and secrets; and mobile numbers."""


IDS_IN_A_LINE: Final = 250
"""What carries lines cuts long ones, Docker at 16 KB, journald at 48."""
_LIKE_A_NUMBER = re.compile("1[3-9][0-9]{9}")
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)
# Without local variables, which hold names and passwords, and take seconds to write down.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def _one_line(logger: WrappedLogger, name: str, event: EventDict) -> str:
    line = str(_JSON(logger, name, event))
    # Hardly a line holds any of it, and to look everywhere for all of it takes half of a line's time.
    if line.isprintable() and not _like_a_secret(line) and not _LIKE_A_NUMBER.search(line):
        return line
    return _KEPT_OUT.sub(_instead, line)


def _like_a_secret(line: str) -> bool:
    return "cf_" in line or "cftest_" in line or "whsec_" in line


def _instead(found: re.Match[str]) -> str:
    """Return what stands in a line for what is kept out of it: an escape, or the sign that something was there."""
    return f"\\u{ord(found[0]):04x}" if len(found[0]) == 1 else "•••"


class _PullNoise(logging.Filter):
    """Drops FastStream's harmless restart line of an idle pull (stack facts 1.11)."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "raised an exception, retrying" not in record.getMessage()


def configure(
    service: str, *, form: Literal["json", "console"] = "json", level: str = "info", to: TextIO | None = None
) -> None:
    """Send structlog's and the standard library's lines to `to` (stdout) in one form, each naming its service."""
    stream = to or sys.stdout
    threshold = logging.getLevelNamesMapping()[level.upper()]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _json_text,
    ]
    renderer: list[Processor]
    if form == "json":
        renderer = [_TRACEBACKS, _one_line]
    else:
        plain = structlog.dev.plain_traceback
        renderer = [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]
    structlog.configure(
        processors=[*before, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(_PullNoise())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before[:-1], structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(threshold, logging.INFO))
    # Libraries' own progress is noise beside the canonical lines; their warnings are not.
    for name in ("faststream", "alembic", "httpx", "fontTools", "weasyprint", "sqlalchemy", f"{service}.broker"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)


def of_many(say: Callable[..., None], event: str, ids: Mapping[str, Sequence[str]], **fields: object) -> None:
    """Say what concerns many events, on several lines where one would be too long; each id is on one of them."""
    parts = max(1, *(ceil(len(listed) / IDS_IN_A_LINE) for listed in ids.values()))
    for part in range(parts):
        some = slice(part * IDS_IN_A_LINE, (part + 1) * IDS_IN_A_LINE)
        which = {"part": part + 1, "parts": parts} if parts > 1 else {}
        say(event, **fields, **which, **{name: list(listed[some]) for name, listed in ids.items()})


class Sparing:
    """Lets the same thing be said again only after a while, of what goes wrong many times a second."""

    def __init__(self, every: float = 5.0) -> None:
        """Take the seconds between two lines of the same."""
        self._every = every
        self._said: dict[str, float] = {}

    def may_say(self, what: str) -> bool:
        """Tell whether this has not been said lately; it is being said now, then."""
        now = time.monotonic()
        self._said = {said: at for said, at in self._said.items() if now - at < self._every}
        if what in self._said:
            return False
        self._said[what] = now
        return True


def get() -> Any:  # noqa: ANN401  (structlog's logger is typed by its configuration)
    """Return the logger; ids are bound with structlog's context variables."""
    return structlog.get_logger()
