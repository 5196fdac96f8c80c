"""The one-day clock at work on a real database: issued when complete or due, alarms before, corrections after."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from services.bulletin.domain.edition import Edition
from shared import faults
from shared.events import ApprovalSigned
from tests.builders import (
    BANNER_SESSION,
    DRC,
    PLAN,
    approval_corrected,
    issue_raised,
    owner,
    plan,
    project_code,
)
from tests.bulletin.house import house
from tests.bulletin.newsroom import kinds, newsroom, uneventful
from tests.bulletin.stories import CLOSED_AT, around, decided, held, story
from tests.systems import System, together, until

EVERY = [one.session for one in PLAN.sessions]


@pytest.mark.row(57, 58)
async def test_a_bulletin_is_issued_as_soon_as_it_is_complete(system: System) -> None:
    room = await newsroom(system)
    told = story()
    await room.hear(*told[:-1])
    await room.look(minutes=5)
    assert await room.editions() == []
    await room.hear(told[-1])
    for seconds in range(1, 11):
        await room.look(minutes=5, seconds=seconds)
    (row,) = await room.editions()
    assert (row.number, row.revision, row.complete) == (1, 0, True)
    assert row.issued_at <= CLOSED_AT + timedelta(minutes=5, seconds=10)
    assert row.pdf == row.canonical.encode()
    assert [one.recipient for one in await room.deliveries()] == sorted(one.name for one in PLAN.recipients)
    assert await kinds(room) == ["bulletin issued"]


@pytest.mark.row(57)
@pytest.mark.parametrize("readings", range(1, 7))
async def test_an_edition_is_of_the_moment_it_was_decided_at_though_the_clock_leaps_meanwhile(
    system: System, monkeypatch: pytest.MonkeyPatch, readings: int
) -> None:
    room = await newsroom(system)
    await room.hear(*story()[:-1])
    limit = CLOSED_AT + timedelta(hours=23, minutes=40)
    before = iter([CLOSED_AT] * readings)
    with monkeypatch.context() as patch:
        patch.setattr(room.clock, "now", lambda: next(before, limit))
        await room.look()
    await room.look(hours=23, minutes=40)
    (row,) = await room.editions()
    assert row.issued_at == limit


@pytest.mark.row(57)
async def test_the_running_service_prints_it_within_ten_seconds_of_the_last_fact(
    system: System, tmp_path: Path
) -> None:
    async with house(system, outbox_folder=tmp_path) as one:
        posts = held(closed_at=one.room.clock.time)
        *told, last = one.room.teller.tell(*decided((plan(), DRC), *posts), *around())
        await one.room.hear(*told)
        await asyncio.sleep(1)
        assert await one.room.editions() == []
        started = time.monotonic()
        await one.room.hear(last)

        async def is_out() -> bool:
            return bool(await one.room.editions())

        await until(is_out, within=10)
        assert time.monotonic() - started < 10
        (row,) = await one.room.editions()
        assert row.pdf.startswith(b"%PDF")


@pytest.mark.row(63, 82)
async def test_a_late_fact_makes_a_correction_with_old_and_new_and_the_original_stays(system: System) -> None:
    room = await newsroom(system)
    late = approval_corrected(project_code=project_code(2), outcome="approved")
    *events, correction = decided((plan(), DRC), *held(), (late, owner()))
    await room.learn(*events, *around())
    await room.look(hours=1)
    room.clock.after(hours=2)
    await room.learn(correction)
    await room.look(hours=2, minutes=9)
    assert len(await room.editions()) == 1
    await room.look(hours=2, minutes=10)
    await room.look(hours=3)
    first, second = await room.editions()
    (change,) = Edition.model_validate_json(second.canonical).changes
    assert change.old is not None
    assert (change.old[:4], change.new) == ("容缺审批", "审批")
    assert (second.revision, second.number, first.revision) == (1, first.number, 0)
    assert Edition.model_validate_json(first.canonical).applications[1].outcome == "deferred"
    assert await kinds(room) == ["bulletin issued", "bulletin corrected"]
    assert len(await room.deliveries()) == 2 * len(PLAN.recipients)


@pytest.mark.row(63, 82)
@pytest.mark.parametrize("set_back", [0, 3600])
async def test_a_fact_is_not_forgotten_when_the_clock_stands_still_or_is_set_back(
    system: System, set_back: float
) -> None:
    room = await newsroom(system)
    await room.learn(*decided((plan(), DRC), *held()), *around())
    await room.look(hours=1)
    room.clock.after(seconds=-set_back)
    await room.learn(issue_raised(issue="late"))
    await room.look(hours=2)
    assert [row.revision for row in await room.editions()] == [0, 1]


@pytest.mark.row(61, 63)
async def test_a_correction_made_in_the_new_year_is_still_of_the_old_years_number(system: System) -> None:
    room = await newsroom(system)
    late = approval_corrected(project_code=project_code(2), outcome="approved")
    *events, correction = decided((plan(), DRC), *held(), (late, owner()))
    await room.learn(*events, *around())
    await room.look(hours=1)
    await room.learn(correction)
    await room.look(days=301)
    assert [(row.year, row.number, row.revision) for row in await room.editions()] == [(2022, 1, 0), (2022, 1, 1)]


@pytest.mark.row(63)
async def test_several_late_facts_come_in_one_correction(system: System) -> None:
    room = await newsroom(system)
    await room.learn(*decided((plan(), DRC), *held()), *around())
    await room.look(hours=1)
    for minute in (0, 5, 10):
        room.clock.after(hours=2, minutes=minute)
        await room.learn(issue_raised(issue=f"late-{minute}"))
        await room.look(hours=2, minutes=minute + 4)
    await room.look(hours=2, minutes=20)
    assert [row.revision for row in await room.editions()] == [0, 1]


@pytest.mark.row(63)
async def test_a_late_fact_that_changes_nothing_makes_no_correction(system: System) -> None:
    room = await newsroom(system)
    told = story()
    await room.hear(*told)
    await room.look(hours=1)
    await room.hear(*told)
    await room.learn()
    await room.look(hours=5)
    assert len(await room.editions()) == 1


@pytest.mark.row(61)
async def test_ten_sessions_issued_by_two_workers_at_once_are_numbered_one_to_ten(system: System) -> None:
    room = await newsroom(system)
    await room.learn(plan())
    for session in EVERY:
        await room.learn(*uneventful(session))
    workers = [room.deadline(), room.deadline()]
    for _ in range(3):
        await together(*(worker.look() for worker in workers))
    rows = await room.editions()
    assert [row.number for row in rows] == list(range(1, 11))
    assert {row.session for row in rows} == set(EVERY)
    assert sorted(name for name, _, _ in room.printer.asked) == sorted(EVERY)  # each by one of the two
    assert await kinds(room) == ["bulletin issued"] * 10


@pytest.mark.row(61)
async def test_a_crash_before_commit_uses_up_no_number(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await newsroom(system)
    await room.learn(plan(), *uneventful(EVERY[0]))

    def crash(point: str) -> None:
        if point == "bulletin.before_commit":
            raise SystemExit(point)

    monkeypatch.setattr(faults, "crash_at", crash)
    with pytest.raises(SystemExit):
        await room.look(minutes=1)
    monkeypatch.undo()
    assert (await room.editions(), await room.deliveries(), await room.published()) == ([], [], [])
    await room.look(minutes=2)
    assert [row.number for row in await room.editions()] == [1]


@pytest.mark.row(61)
async def test_numbers_begin_again_each_year_by_the_day_in_ordos(system: System) -> None:
    room = await newsroom(system)
    await room.learn(plan(), *uneventful(EVERY[0]))
    await room.look()
    room.clock.time = room.clock.time.replace(year=2022, month=12, day=31, hour=16, minute=30)
    await room.learn(*uneventful(EVERY[1]))
    await room.look()
    assert [(row.year, row.number) for row in await room.editions()] == [(2022, 1), (2023, 1)]


async def test_a_page_that_cannot_be_printed_holds_up_its_own_session_only(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bulletin.deadline._HOLD_SECONDS", 0)
    room = await newsroom(system)
    await room.learn(plan(), *uneventful(EVERY[0]), *uneventful(EVERY[1]))
    room.printer.troubles = [RuntimeError("no glyph")]
    worker = room.deadline()
    await worker.look()
    assert len(await room.editions()) == 1
    await worker.look()
    assert sorted(row.number for row in await room.editions()) == [1, 2]


async def test_a_database_that_was_away_for_a_moment_holds_no_bulletin_up(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bulletin.deadline._AWAY_SECONDS", 0)
    room = await newsroom(system)
    await room.learn(plan(), *uneventful(EVERY[0]))
    room.printer.troubles = [ConnectionResetError("by PostgreSQL")]
    worker = room.deadline()
    for _ in range(2):
        await worker.look()
    assert len(await room.editions()) == 1


@pytest.mark.row(68)
@pytest.mark.parametrize(("hours", "signs"), [(1, False), (23.5, True)])
async def test_signs_stand_for_missing_glyphs_only_when_the_limit_is_near(
    system: System, *, hours: float, signs: bool
) -> None:
    room = await newsroom(system)
    await room.learn(plan(), *uneventful(BANNER_SESSION))
    await room.look(hours=hours)
    assert room.printer.asked == [(BANNER_SESSION, 0, signs)]


@pytest.mark.row(56)
async def test_a_fact_behind_a_hole_is_not_used_until_the_hole_is_filled(system: System) -> None:
    room = await newsroom(system)
    told = story()
    missing = next(one for one in told if one.type == ApprovalSigned.type)
    await room.hear(*(one for one in told if one is not missing))
    await room.look(hours=1)
    assert await room.editions() == []
    await room.hear(missing)
    await room.look(hours=2)
    (row,) = await room.editions()
    assert row.complete
    assert Edition.model_validate_json(row.canonical).cutoff["/chunfeng/approvals"] == len(told) - 5


@pytest.mark.row(56, 63)
async def test_a_hole_filled_by_another_sessions_fact_lets_this_one_go_on(system: System) -> None:
    room, (mine, other) = await newsroom(system), EVERY[:2]
    planned, their_closing, *rest = room.teller.tell(plan(), *uneventful(other)[:1], *uneventful(mine))
    their_forum, late = room.teller.tell(uneventful(other)[1], issue_raised(session=mine))
    await room.hear(planned, *rest)
    await room.look(hours=1)
    assert await room.editions() == []
    await room.hear(their_closing)
    await room.look(hours=2)
    assert [row.session for row in await room.editions()] == [mine]
    await room.hear(late)
    await room.look(hours=3)
    assert len(await room.editions()) == 1
    await room.hear(their_forum)
    await room.look(hours=4)
    assert [row.revision for row in await room.editions()] == [0, 1]
