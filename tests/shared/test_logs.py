"""One search follows a post through every service's log; whatever a field holds, a line stays one line (row 83)."""

import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from services.bulletin.deadline import Deadline
from services.bulletin.handlers import handlers
from services.bulletin.settings import Settings
from services.bulletin.store import keep
from shared import logs
from shared.spine import Spine
from tests.builders import BANNER, DRC, plan, session_closed
from tests.bulletin.newsroom import Printer
from tests.posting import OPENED, approvals, cloudevent
from tests.systems import System, until

pytestmark = pytest.mark.row(83)


def lines_of(log: io.StringIO) -> list[dict[str, Any]]:
    """Read every line of the log back; each must be one JSON object."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


@asynccontextmanager
async def bulletin(system: System) -> AsyncIterator[None]:
    """Run the bulletin service with a printer that needs no typefaces."""
    settings = await system.settings("bulletin")
    assert isinstance(settings, Settings)
    structlog.contextvars.bind_contextvars(service="bulletin")
    spine = Spine("bulletin", settings, remember=keep)
    spine.react(handlers(spine.clock))
    deadline = Deadline(
        database=spine.database, clock=spine.clock, settings=settings, printer=Printer(), wake=spine.applied
    )
    async with spine.running(), deadline.running():
        structlog.contextvars.bind_contextvars(service="approvals")
        yield


def about(log: io.StringIO, word: str) -> list[tuple[str, str]]:
    """Return service and name of the lines that a search for one word finds."""
    return [(line["service"], line["event"]) for line in lines_of(log) if word in json.dumps(line)]


async def test_one_search_finds_a_post_from_its_request_to_the_bulletin(system: System, log: io.StringIO) -> None:
    closing = session_closed()
    async with bulletin(system), approvals(system, *OPENED) as office:
        raw = cloudevent(closing, BANNER, "closing-1", correlationid="trace-4711")
        assert (await office.send(raw, BANNER)).status_code == 202
        await until(lambda: issued(system))
    found = about(log, "trace-4711")
    assert [line for line in found if line[0] == "approvals"] == [
        ("approvals", "request"),
        ("approvals", "facts.published"),
    ]
    assert {line for line in found if line[0] == "bulletin"} == {
        ("bulletin", "facts.applied"),
        ("bulletin", "bulletin.issued"),
    }


async def issued(system: System) -> bool:
    return await system.count("bulletin", "edition") == 1


async def test_a_request_leaves_one_line_with_unit_event_and_receipt(system: System, log: io.StringIO) -> None:
    async with approvals(system) as office:
        await office.post(plan(), DRC, "plan-1")
    (line,) = [line for line in lines_of(log) if line["event"] == "request"]
    expected = {"service": "approvals", "unit": DRC.unit, "event_id": "plan-1", "receipt": "accepted", "status": 202}
    assert expected.items() <= line.items()
    assert {"request_id", "ms", "correlation_id", "timestamp", "level"} <= line.keys()


async def test_what_one_request_bound_is_not_on_the_next_ones_line(system: System, log: io.StringIO) -> None:
    async with approvals(system) as office:
        await office.post(plan(), DRC, "plan-1")
        await office.client.get("/v1/schemas")
    last = [line for line in lines_of(log) if line["event"] == "request"][-1]
    assert last["path"] == "/v1/schemas"
    assert not {"unit", "event_id", "receipt"} & last.keys()


@pytest.mark.parametrize(("events", "lines"), [(0, 1), (250, 1), (251, 2), (9000, 36)])
def test_a_page_of_thousands_of_events_is_told_on_lines_that_nothing_cuts_and_one_search_finds_its_own(
    log: io.StringIO, events: int, lines: int
) -> None:
    ids = [f"ecology-2022-{number:06}" for number in range(events)]
    logs.of_many(logs.get().info, "bulletin.issued", {"event_ids": ids, "correlation_ids": ids}, session="s-1")
    written = lines_of(log)
    assert max(len(line) for line in log.getvalue().splitlines()) < 16 * 1024
    assert [line.get("part") for line in written] == ([None] if lines == 1 else list(range(1, lines + 1)))
    assert all(line["event"] == "bulletin.issued" and line["session"] == "s-1" for line in written)
    for name in ("event_ids", "correlation_ids"):
        assert [one for line in written for one in line[name]] == ids


NASTY = [
    "a\nb",
    'a\r\n{"event": "forged"}',
    "\x1b[31mred\x1b[0m",
    "\x00",
    "\u2028",
    "\x85",
    "\x9b",
    "\u202e",
    "\ud800",
    "中文",
]


@pytest.mark.parametrize("text", NASTY)
def test_a_line_stays_one_line_of_json_whatever_a_field_holds(log: io.StringIO, text: str) -> None:
    logs.get().info("delivery.put_off", error=text, recipient={text: [text]})
    logging.getLogger("some.library").warning("it said %s", text)
    raw = log.getvalue()
    assert raw.count("\n") == 2
    assert all(character.isprintable() or character == "\n" for character in raw)
    ours, theirs = lines_of(log)
    assert ours["error"] == text
    assert theirs["event"] == f"it said {text}"


async def test_nasty_text_in_a_request_stays_within_its_line(system: System, log: io.StringIO) -> None:
    async with approvals(system) as office:
        for text in ("%0a%1b[31m", "%0d%0aforged", "%E2%80%A8"):
            await office.client.get(f"/v1/sessions/{text}/totals", headers=office.key(DRC))
    raw = log.getvalue()
    assert all(character.isprintable() or character == "\n" for character in raw)
    assert len(lines_of(log)) == raw.count("\n")


async def test_no_secret_is_in_any_line(system: System, log: io.StringIO) -> None:
    async with approvals(system, *OPENED) as office:
        forged = office.tokens[DRC.unit][:-1] + "x"
        await office.client.get("/v1/whoami", headers={"Authorization": f"Bearer {forged}"})
        await office.client.get("/v1/whoami", headers=office.key(BANNER))
    for token in office.tokens.values():
        assert token.split("_")[2] not in log.getvalue()


def test_a_failure_is_one_line_too_with_its_traceback(log: io.StringIO) -> None:
    try:
        int("first\nsecond")
    except ValueError:
        logs.get().exception("background.failed", work="relay")
    assert log.getvalue().count("\n") == 1
    (line,) = lines_of(log)
    assert (line["event"], line["work"], line["level"]) == ("background.failed", "relay", "error")
    assert "first" in line["exception"][0]["exc_value"]


@pytest.mark.row(83, 89)
@pytest.mark.parametrize(
    "secret",
    [
        *(f"{prefix}_ab12cd34_{'x' * 32}_0123abcd" for prefix in ("cf", "cftest")),
        f"whsec_{'Qm9i' * 10}AAA=",
        *("13812345678", "+8613812345678", "86 13812345678"),
    ],
)
def test_a_key_or_a_mobile_number_never_stands_in_a_line(log: io.StringIO, secret: str) -> None:
    logs.get().info("minutes.taken", text=f"请拨打{secret}联系", contact=secret, unit="91150600MA0XX0019K")
    (line,) = lines_of(log)
    assert secret[-11:] not in log.getvalue()
    assert (line["contact"], line["unit"]) == ("•••", "91150600MA0XX0019K")


def test_a_number_that_is_no_text_stays_a_number(log: io.StringIO) -> None:
    logs.get().info("disk.full", free=13812345678, sizes=[13812345678], sequence=7)
    assert lines_of(log)[0]["free"] == 13812345678
    assert lines_of(log)[0]["sizes"] == [13812345678]


def test_a_traceback_is_written_without_the_values_of_its_variables(log: io.StringIO) -> None:
    def fails(password: str) -> None:
        raise RuntimeError(str(len(password)))

    try:
        fails("correct-horse-battery")
    except RuntimeError:
        logs.get().exception("work.failed")
    assert "correct-horse-battery" not in log.getvalue()
    assert lines_of(log)[0]["exception"][0]["exc_type"] == "RuntimeError"
