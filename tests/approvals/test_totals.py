"""Whatever is posted in whatever order, the figures of a session add up to what was published."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import totals
from shared.events import (
    ApplicationDocketed,
    ApplicationEvent,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    Event,
    LicenceIssued,
    SessionClosed,
)
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome, Scope
from tests.approvals.worlds import planned
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
    application_withdrawn,
    approval_corrected,
    approval_signed,
    caller,
    licence_issued,
    posted,
    project_code,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.deciding import Post

SESSIONS = (BANNER_SESSION, CITY_SESSION)
SCOPES = {BANNER_SESSION: Scope.CITY_KEY, CITY_SESSION: Scope.CITY_OWN}
ANYBODY = [
    DRC,
    OFFICE,
    BANNER,
    OTHER_BANNER,
    BANNER_DRC,
    *(caller(bureau, place) for bureau in ("ecology", "water") for place in (CITY_DIVISION, DONGSHENG)),
]
# Few applications and numbers, so that posts meet, contradict and repeat one another; the last two never belong.
applications = st.sampled_from(
    [
        {"session": BANNER_SESSION, "level": Level.CITY},
        {"session": BANNER_SESSION, "level": Level.BANNER, "formality": Formality.WATER_ABSTRACTION},
        {"session": CITY_SESSION, "level": Level.CITY, "project_code": project_code(2)},
        {"session": CITY_SESSION, "level": Level.CITY},
        {"session": CITY_SESSION, "level": Level.BANNER, "project_code": project_code(3)},
    ]
)
outcomes = st.sampled_from(Outcome)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(lambda what: application_docketed(**what, scope=SCOPES[what["session"]]), applications),
    st.builds(lambda what, scope: application_docketed(**what, scope=scope), applications, st.sampled_from(Scope)),
    st.builds(lambda what: application_withdrawn(**what), applications),
    st.builds(lambda what, outcome: approval_signed(**what, outcome=outcome), applications, outcomes),
    st.builds(lambda what, outcome: approval_corrected(**what, outcome=outcome), applications, outcomes),
    st.builds(lambda what, n: licence_issued(**what, number=f"证{n}"), applications, st.integers(1, 3)),
    st.sampled_from([session_closed(session=name) for name in SESSIONS]),
)


def _entitled(event: Event) -> Caller:
    """Return who may post an event, whether or not its time has come."""
    if isinstance(event, (ApplicationDocketed, ApplicationWithdrawn)):
        return DRC
    if isinstance(event, ApplicationEvent):
        bureau = "ecology" if event.formality is Formality.ENVIRONMENTAL_IMPACT else "water"
        return caller(bureau, CITY_DIVISION if event.level is Level.CITY else event.session[-6:])
    return OFFICE if event.session == CITY_SESSION else caller("government", event.session[-6:])  # type: ignore[attr-defined]


entitled = events.map(lambda event: (event, _entitled(event)))
posts = st.lists(st.one_of(entitled, entitled, entitled, st.tuples(events, st.sampled_from(ANYBODY))), min_size=25)


def _open_sessions() -> ApprovalsWorld:
    openings = [(session_opened(session=name), _entitled(session_closed(session=name))) for name in SESSIONS]
    return planned(*((session_scheduled(session=name), DRC) for name in SESSIONS), *openings)


def _play(world: ApprovalsWorld, sequence: Sequence[Post]) -> list[Event]:
    """Return the facts that followed; refusals leave nothing."""
    facts: list[Event] = []
    for number, (event, by) in enumerate(sequence):
        try:
            facts += world.decide(posted(event, by, f"test-{number}"))
        except Refused:
            continue
    return facts


def _of(facts: Sequence[Event], *kinds: type[Event]) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, kinds)]


@pytest.mark.row(26, 59)
@given(posts)
@settings(max_examples=150)
def test_totals_by_level_formality_and_outcome_add_up_to_the_docket(sequence: list[Post]) -> None:
    world = _open_sessions()
    facts = _play(world, sequence)
    for name in SESSIONS:
        counted = totals(world.of_session(name))
        of_session = [fact for fact in facts if getattr(fact, "session", None) == name]
        in_force = {fact.subject: fact for fact in _of(of_session, ApprovalSigned, ApprovalCorrected)}
        assert counted.docketed == len(_of(of_session, ApplicationDocketed))
        assert counted.withdrawn == len(_of(of_session, ApplicationWithdrawn))
        assert counted.licences == len(_of(of_session, LicenceIssued))
        assert counted.withdrawn + sum(count.applications for count in counted.counts) == counted.docketed
        cells = Counter((fact.level, fact.formality, fact.outcome) for fact in in_force.values())
        decided = [count for count in counted.counts if count.outcome is not None]
        assert {(count.level, count.formality, count.outcome): count.applications for count in decided} == cells


@pytest.mark.row(21, 30)
@given(posts)
@settings(max_examples=150)
def test_an_application_has_one_decision_and_a_forwarded_one_no_licence(sequence: list[Post]) -> None:
    world = _open_sessions()
    facts = _play(world, sequence)
    signed = Counter(fact.subject for fact in _of(facts, ApprovalSigned))
    assert all(times == 1 for times in signed.values())
    assert all(fact.subject in signed for fact in _of(facts, ApprovalCorrected, LicenceIssued))
    licensed = {fact.subject for fact in _of(facts, LicenceIssued)}
    forwarded = {name for name, state in world.applications.items() if state.outcome is Outcome.FORWARDED}
    assert licensed.isdisjoint(forwarded)
    assert signed.keys().isdisjoint(fact.subject for fact in _of(facts, ApplicationWithdrawn))


@pytest.mark.row(59)
@given(posts)
@settings(max_examples=100)
def test_a_session_closes_once_with_the_totals_of_that_moment(sequence: list[Post]) -> None:
    world = _open_sessions()
    closings = Counter[str]()
    for post in sequence:
        before = {name: totals(world.of_session(name)) for name in SESSIONS}
        for fact in _of(_play(world, [post]), SessionClosed):
            closings[fact.session] += 1
            assert fact.totals == before[fact.session]
    assert set(closings.values()) <= {1}
