"""The same campaign with every event doubled, shuffled within its session and 5 % late comes to the same totals."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import report, run
from deploy.recording import Line, read
from shared.events import (
    ApprovalSigned,
    CampaignPlanned,
    DocketLocked,
    EnterpriseCalled,
    EnterpriseFinished,
    EnterpriseRecalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    SessionClosed,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]

SEED = 20220315


_IN_ORDER = (
    DocketLocked,
    EnterpriseCalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    EnterpriseRecalled,
    EnterpriseFinished,
)
"""What is said of this very moment, "locked from now on", "next please": refused out of order, and meant to be."""


def every_third_session(plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan of four sessions, the city's among them, whose decisions wait for nothing that speaks of order.

    Four, because it is played event by event beside the whole campaign of the other test.
    """
    kept = [{**one, "position": at} for at, one in enumerate(plan["sessions"][::3], start=1)]
    switches = CampaignPlanned.model_validate(plan).switches.without_gates()
    return {**plan, "sessions": kept, "switches": switches.model_dump(mode="json")}


def shuffled(lines: list[Line], chance: random.Random) -> list[dict[str, Any]]:
    """Deal each session's events anew over the moments at which the session posts."""
    events = [dict(line.event) for line in lines]
    for session in sorted({line.session for line in lines if line.session}):
        slots = [index for index, line in enumerate(lines) if line.session == session]
        dealt = [events[index] for index in slots]
        chance.shuffle(dealt)
        for index, event in zip(slots, dealt, strict=True):
            events[index] = {**event, "time": lines[index].event["time"]}
    return events


def some_late(events: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Send one event in twenty more than a day after its session closed."""
    closed = {
        event["data"]["session"]: datetime.fromisoformat(event["data"]["closed_at"])
        for event in events
        if event["type"] == SessionClosed.type
    }
    signings = [event for event in events if event["type"] == ApprovalSigned.type]
    for event in chance.sample(signings, len(signings) // 20):
        event["time"] = (closed[event["data"]["session"]] + timedelta(hours=26)).isoformat()
    return sorted(events, key=lambda event: datetime.fromisoformat(event["time"]))


def disordered(path: Path) -> Path:
    """Write the sample recording doubled, shuffled and partly late."""
    chance = random.Random(SEED)  # noqa: S311  (reproducible on purpose)
    lines = [line for line in read(run.SAMPLE) if line.event["type"] not in {kind.type for kind in _IN_ORDER}]
    plan = every_third_session(lines[0].event["data"])
    kept = {None, *(one["session"] for one in plan["sessions"])}
    once = {line.event["source"] + line.event["id"]: line for line in lines if line.session in kept}
    planned, *events = shuffled(list(once.values()), chance)
    events = [{**planned, "data": plan}, *some_late(events, chance)]
    doubled = [event for event in events for _ in range(2)]
    path.write_text("\n".join(json.dumps(event, ensure_ascii=False) for event in doubled), encoding="utf-8")
    return path


@pytest.mark.row(56, 72, 73, 82)
def test_doubled_shuffled_and_late_events_come_to_the_same_totals(servers: Path) -> None:
    recording = disordered(servers / "disordered.jsonl")
    out = servers / "disorder-out"
    assert run.run(out, recording, folder=servers / "disorder") == 0
    planned = json.loads(recording.read_text(encoding="utf-8").partition("\n")[0])["data"]["sessions"]
    all_expected = json.loads(run.EXPECTED.read_text(encoding="utf-8"))["sessions"]
    expected = {one["session"]: all_expected[one["session"]] for one in planned}
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert {one["session"] for one in summary["sessions"]} == {*expected, "spring-2022-wrapup"}
    for one in (one for one in summary["sessions"] if one["session"] in expected):
        assert report.cells(one["counts"]) == report.cells(expected[one["session"]]["at_end"]["cells"])
        assert one["licences"] == expected[one["session"]]["at_end"]["licences"]
    late = {
        json.loads(line)["data"]["session"]
        for line in recording.read_text(encoding="utf-8").splitlines()
        if json.loads(line)["type"] == ApprovalSigned.type and _is_late(json.loads(line))
    }
    corrected = {one["session"] for one in summary["sessions"] if len(one["editions"]) > 1}
    assert late
    assert late <= corrected


def _is_late(event: dict[str, Any]) -> bool:
    sent, signed = datetime.fromisoformat(event["time"]), datetime.fromisoformat(event["data"]["signed_at"])
    return sent - signed > timedelta(hours=25)
