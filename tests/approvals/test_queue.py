"""Enterprises enter in order: called, seated, done, skipped, recalled (row 23)."""

from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given as arbitrary
from hypothesis import settings
from hypothesis import strategies as st

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.queue import CannotMove, NotInQueue, OutOfTurn, Place, Stage, lined_up, next_of
from shared.campaign import NotAllowed, StatedByService, WrongDivision
from shared.events import DocketLocked, EnterpriseCalled, Event
from shared.problems import NotYet, Refused
from tests.approvals.worlds import OPENED, SCHEDULED, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DONGSHENG,
    DRC,
    OFFICE,
    OTHER_BANNER,
    application_docketed,
    application_postponed,
    application_withdrawn,
    called,
    caller,
    docket_locked,
    finished,
    owner,
    posted,
    project_code,
    recalled,
    seated,
    session_opened,
    session_scheduled,
    skipped,
)
from tests.deciding import Post, decide, given, refused

ENTERPRISES: Final = ("91150602MA0XX01113", "91150602MA0XX012XT", "91150602MA0XX0138T")


def docketed(number: int, **changes: object) -> Post:
    """Return the docketing of the project of the enterprise with this number in the order of docketing."""
    project = {"project_code": project_code(number), "owner_code": ENTERPRISES[number - 1]}
    return (application_docketed(**project, owner_name=f"示例企业{number}", **changes), DRC)


LOCKED: Final[Post] = (docket_locked(), DRC)


def queued(*posts: Post) -> ApprovalsWorld:
    """Return an open session with three enterprises in its queue."""
    return planned(SCHEDULED, OPENED, *(docketed(number) for number in (1, 2, 3)), LOCKED, *posts)


def queue(world: ApprovalsWorld) -> list[Place]:
    return lined_up(world.queue_of(BANNER_SESSION), world.of_session(BANNER_SESSION))


def numbers(world: ApprovalsWorld) -> list[tuple[int, str]]:
    return [(place.number, place.stage.value) for place in queue(world)]


def of(number: int) -> dict[str, object]:
    return {"owner_code": ENTERPRISES[number - 1]}


@pytest.mark.row(23)
def test_the_lock_gives_every_enterprise_its_number_in_the_order_of_docketing_or_as_the_drc_says() -> None:
    assert [(place.number, place.owner_code) for place in queue(queued())] == [*enumerate(ENTERPRISES, start=1)]
    world = planned(SCHEDULED, *(docketed(number) for number in (1, 2, 3)))
    fact = decide(world, docket_locked(order=[ENTERPRISES[2]]), DRC)
    assert isinstance(fact, DocketLocked)
    assert [place.owner_code for place in fact.queue or ()] == [ENTERPRISES[2], *ENTERPRISES[:2]]
    stranger = docket_locked(order=["91150602MA0XX0998E"])
    refused(NotInQueue, planned(SCHEDULED, docketed(1)), stranger, DRC)


@pytest.mark.row(23)
def test_the_next_one_is_called_and_no_other() -> None:
    assert next_of(queue(queued())) == queue(queued())[0]
    refusal = refused(OutOfTurn, queued(), called(**of(2)), BANNER)
    assert refusal.status == 409
    assert "下一家是1号示例企业1" in refusal.problem()["title"]
    fact = decide(queued(), called(**of(1)), BANNER)
    assert isinstance(fact, EnterpriseCalled)
    assert (fact.number, fact.owner_name) == (1, "示例企业1")
    refused(CannotMove, queued((called(**of(1)), BANNER)), called(**of(1)), BANNER)


@pytest.mark.row(23)
def test_the_order_is_kept_after_a_skip_and_who_was_skipped_may_be_recalled() -> None:
    world = queued((called(**of(1)), BANNER), (skipped(**of(1)), BANNER))
    assert numbers(world) == [(1, "skipped"), (2, "waiting"), (3, "waiting")]
    following = next_of(queue(world))
    assert following is not None
    assert following.number == 2
    given(world, (called(**of(2)), BANNER), (recalled(**of(1)), BANNER), (seated(**of(1)), BANNER))
    assert numbers(world) == [(1, "seated"), (2, "called"), (3, "waiting")]
    given(world, (finished(**of(1)), BANNER), (recalled(**of(1)), BANNER))
    assert numbers(world)[0] == (1, "called")
    refused(CannotMove, world, recalled(**of(2)), BANNER)


