"""The campaign's wrap-up: a supplement that compares the sessions, its totals the sums of their newest editions."""

import random
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.bulletin import wording
from services.bulletin.domain import wrapup
from services.bulletin.domain.edition import Edition
from services.bulletin.formats import words
from services.bulletin.wrapup import WrapUp
from shared.events import SessionCancelled
from shared.vocabulary import Level, Outcome, Series
from tests.builders import PLAN, at, issue_raised, session_scheduled
from tests.bulletin.editions import edition
from tests.bulletin.newsroom import Newsroom, newsroom, uneventful
from tests.bulletin.stories import CLOSED_AT, imprint
from tests.systems import System, together

pytestmark = pytest.mark.row(70)

EVERY: Final = [one.session for one in PLAN.sessions]
NAME: Final = wrapup.name_of(PLAN.campaign)


def campaign(sizes: list[int]) -> list[Edition]:
    """Return an edition for each session, with so many applications."""
    return [
        edition(size, session=one.session, session_name=one.name, kind=one.kind, number=one.position)
        for one, size in zip(PLAN.sessions, sizes, strict=True)
    ]


@settings(max_examples=60)
@given(sizes=st.lists(st.integers(0, 40), min_size=10, max_size=10), seed=st.integers(0, 99))
def test_every_total_is_the_sum_of_the_issues(sizes: list[int], seed: int) -> None:
    editions = campaign(sizes)
    random.Random(seed).shuffle(editions)  # noqa: S311  (no secret)
    whole = wrapup.assemble(PLAN, editions, imprint(), None)
    parts = [one.totals for one in editions]
    for name in ("docketed", "withdrawn", "postponed", "decided", "undecided", "licences"):
        assert getattr(whole.totals, name) == sum(getattr(part, name) for part in parts)
    for level in (None, *Level):
        for outcome in (None, *Outcome):
            assert whole.totals.of(level=level, outcome=outcome) == sum(
                part.of(level=level, outcome=outcome) for part in parts
            )
    assert [one.session for one in whole.compared] == EVERY
    assert wrapup.compares(whole) == dict.fromkeys(EVERY, 0)


def test_it_is_a_supplement_and_says_so_on_the_page() -> None:
    whole = wrapup.assemble(PLAN, campaign([4] * 10), imprint(), None)
    said = words(whole)
    assert whole.series is Series.SUPPLEMENT
    assert wording.issue_number(whole) == "增刊第1期"
    assert "共举办9个旗区专场和1个市直专场" in said
    assert "本次行动共办理审批事项40项" in said
    assert "合计（10场）" in said


def test_a_correction_of_it_names_the_sessions_whose_figures_changed() -> None:
    sizes = [4] * 10
    before = wrapup.assemble(PLAN, campaign(sizes), imprint(), None)
    after = wrapup.assemble(PLAN, campaign([4, 4, 7, *sizes[3:]]), imprint(revision=1), before)
    assert [one.item for one in after.changes] == [PLAN.sessions[2].name]


def test_issues_of_two_years_are_told_apart_and_a_supplement_is_of_the_year_it_is_issued_in() -> None:
    of_two = campaign([4] * 10)
    of_two[9] = of_two[9].model_copy(update={"year": 2023, "number": 1})
    new_year = CLOSED_AT.replace(year=2022, month=12, day=31, hour=16, minute=30)  # which is 2023 in Ordos
    whole = wrapup.assemble(PLAN, of_two, imprint(issued_at=new_year), None)
    assert whole.year == 2023
    said = words(whole)
    assert "各专场数字均取自已印发的2022年、2023年各期简报" in said
    assert "2022年第1期" in said
    assert "2023年第1期" in said
    assert "取自已印发的2022年各期简报" in words(wrapup.assemble(PLAN, campaign([4] * 10), imprint(), None))
    correction = imprint(revision=1, issued_at=new_year.replace(year=2024))
    assert wrapup.assemble(PLAN, of_two[:9], correction, whole).year == 2023


async def _issued(system: System, sessions: list[str]) -> Newsroom:
    room = await newsroom(system)
    await room.learn(room_plan := PLAN, *(event for name in sessions for event in uneventful(name)))
    assert room_plan.campaign
    await room.look()
    return room


