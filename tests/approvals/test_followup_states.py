"""Whatever is posted and however time passes, a follow-up is in a state the rules know."""

from datetime import timedelta

import pytest
from hypothesis import given as arbitrary
from hypothesis import settings
from hypothesis import strategies as st

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.lights import OPEN
from shared.events import (
    ApprovalSigned,
    DeferralMadeGood,
    DeferralOverdue,
    DeferralReminded,
    DeferralRevoked,
    Event,
    ForwardReceived,
    ForwardResolved,
)
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import Outcome
from tests.approvals.following import DEFERRED, FORWARDED, LIST, SUBJECT, made_good, received, resolved, revoked
from tests.approvals.worlds import opened
from tests.builders import approval_corrected, at, deferral, forwarding, owner, posted

materials = st.lists(st.sampled_from([*LIST, "别的材料"]), min_size=1, max_size=2)
days = st.integers(-1, 60)
steps = st.one_of(
    st.tuples(st.just("made good"), materials, days),
    st.tuples(st.just("revoked"), st.just([]), days),
    st.tuples(st.just("received"), st.just([]), days),
    st.tuples(st.just("resolved"), st.just([]), days),
    st.tuples(st.just("corrected"), st.sampled_from([[one] for one in Outcome]), days),
    st.tuples(st.just("clock"), st.just([]), days),
)


def _event(what: str, words: list[str], day: int) -> Event:
    moment = at(10, days=day)
    if what == "corrected":
        outcome = Outcome(words[0])
        due = max(moment.date(), at(9).date())
        return approval_corrected(
            outcome=outcome,
            deferral=deferral(missing=LIST, due=due) if outcome is Outcome.DEFERRED else None,
            forwarding=forwarding(target_body=f"第{day % 2}厅") if outcome is Outcome.FORWARDED else None,
        )
    made: dict[str, Event] = {
        "made good": made_good(*(words or LIST), supplied_at=moment),
        "revoked": revoked(revoked_at=moment),
        "received": received(received_on=moment.date()),
        "resolved": resolved(decided_on=moment.date(), told_at=moment + timedelta(hours=1)),
    }
    return made[what]


def _check(world: ApprovalsWorld, facts: list[Event]) -> None:
    follow = world.followups[SUBJECT]
    outcome = world.applications[SUBJECT].outcome
    assert follow.kind is (None if outcome is Outcome.APPROVED else outcome)
    assert (follow.state in OPEN) is follow.open
    assert set(follow.supplied) <= set(follow.missing)
    assert follow.revoked is None or (follow.overdue and follow.outstanding)
    assert follow.kind is Outcome.DEFERRED or not (follow.missing or follow.overdue or follow.revoked)
    assert follow.kind is Outcome.FORWARDED or not (follow.receipt_number or follow.result)
    assert follow.next_at is None or (follow.open and not follow.overdue)
    overdue = [fact for fact in facts if isinstance(fact, DeferralOverdue)]
    ends = [fact for fact in facts if isinstance(fact, DeferralRevoked)]
    assert len(ends) <= len(overdue) <= follow.turn + 1


@pytest.mark.row(19, 20)
@arbitrary(st.sampled_from([DEFERRED, FORWARDED]), st.lists(steps, max_size=14))
@settings(max_examples=150)
def test_no_sequence_of_posts_and_days_reaches_an_illegal_state(
    decision: tuple[ApprovalSigned, Caller], sequence: list[tuple[str, list[str], int]]
) -> None:
    world, facts = opened(decision), list[Event]()
    for what, words, day in sequence:
        if what == "clock":
            while (moment := world.followups[SUBJECT].next_at) is not None and moment <= at(0, days=day):
                after, fact = world.followups[SUBJECT].at_its_hour()
                world.put_followup(after)
                facts.append(fact)
        else:
            before = world.followups[SUBJECT]
            try:
                facts += world.decide(posted(_event(what, words, day), owner()))
            except Refused:
                assert world.followups[SUBJECT] == before
        _check(world, facts)
    assert all(
        fact.standing is not None
        for fact in facts
        if isinstance(fact, (DeferralMadeGood, ForwardReceived, ForwardResolved, DeferralReminded))
    )
