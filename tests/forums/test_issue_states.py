"""Whatever is posted in whatever order, an open issue has somebody who owes the next step, and a day (row 35)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as arbitrary
from hypothesis import settings
from hypothesis import strategies as st

from services.forums.domain import ForumsWorld
from services.forums.domain.issue import OPEN, SETTLED, UNSETTLED, Issue, standing_of
from shared import workdays
from shared.clock import shanghai_date
from shared.events import IssueEvent
from shared.posted import Caller
from shared.problems import NotYet, Refused
from shared.vocabulary import IssueState
from tests.builders import BANNER, DRC, OFFICE, PLAN, at, posted
from tests.deciding import Post
from tests.forums import issuing
from tests.forums.issuing import DISPATCHED, HOUSING, LAND, PARK, RESOLVED, WATER, issue_in, with_issue

UNITS = (LAND, WATER, HOUSING)
MOMENTS = {
    "answered": "answered_at",
    "dispatched": "dispatched_at",
    "objected": "objected_at",
    "dismissed": "dismissed_at",
    "reassigned": "reassigned_at",
    "asked": "asked_at",
    "extended": "extended_at",
    "extension_refused": "refused_at",
    "resolved": "resolved_at",
    "feedback": "given_at",
    "closed_out": "closed_at",
    "reopened": "reopened_at",
    "withdrawn": "withdrawn_at",
}
steps = st.tuples(
    st.sampled_from(["clock", *MOMENTS, *(3 * [one for one in MOMENTS if one not in {"answered", "withdrawn"}])]),
    st.sampled_from([None, None, None, *UNITS, DRC, OFFICE, BANNER, PARK]),
    st.sampled_from(UNITS),
    st.sampled_from([0, 0, 1, 1, 2, 9]),
    st.booleans(),
)


def _fitting(what: str, issue: Issue) -> Caller:
    """Return the caller whose step it would be."""
    if what in {"objected", "asked", "resolved"}:
        return next((one for one in UNITS if one.unit == issue.lead), LAND)
    return PARK if what == "feedback" else DRC


def _event(what: str, unit: Caller, day: int, *, kind: bool) -> IssueEvent:
    moment = at(10, days=day)
    changes: dict[str, Any] = {MOMENTS[what]: moment}
    match what:
        case "dispatched" | "reassigned":
            changes |= {"lead": unit.unit, "assisting": []}
        case "objected":
            changes["right_unit"] = unit.unit
        case "answered":
            changes["unit"] = unit.unit
        case "asked" | "extended":
            changes["until"] = (moment + timedelta(days=30)).date()
        case "feedback":
            changes["feedback"] = "satisfied" if kind else "dissatisfied"
        case "closed_out":
            changes["reason"] = "企业已注销。" if kind else None
    made: IssueEvent = getattr(issuing, what)(**changes)
    return made


def _check(issue: Issue, world: ForumsWorld) -> None:
    if issue.state in OPEN:
        assert issue.owner is not None
        assert issue.due is not None
        assert world.registries[PLAN.campaign].unit(issue.owner) is not None
    else:
        assert (issue.owner, issue.due, issue.next_at) == (None, None, None)
        assert issue.closed_at is not None
    assert (issue.next_at is None) is (issue.state not in UNSETTLED or issue.escalated)
    assert not issue.escalated or issue.state in UNSETTLED
    if issue.state == IssueState.DISPATCHED:
        assert issue.owner == issue.lead
        assert issue.dispatched_at is not None
        assert issue.due is not None
        last = workdays.after(shanghai_date(issue.dispatched_at), PLAN.switches.issues.most_days)
        assert issue.due <= last
    assert issue.state not in SETTLED or (issue.answer and issue.answered_by)
    if issue.state != IssueState.DISPATCHED:
        assert (issue.objects_for, issue.asked_until) == (None, None)


@pytest.mark.row(35)
@arbitrary(st.sampled_from([(), (DISPATCHED,), (DISPATCHED, RESOLVED)]), st.lists(steps, max_size=24))
@settings(max_examples=300)
def test_no_accepted_sequence_leaves_an_open_issue_without_owner_or_due_day(
    begun: tuple[Post, ...],
    sequence: list[tuple[str, Caller | None, Caller, int, bool]],
) -> None:
    world, day = with_issue(*begun), 12 if len(begun) > 1 else len(begun)
    for what, by, unit, pause, kind in sequence:
        day += pause
        before = issue_in(world)
        if what == "clock":
            issuing.pass_time(world, day)
        else:
            try:
                (fact,) = world.decide(posted(_event(what, unit, day, kind=kind), by or _fitting(what, before)))
            except (Refused, NotYet):
                assert issue_in(world) == before
            else:
                assert isinstance(fact, IssueEvent)
                assert fact.standing == standing_of(issue_in(world), world.registries[PLAN.campaign])
        _check(issue_in(world), world)
