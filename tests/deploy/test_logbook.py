"""`chunfeng logs`: four logs as one, and one event's way through them."""

import json
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from deploy.cli import app
from deploy.logbook import Line, Tail, Wanted, logs_in, merged, readable, show
from shared import logs

Fields = dict[str, object]
POSTED: Fields = {
    "event": "request",
    "event_id": "ecology-7",
    "correlation_id": "c-7",
    "session": "s-1",
    "path": "/v1/events",
}
WAY: tuple[tuple[str, str, Fields], ...] = (
    ("approvals", "01", POSTED),
    ("approvals", "02", {"event": "facts.published", "correlation_ids": ["c-6", "c-7"]}),
    ("bulletin", "03", {"event": "facts.applied", "event_ids": ["approvals/U/0/ecology-7"]}),
    ("bulletin", "05", {"event": "bulletin.issued", "session": "s-1", "correlation_ids": ["c-7"]}),
    ("bulletin", "06", {"event": "delivery.delivered", "session": "s-1", "correlation_ids": ["c-7"]}),
)
OTHERS: tuple[tuple[str, str, Fields], ...] = (
    ("approvals", "04", {"event": "request", "event_id": "ecology-70", "correlation_id": "c-70", "session": "s-10"}),
    ("bulletin", "07", {"event": "bulletin.missed", "level": "critical", "session": "s-2"}),
)


def line(service: str, second: str, fields: Fields) -> str:
    moment = f"2022-03-16T01:00:{second}.000000Z"
    return json.dumps({"level": "info", "service": service, "timestamp": moment} | fields, ensure_ascii=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for service, second, fields in sorted(WAY + OTHERS, key=lambda one: one[1]):
        with (tmp_path / "logs" / f"{service}.jsonl").open("a") as file:
            file.write(line(service, second, fields) + "\n")
    return tmp_path


def chosen(folder: Path, wanted: Wanted) -> list[str]:
    found: list[Line] = []
    show(merged(logs_in(folder), wanted.event), wanted, found.append)
    return [str(one["event"]) for one in found]


@pytest.mark.row(83)
def test_the_logs_of_all_services_come_in_the_order_of_their_time(folder: Path) -> None:
    seconds = [one.time[17:19] for one in merged(logs_in(folder))]
    assert seconds == ["01", "02", "03", "04", "05", "06", "07"]


@pytest.mark.row(83)
def test_one_events_way_is_shown_from_the_post_to_the_delivery_and_nothing_else(folder: Path) -> None:
    ways = [fields["event"] for _, _, fields in WAY]
    assert chosen(folder, Wanted(event="ecology-7")) == ways


@pytest.mark.row(83)
def test_of_a_whole_sessions_ids_people_see_some_and_their_number_and_machines_all() -> None:
    whole = Line(
        line("bulletin", "05", {"event": "bulletin.issued", "correlation_ids": [f"c-{n}" for n in range(70)]}), ""
    )
    assert '"c-4", … 70]' in readable(whole).plain
    assert "c-5" not in readable(whole).plain
    assert "c-69" in whole.text


@pytest.mark.row(83)
def test_a_session_is_not_taken_for_another_whose_name_begins_alike(folder: Path) -> None:
    assert chosen(folder, Wanted(session="s-1")) == ["request", "bulletin.issued", "delivery.delivered"]


def test_only_what_somebody_must_act_on_is_shown_when_asked_for(folder: Path) -> None:
    assert chosen(folder, Wanted(level="warning")) == ["bulletin.missed"]


def test_what_is_added_is_followed_also_in_a_log_begun_anew_and_never_half_a_line(folder: Path) -> None:
    tail, log = Tail(folder), folder / "logs" / "forums.jsonl"
    assert len(tail.more()) == 7
    log.write_text(line("forums", "08", {"event": "first"}) + "\n" + '{"event": "hal')
    assert [one["event"] for one in tail.more()] == ["first"]
    log.write_text(line("forums", "09", {"event": "anew"}) + "\n")
    assert [one["event"] for one in tail.more()] == ["anew"]


def test_a_librarys_last_words_are_shown_where_they_were_said(folder: Path) -> None:
    with (folder / "logs" / "approvals.jsonl").open("a") as file:
        file.write("Fatal Python error: Segmentation fault\n")
    lines = list(merged(logs_in(folder)))
    said = next(place for place, one in enumerate(lines) if "Segmentation fault" in one["event"])
    assert (lines[said - 1].time, lines[said]["service"]) == ("2022-03-16T01:00:04.000000Z", "approvals")


@pytest.mark.row(92)
def test_people_read_the_time_of_ordos_wherever_the_host_is() -> None:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(readable(Line(line(*WAY[0]), "approvals")))
    assert capture.get().startswith("03-16 09:00:01.000 approvals ")


def test_lines_of_docker_compose_can_be_piped_in(folder: Path) -> None:
    piped = "".join((folder / "logs" / "bulletin.jsonl").read_text())
    answer = CliRunner().invoke(app, ["logs", "-", "--event", "c-7", "--json"], input=piped)
    assert [json.loads(text)["event"] for text in answer.output.splitlines()] == [
        "bulletin.issued",
        "delivery.delivered",
    ]


def test_what_a_service_of_the_same_process_says_meanwhile_is_no_part_of_a_commands_answer() -> None:
    with CliRunner().isolation() as answer:
        logs.get().info("bulletin.delivered")
        sys.stdout.write("an answer")
        sys.stdout.flush()
        assert answer[0].getvalue() == b"an answer"