@pytest.mark.row(23, 82)
def test_what_comes_before_its_predecessor_waits_for_it() -> None:
    for event in (seated(**of(1)), finished(**of(1)), recalled(**of(1))):
        refused(NotYet, queued(), event, BANNER)
    refused(NotYet, planned(SCHEDULED, OPENED, docketed(1)), called(**of(1)), BANNER)
    refused(NotYet, planned(SCHEDULED, docketed(1), LOCKED), called(**of(1)), BANNER)


@pytest.mark.row(23, 28)
@pytest.mark.parametrize("leave", [application_withdrawn, application_postponed])
def test_a_withdrawn_application_is_absent_from_the_queue_and_present_in_the_ledger(leave: type[Event]) -> None:
    world = queued((leave(project_code=project_code(1)), DRC))
    assert [place.number for place in queue(world)] == [2, 3]
    refused(NotInQueue, world, called(**of(1)), BANNER)
    decide(world, called(**of(2)), BANNER)
    assert len(world.of_session(BANNER_SESSION)) == 3


@pytest.mark.row(16, 23)
def test_a_late_addition_brings_its_enterprise_to_the_end_of_the_queue() -> None:
    world = planned(SCHEDULED, OPENED, docketed(1), docketed(2), LOCKED, docketed(3, late_reason="市长现场确定"))
    assert [place.owner_code for place in queue(world)] == [*ENTERPRISES]


@pytest.mark.row(23, 88)
def test_only_who_leads_the_day_moves_the_queue() -> None:
    for by in (BANNER, DRC, BANNER_DRC, caller("park", DONGSHENG)):
        decide(queued(), called(**of(1)), by)
    refused(NotAllowed, queued(), called(**of(1)), owner())
    refused(WrongDivision, queued(), called(**of(1)), OTHER_BANNER)
    refused(StatedByService, queued(), called(**of(1), number=1), BANNER)
    city = application_docketed(session=CITY_SESSION, scope="city_own", **of(1))
    posts: list[Post] = [
        (session_scheduled(session=CITY_SESSION), DRC),
        (session_opened(session=CITY_SESSION), OFFICE),
        (city, DRC),
        (docket_locked(session=CITY_SESSION), DRC),
    ]
    decide(planned(*posts), called(session=CITY_SESSION, **of(1)), caller("government-services"))
    refused(NotAllowed, planned(*posts), called(session=CITY_SESSION, **of(1)), BANNER)


_MOVES: Final = (called, seated, skipped, recalled, finished)
_LEGAL: Final = {
    ("waiting", "called"),
    ("waiting", "skipped"),
    ("called", "skipped"),
    ("called", "seated"),
    ("seated", "finished"),
    ("skipped", "called"),
    ("finished", "called"),
}


@pytest.mark.row(23)
@arbitrary(st.lists(st.tuples(st.sampled_from(_MOVES), st.integers(1, 3)), max_size=40))
@settings(max_examples=80)
def test_no_sequence_of_calls_reaches_an_illegal_place_or_changes_the_order(
    moves: Sequence[tuple[object, int]],
) -> None:
    world = queued()
    for make, number in moves:
        before = {place.number: place.stage for place in queue(world)}
        try:
            world.decide(posted(make(**of(number)), BANNER))  # type: ignore[operator]
        except Refused:
            assert {place.number: place.stage for place in queue(world)} == before
            continue
        after = {place.number: place.stage for place in queue(world)}
        changed = [(before[n].value, after[n].value) for n in before if before[n] is not after[n]]
        assert set(changed) <= _LEGAL
        assert len(changed) == 1
        assert [(place.number, place.owner_code) for place in queue(world)] == [*enumerate(ENTERPRISES, start=1)]
        if changed == [("waiting", "called")]:
            assert all(before[n] is not Stage.WAITING for n in before if n < number)
