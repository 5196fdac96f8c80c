"""No accepted sequence of scheduling requests ends with a session out of order, out of place or in an illegal state."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.actions import read_actions
from shared.clock import shanghai_date
from shared.events import Event
from shared.problems import Refused
from shared.vocabulary import Action
from tests.approvals.worlds import planned
from tests.builders import (
    BANNER,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_BANNER,
    OTHER_SESSION,
    PLAN,
    at,
    posted,
    session_closed,
    session_opened,
    session_scheduled,
    venue,
)
from tests.preparing import action_scheduled, session_cancelled, session_ready, session_rescheduled

SESSIONS = (BANNER_SESSION, OTHER_SESSION, CITY_SESSION)
HOSTS = {BANNER_SESSION: BANNER, OTHER_SESSION: OTHER_BANNER, CITY_SESSION: OFFICE}
days, hours = st.integers(0, 3), st.integers(7, 20)
sessions = st.sampled_from(SESSIONS)
venues = st.sampled_from([venue(session) for session in SESSIONS])


@st.composite
def requests(draw: st.DrawFn) -> tuple[Event, str]:
    """Draw something somebody may ask of a session, lawful or not."""
    session, when = draw(sessions), at(draw(hours), draw(st.sampled_from([0, 30])), days=draw(days))
    # Half of the venues are the right one, or few sequences would get anywhere.
    place = draw(st.one_of(st.just(venue(session)), venues))
    asked: Sequence[Event] = (
        session_scheduled(session=session, starts_at=when, venue=place),
        session_rescheduled(session=session, starts_at=when, venue=place),
        action_scheduled(
            session=session,
            action=draw(st.sampled_from(list(Action))),
            starts_at=when,
            minutes=draw(st.one_of(st.none(), st.integers(1, 300))),
        ),
        session_cancelled(session=session),
        session_ready(session=session),
        session_opened(session=session, opened_at=when),
        session_closed(session=session, closed_at=when),
    )
    return draw(st.sampled_from(asked)), session


def check_lawful(world: ApprovalsWorld) -> None:
    """Hold every session against the notice."""
    city = world.sessions[CITY_SESSION]
    for one in PLAN.sessions:
        state = world.sessions[one.session]
        if state.scheduled_at is None:
            assert (state.venue, state.actions, state.ready_at, state.opened_at) == (None, None, None, None)
            continue
        assert state.cancelled_at is None
        assert state.venue_kind == venue(one.session)["kind"]
        if city.scheduled_at is not None and one.session != CITY_SESSION:
            assert state.scheduled_at < city.scheduled_at, "the city session is the last"
        plan = {action.action: action for action in read_actions(state.actions)}
        templates = PLAN.actions[one.kind]
        assert list(plan) == [template.action for template in templates]
        assert plan[Action.APPROVAL].starts_at == state.scheduled_at
        for template in templates:
            action = plan[template.action]
            assert {shanghai_date(action.starts_at), shanghai_date(action.ends_at or action.starts_at)} == {
                shanghai_date(state.scheduled_at)
            }
            for before in template.after:
                end = plan[before].ends_at
                assert end is not None
                assert action.starts_at >= end
        assert state.closed_at is None or (state.opened_at is not None and state.opened_at <= state.closed_at)


@pytest.mark.row(3, 4, 5, 6, 7)
@settings(max_examples=120)
@given(st.lists(requests(), max_size=14))
def test_no_accepted_sequence_of_requests_breaks_the_notice(asked: list[tuple[Event, str]]) -> None:
    world = planned()
    for event, session in asked:
        before = dict(world.sessions)
        by = HOSTS[session] if event.type.startswith(("chunfeng.session.opened", "chunfeng.session.closed")) else DRC
        try:
            world.decide(posted(event, by))
        except Refused:
            assert world.sessions == before, "a refusal leaves no trace"
        check_lawful(world)
