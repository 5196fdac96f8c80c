"""The one-day clock as a table: when to wait, to issue, to correct, to raise an alarm (row 57)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bulletin.domain.timing import ALARMS, Closing, Step, alarm, step
from tests.bulletin.stories import CLOSED_AT, DUE_AT

pytestmark = pytest.mark.row(57)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def closing(touched: timedelta = timedelta(), **changes: object) -> Closing:
    usual = {"session": "s", "closed_at": CLOSED_AT, "due_at": DUE_AT, "touched_at": CLOSED_AT + touched}
    return Closing(**{**usual, **changes})  # type: ignore[arg-type]


def decide(one: Closing, after: timedelta, *, complete: bool = False, changed: bool = False) -> Step:
    now, ways = CLOSED_AT + after, {"issue_before": 30 * MINUTE, "quiet": 10 * MINUTE}
    return step(one, now, complete=complete, changed=changed, issue_before=ways["issue_before"], quiet=ways["quiet"])


@pytest.mark.parametrize(
    ("after", "complete", "expected"),
    [
        (timedelta(), True, Step.ISSUE),
        (timedelta(), False, Step.WAIT),
        (12 * HOUR, False, Step.WAIT),
        (DAY - 30 * MINUTE - timedelta(microseconds=1), False, Step.WAIT),
        (DAY - 30 * MINUTE, False, Step.ISSUE),
        (2 * DAY, False, Step.ISSUE),
    ],
)
def test_a_bulletin_is_issued_when_complete_or_half_an_hour_before_its_limit(
    *, after: timedelta, complete: bool, expected: Step
) -> None:
    assert decide(closing(), after, complete=complete) is expected


@pytest.mark.row(63)
@pytest.mark.parametrize(
    ("quiet_for", "changed", "expected"),
    [
        (10 * MINUTE, True, Step.CORRECT),
        (10 * MINUTE - timedelta(microseconds=1), True, Step.WAIT),
        (10 * MINUTE, False, Step.WAIT),
        (3 * DAY, True, Step.CORRECT),
    ],
)
def test_a_correction_waits_until_its_session_is_quiet(*, quiet_for: timedelta, changed: bool, expected: Step) -> None:
    assert decide(closing(touched=2 * HOUR, revision=0), 2 * HOUR + quiet_for, changed=changed) is expected


@pytest.mark.parametrize(
    ("after", "alarmed", "expected"),
    [
        (12 * HOUR - MINUTE, 0, None),
        (12 * HOUR, 0, 12),
        (13 * HOUR, 12, None),
        (20 * HOUR, 12, 20),
        (22 * HOUR, 0, 20),
        (23 * HOUR, 20, 23),
        (DAY - timedelta(microseconds=1), 23, None),
        (DAY, 23, 24),
        (DAY, 0, 24),
        (30 * HOUR, 24, None),
    ],
)
def test_a_missing_bulletin_raises_an_alarm_after_12_20_and_23_hours_and_at_the_limit(
    after: timedelta, alarmed: int, expected: int | None
) -> None:
    assert alarm(closing(alarmed=alarmed), CLOSED_AT + after) == expected


@given(after=st.timedeltas(timedelta(), 10 * DAY), alarmed=st.integers(0, 24))
def test_an_issued_bulletin_raises_none(after: timedelta, alarmed: int) -> None:
    assert alarm(closing(revision=0, alarmed=alarmed), CLOSED_AT + after) is None


@given(jumps=st.lists(st.timedeltas(timedelta(), 30 * HOUR), max_size=40))
def test_however_the_clock_jumps_each_alarm_is_raised_once_and_in_order(jumps: list[timedelta]) -> None:
    raised: list[int] = []
    for after in sorted(jumps):
        due = alarm(closing(alarmed=max(raised, default=0)), CLOSED_AT + after)
        raised += [due] if due else []
    assert raised == sorted(set(raised))
    assert set(raised) <= {*ALARMS, 24}
    assert (24 in raised) == any(after >= DAY for after in jumps)


@given(seconds=st.integers(-86_400 * 400, 86_400 * 400))
def test_the_limit_is_exact_to_the_microsecond_at_any_time_of_the_year(seconds: int) -> None:
    closed = CLOSED_AT + timedelta(seconds=seconds)
    one = closing(closed_at=closed, due_at=closed + DAY)
    assert alarm(one, closed + DAY) == 24
    assert alarm(one, closed + DAY - timedelta(microseconds=1)) == 23


@pytest.mark.row(92)
@pytest.mark.usefixtures("host")
def test_a_host_in_any_zone_computes_the_same_limit() -> None:
    in_ordos = datetime.fromisoformat("2022-03-27T01:30:00+08:00")  # Berlin loses an hour that night
    one = closing(closed_at=in_ordos, due_at=in_ordos + DAY)
    assert one.due_at == datetime(2022, 3, 27, 17, 30, tzinfo=UTC)
    assert alarm(one, datetime(2022, 3, 27, 17, 30, tzinfo=UTC)) == 24
    assert alarm(one, datetime(2022, 3, 27, 17, 29, tzinfo=UTC)) == 23
