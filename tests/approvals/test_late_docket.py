"""A docket is locked before the day; late changes say why, and what leaves or replaces is kept (rows 16, 28, 30)."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given as arbitrary
from hypothesis import settings
from hypothesis import strategies as st

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.docket import AlreadyLocked, EmptyDocket, LateNeedsReason, NoSuchTarget
from services.approvals.domain.refusals import AlreadyDocketed, OtherSession, Postponed, SupersedesAnother, Withdrawn
from services.approvals.domain.state import totals
from shared.campaign import NotAllowed, StatedByService
from shared.events import ApplicationDocketed, ApplicationPostponed, ApplicationWithdrawn, DocketLocked, Event
from shared.posted import Caller
from shared.problems import NotYet, Refused
from shared.vocabulary import Outcome
from tests.approvals.worlds import DOCKETED, OPENED, SCHEDULED, SIGNED, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    DRC,
    OTHER_BANNER,
    OTHER_SESSION,
    application_docketed,
    application_postponed,
    application_withdrawn,
    approval_corrected,
    approval_signed,
    docket_locked,
    gated,
    licence_issued,
    owner,
    posted,
    prereviewed,
    project_code,
    returned,
    session_opened,
    session_scheduled,
)
from tests.deciding import Post, decide, given, refused

LOCKED: Post = (docket_locked(), DRC)
LATER = {"session": OTHER_SESSION}


def docketed_as(event_id: str, world: ApprovalsWorld, event: Event) -> ApprovalsWorld:
    """Let the DRC docket under an id of its own."""
    world.decide(posted(event, DRC, event_id))
    return world


@pytest.mark.row(16)
def test_a_late_addition_needs_a_reason_and_is_marked() -> None:
    world = planned(SCHEDULED, DOCKETED, LOCKED)
    refusal = refused(LateNeedsReason, world, application_docketed(project_code=project_code(2)), DRC)
    assert (refusal.status, refusal.row) == (422, 16)
    assert "已于2022-03-15 17:00锁定" in refusal.problem()["title"]
    added = application_docketed(project_code=project_code(2), late_reason="市长现场确定")
    fact = decide(world, added, BANNER_DRC)
    assert isinstance(fact, ApplicationDocketed)
    assert (fact.late, fact.late_reason) == (True, "市长现场确定")
    refused(StatedByService, world, application_docketed(project_code=project_code(3), late=True), DRC)


@pytest.mark.row(16, 28)
@pytest.mark.parametrize("leave", [application_withdrawn, application_postponed])
def test_what_leaves_after_the_lock_is_marked_and_before_it_is_not(leave: type[Event]) -> None:
    for posts, late in (([SCHEDULED, DOCKETED], None), ([SCHEDULED, DOCKETED, LOCKED], True)):
        fact = decide(planned(*posts), leave(), DRC)
        assert isinstance(fact, (ApplicationWithdrawn, ApplicationPostponed))
        assert fact.late is late


@pytest.mark.row(16)
def test_a_docket_is_locked_once_by_a_drc_and_not_when_empty() -> None:
    fact = decide(planned(SCHEDULED, DOCKETED), *LOCKED)
    assert isinstance(fact, DocketLocked)
    assert fact.applications == 1
    assert refused(AlreadyLocked, planned(SCHEDULED, DOCKETED, LOCKED), *LOCKED).status == 409
    refused(EmptyDocket, planned(SCHEDULED), *LOCKED)
    refused(EmptyDocket, planned(SCHEDULED, DOCKETED, (application_withdrawn(), DRC)), *LOCKED)
    refused(NotAllowed, planned(SCHEDULED, DOCKETED), docket_locked(), BANNER)


@pytest.mark.row(16)
def test_with_the_switch_on_nothing_is_decided_before_the_lock() -> None:
    world = given(ApprovalsWorld(), (gated("locked_docket"), DRC), SCHEDULED, OPENED, DOCKETED)
    assert refused(NotYet, world, *SIGNED).needs == f"{DocketLocked.type} {BANNER_SESSION}"
    decide(given(world, LOCKED), *SIGNED)


@pytest.mark.row(28)
def test_what_is_put_off_is_docketed_in_a_later_session_and_counts_in_both() -> None:
    put_off: Post = (application_postponed(to_session=OTHER_SESSION), DRC)
    world = planned(SCHEDULED, OPENED, DOCKETED, put_off)
    assert "资料尚待补正" in refused(Postponed, world, *SIGNED).problem()["title"]
    refused(Postponed, world, application_postponed(), DRC)
    given(world, (session_scheduled(**LATER), DRC), (session_opened(**LATER), OTHER_BANNER))
    given(world, (application_docketed(**LATER), DRC), (approval_signed(**LATER), owner()))
    before = totals(world.of_session(BANNER_SESSION), world.left(BANNER_SESSION))
    after = totals(world.of_session(OTHER_SESSION), world.left(OTHER_SESSION))
    assert (before.docketed, before.postponed, before.counts) == (1, 1, ())
    assert (after.docketed, after.postponed, after.counts[0].outcome) == (1, 0, Outcome.APPROVED)


@pytest.mark.row(28)
def test_nothing_is_put_off_to_an_earlier_session() -> None:
    world = planned((application_docketed(**LATER), DRC))
    refused(NoSuchTarget, world, application_postponed(**LATER, to_session=BANNER_SESSION), DRC)
    given(world, (application_postponed(**LATER), DRC))
    refused(Postponed, world, application_docketed(), DRC)


@pytest.mark.row(30)
def test_a_second_docketing_names_the_first_and_one_that_supersedes_it_replaces_it() -> None:
    world = docketed_as("drc-1", planned(SCHEDULED), application_docketed())
    refusal = refused(AlreadyDocketed, world, application_docketed(), DRC)
    assert (refusal.status, refusal.problem()["first_id"]) == (409, "drc-1")
    wrong = refused(SupersedesAnother, world, application_docketed(supersedes="drc-9"), DRC)
    assert wrong.problem()["first_id"] == "drc-1"
    decide(world, application_docketed(supersedes="drc-1", owner_name="更名后的示例企业"), DRC)
    (application,) = world.of_session(BANNER_SESSION)
    assert application.owner_name == "更名后的示例企业"
    refused(OtherSession, world, application_docketed(**LATER, supersedes="test-1"), DRC)


@pytest.mark.row(28, 30)
def test_what_was_withdrawn_may_be_applied_for_anew_in_another_session_only() -> None:
    world = docketed_as("drc-1", planned(SCHEDULED), application_docketed())
    given(world, (application_withdrawn(), DRC))
    refused(Withdrawn, world, application_docketed(supersedes="drc-1"), DRC)
    decide(world, application_docketed(**LATER, supersedes="drc-1"), DRC)
    assert totals(world.of_session(BANNER_SESSION), world.left(BANNER_SESSION)).withdrawn == 1


# Few applications, so that posts meet and contradict one another.
_WHAT = st.fixed_dictionaries(
    {"session": st.sampled_from([BANNER_SESSION, OTHER_SESSION]), "project_code": st.sampled_from([project_code()])}
)
_NUMBERS = st.sampled_from(["鄂环审字〔2022〕1号", "鄂环审字〔2022〕2号", None])
_OUTCOMES = st.sampled_from(Outcome)
_FIRSTS = st.sampled_from([None, *(f"test-{number}" for number in range(6))])


def _post(make: Callable[..., Event], by: Caller) -> st.SearchStrategy[Post]:
    return st.builds(lambda what: (make(**what), by), _WHAT)


_POSTS = st.lists(
    st.one_of(
        st.builds(lambda w, s: (application_docketed(**w, supersedes=s, late_reason="补列"), DRC), _WHAT, _FIRSTS),
        _post(application_docketed, DRC),
        _post(application_withdrawn, DRC),
        _post(application_postponed, DRC),
        st.builds(lambda w: (docket_locked(session=w["session"]), DRC), _WHAT),
        _post(prereviewed, owner()),
        _post(returned, owner()),
        st.builds(
            lambda w, o, n: (approval_signed(**w, outcome=o, document_number=n), owner()), _WHAT, _OUTCOMES, _NUMBERS
        ),
        st.builds(lambda w, o: (approval_corrected(**w, outcome=o), owner()), _WHAT, _OUTCOMES),
        st.builds(lambda w, n: (licence_issued(**w, number=f"证{n}"), owner()), _WHAT, st.integers(1, 3)),
    ),
    min_size=10,
    max_size=40,
)


@pytest.mark.row(16, 18, 28, 30, 59)
@arbitrary(_POSTS)
@settings(max_examples=150)
def test_no_accepted_sequence_reaches_an_illegal_docket(sequence: Sequence[Post]) -> None:
    world = given(ApprovalsWorld(), (gated("prereview", "other_signer", "own_documents"), DRC))
    for name, host in ((BANNER_SESSION, BANNER), (OTHER_SESSION, OTHER_BANNER)):
        given(world, (session_scheduled(session=name), DRC), (session_opened(session=name), host))
    for number, (event, by) in enumerate(sequence):
        before = dict(world.applications)
        try:
            world.decide(posted(event, by, f"test-{number}"))
        except Refused:
            assert world.applications == before
        for name in (BANNER_SESSION, OTHER_SESSION):
            _adds_up(world, name)
        for one in world.applications.values():
            assert one.outcome is None or one.standing
            assert (one.outcome is None) == (one.decision is None)
            assert not (one.licences and one.outcome is Outcome.FORWARDED)


def _adds_up(world: ApprovalsWorld, session: str) -> None:
    """Check that a session's figures add up to its docket, and that a locked docket has a place for everybody."""
    counted = totals(world.of_session(session), world.left(session))
    standing = [one for one in world.of_session(session) if one.standing]
    assert counted.docketed == counted.withdrawn + counted.postponed + sum(c.applications for c in counted.counts)
    assert len(standing) == sum(count.applications for count in counted.counts)
    assert counted.documents <= sum(one.outcome is not None for one in standing)
    if world.sessions[session].docket_locked_at is not None:
        assert {one.owner_code for one in standing} <= {place.owner_code for place in world.queue_of(session)}