def worker(room: Newsroom) -> WrapUp:
    return WrapUp(database=room.database, clock=room.clock, settings=room.settings, printer=room.printer)


async def wrapups(room: Newsroom) -> list[tuple[str, int, int]]:
    return [(row.series, row.number, row.revision) for row in await room.editions() if row.session == NAME]


@pytest.mark.row(61)
async def test_it_follows_the_last_bulletin_once_and_uses_up_no_number_of_the_main_series(system: System) -> None:
    room = await _issued(system, EVERY[:-1])
    room.clock.after(hours=1)
    await worker(room).look()
    assert await wrapups(room) == []
    await room.learn(*uneventful(EVERY[-1]))
    await room.look(hours=2)
    await worker(room).look()
    assert await wrapups(room) == []  # the sessions have to be quiet first
    room.clock.after(hours=2, minutes=10)
    await together(worker(room).look(), worker(room).look())
    await worker(room).look()
    assert await wrapups(room) == [("supplement", 1, 0)]
    assert sorted(row.number for row in await room.editions() if row.series == "main") == list(range(1, 11))
    told = [one for one in await room.published() if one["type"] == ["bulletin", "issued"]]
    assert len(told) == 11
    assert {one.session for one in await room.deliveries()} == {*EVERY, NAME}


async def test_it_does_not_wait_for_a_session_that_was_cancelled_until_that_is_announced_anew(system: System) -> None:
    *held, gone = EVERY
    room = await _issued(system, held)
    worker_of_the_day = worker(room)
    room.clock.after(hours=1)
    await worker_of_the_day.look()
    assert await wrapups(room) == []
    await room.learn(SessionCancelled(session=gone, cancelled_at=at(18), reason="疫情防控需要"))
    await worker_of_the_day.look()
    assert await wrapups(room) == [("supplement", 1, 0)]
    first = next(row for row in await room.editions() if row.session == NAME)
    assert "市直专场取消（疫情防控需要）。" in first.words
    await room.learn(session_scheduled(session=gone, starts_at=at(9, days=20)), *uneventful(gone))
    await room.look(hours=2)
    room.clock.after(hours=3)
    await worker_of_the_day.look()
    assert await wrapups(room) == [("supplement", 1, 0), ("supplement", 1, 1)]
    newest = next(row for row in await room.editions() if row.session == NAME and row.revision == 1)
    assert "取消" not in newest.words.partition("一、")[2]
    (change,) = Edition.model_validate_json(newest.canonical).changes
    assert (change.item, change.old) == ("市直专场", "取消：疫情防控需要")


@pytest.mark.row(61)
async def test_the_year_of_its_number_is_the_year_it_is_issued_in_and_a_correction_keeps_it(system: System) -> None:
    room = await _issued(system, EVERY)
    room.clock.time = CLOSED_AT.replace(year=2023, month=1, day=10)
    await worker(room).look()
    room.clock.time = CLOSED_AT.replace(year=2024, month=1, day=10)
    await room.learn(issue_raised(session=EVERY[0]))
    room.clock.time += timedelta(hours=1)
    await room.look()
    room.clock.time += timedelta(hours=1)
    await worker(room).look()
    found = [(row.year, row.number, row.revision) for row in await room.editions() if row.session == NAME]
    assert found == [(2023, 1, 0), (2023, 1, 1)]


@pytest.mark.row(63)
async def test_when_a_session_is_corrected_so_is_the_wrapup(system: System) -> None:
    room = await _issued(system, EVERY)
    room.clock.after(hours=1)
    await worker(room).look()
    await room.learn(issue_raised(session=EVERY[0]))
    await room.look(hours=2)
    room.clock.after(hours=3)
    watch = worker(room)
    await watch.look()
    await watch.look()
    assert await wrapups(room) == [("supplement", 1, 0), ("supplement", 1, 1)]
    newest = next(row for row in await room.editions() if row.session == NAME and row.revision == 1)
    (change,) = Edition.model_validate_json(newest.canonical).changes
    assert change.item == PLAN.sessions[0].name
    assert "问题1条" in (change.new or "")
