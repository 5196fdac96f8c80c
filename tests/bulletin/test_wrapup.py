"""The campaign's wrap-up: a supplement that compares the sessions, its totals the sums of their newest editions."""

import random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.bulletin import wording
from services.bulletin.domain import wrapup
from services.bulletin.domain.edition import Edition
from services.bulletin.formats import words
from services.bulletin.wrapup import WrapUp
from shared.vocabulary import Level, Outcome, Series
from tests.builders import PLAN, issue_raised
from tests.bulletin.editions import edition
from tests.bulletin.newsroom import Newsroom, newsroom, uneventful
from tests.bulletin.stories import imprint
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
    for name in ("docketed", "withdrawn", "decided", "undecided", "licences"):
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
