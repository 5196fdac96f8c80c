"""Draft, review, sign-off as rules (row 62): in this order, of what was read, by the city DRC, by two people."""

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bulletin.domain import refusals, signoff
from services.bulletin.domain.signoff import BulletinWorld, Prospect, Sent
from shared.campaign import NotAllowed, Registry, UnknownSession
from shared.events import (
    BulletinDrafted,
    BulletinReviewed,
    BulletinSignedOff,
    DeliveryResent,
    Event,
)
from shared.problems import NotYet, Refused
from tests.builders import BANNER, BANNER_DRC, BANNER_SESSION, DRC, OFFICE, PLAN, posted
from tests.bulletin.editions import edition
from tests.bulletin.stories import CLOSED_AT
from tests.deciding import decide
from tests.deciding import refused as refused_by

pytestmark = pytest.mark.row(62)

NOW: Final = CLOSED_AT + timedelta(hours=1)
HEAD: Final = {"name": "李某（虚构）", "post": "市发改委副主任"}
CHIEF: Final = {"name": "王某（虚构）", "post": "市发改委主任"}
FIRST: Final = Prospect(
    revision=0, complete=True, changed=False, cutoff={"/chunfeng/approvals": 9}, contents_sha256="a"
)


def world(prospect: Prospect | None = FIRST, **switches: Any) -> BulletinWorld:  # noqa: ANN401  (any switch)
    planned = PLAN.model_copy(update={"switches": PLAN.switches.model_copy(update=switches)})
    known = BulletinWorld(now=NOW, registries={PLAN.campaign: Registry(planned)})
    if prospect is not None:
        known.prospects[BANNER_SESSION] = prospect
    return known


def put_up() -> BulletinDrafted:
    return BulletinDrafted(session=BANNER_SESSION)


def review(draft: int = 1, **changes: object) -> BulletinReviewed:
    usual = {"session": BANNER_SESSION, "draft": draft, "reviewed_by": HEAD, "reviewed_at": NOW}
    return BulletinReviewed.model_validate(usual | changes)


def sign(draft: int = 1, **changes: object) -> BulletinSignedOff:
    usual = {"session": BANNER_SESSION, "draft": draft, "signed_by": CHIEF, "signed_at": NOW}
    return BulletinSignedOff.model_validate(usual | changes)


def test_a_draft_is_reviewed_and_signed_off_and_says_by_whom() -> None:
    known = world()
    draft = decide(known, put_up(), DRC)
    assert isinstance(draft, BulletinDrafted)
    assert (draft.draft, draft.revision, draft.complete, draft.cutoff) == (1, 0, True, FIRST.cutoff)
    decide(known, review(), DRC)
    decide(known, sign(), DRC)
    signed = known.drafts[BANNER_SESSION].sign_off
    assert signed is not None
    assert (signed.signed_by.name, signed.reviewed_by.name, signed.signed_at) == (CHIEF["name"], HEAD["name"], NOW)


def test_the_drc_may_put_up_a_draft_before_the_last_unit_has_reported() -> None:
    lacking = Prospect(revision=0, complete=False, changed=False, cutoff={}, contents_sha256="a")
    draft = decide(world(lacking), put_up(), DRC)
    assert isinstance(draft, BulletinDrafted)
    assert not draft.complete


@pytest.mark.row(88)
@pytest.mark.parametrize("by", [BANNER, BANNER_DRC, OFFICE], ids=lambda one: str(one.unit_name))
@pytest.mark.parametrize(
    "event", [put_up(), review(), sign(), DeliveryResent(session=BANNER_SESSION, revision=0, recipient="某")], ids=str
)
def test_nobody_but_the_city_drc_drafts_reviews_signs_or_resends(by: Any, event: Event) -> None:  # noqa: ANN401
    refused_by(NotAllowed, world(), event, by)


@pytest.mark.row(82)
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_what_comes_before_its_predecessor_waits_for_it(order: tuple[int, ...]) -> None:
    known, posts = world(), [put_up(), review(), sign()]
    waiting = [posts[number] for number in order]
    for _ in range(3):
        waiting = [event for event in waiting if not _decided(known, event)]
    assert known.drafts[BANNER_SESSION].sign_off is not None


def _decided(known: BulletinWorld, event: Event) -> bool:
    try:
        known.decide(posted(event, DRC))
    except NotYet:
        return False
    return True


def test_a_draft_waits_for_its_campaign_and_for_the_end_of_its_session() -> None:
    with pytest.raises(NotYet, match="Campaign planned"):
        BulletinWorld(now=NOW).decide(posted(put_up(), DRC))
    with pytest.raises(NotYet, match="Session closed"):
        world(None).decide(posted(put_up(), DRC))
    unknown = BulletinDrafted(session=f"{PLAN.campaign}-150699")
    refused_by(UnknownSession, world(), unknown, DRC)


def test_a_review_or_sign_off_is_of_the_draft_that_was_read() -> None:
    known = world()
    decide(known, put_up(), DRC)
    decide(known, review(), DRC)
    decide(known, put_up(), DRC)
    assert refused_by(refusals.AnotherDraft, known, sign(1), DRC).fields["newest"] == 2
    with pytest.raises(NotYet):
        known.decide(posted(sign(2), DRC))


def test_a_draft_sent_back_is_not_signed_until_another_one_has_passed() -> None:
    known = world()
    decide(known, put_up(), DRC)
    decide(known, review(passed=False, remarks="请核对容缺事项"), DRC)
    refused_by(refusals.SentBack, known, sign(), DRC)
    decide(known, put_up(), DRC)
    decide(known, review(2), DRC)
    decide(known, sign(2), DRC)


def test_the_same_person_may_not_review_and_sign_unless_the_campaign_says_so() -> None:
    for two_persons in (True, False):
        known = world(two_persons=two_persons)
        decide(known, put_up(), DRC)
        decide(known, review(), DRC)
        if two_persons:
            refused_by(refusals.SamePerson, known, sign(signed_by=HEAD), DRC)
        else:
            decide(known, sign(signed_by=HEAD), DRC)


@pytest.mark.parametrize("step", [1, 2])
def test_a_draft_is_reviewed_once_and_signed_once(step: int) -> None:
    known = world()
    for event in (put_up(), review(), sign())[: step + 1]:
        decide(known, event, DRC)
    refused_by(refusals.AlreadyDecided, known, (put_up(), review(), sign())[step], DRC)


def test_what_is_signed_stands_no_other_draft_takes_its_place() -> None:
    known = world()
    for event in (put_up(), review(), sign()):
        decide(known, event, DRC)
    refused_by(refusals.AlreadyDecided, known, put_up(), DRC)


@pytest.mark.parametrize("late", [review(reviewed_at=NOW + timedelta(hours=1)), review(reviewed_at=CLOSED_AT)])
def test_times_are_in_order_and_not_in_the_future(late: BulletinReviewed) -> None:
    known = world()
    decide(known, put_up(), DRC)
    refused_by(refusals.NotInOrder, known, late, DRC)
    decide(known, review(), DRC)
    refused_by(refusals.NotInOrder, known, sign(signed_at=late.reviewed_at), DRC)


def test_an_edition_that_is_out_is_neither_reviewed_nor_signed() -> None:
    known = world()
    decide(known, put_up(), DRC)
    known.issued[BANNER_SESSION] = 0
    refused_by(refusals.AlreadyIssued, known, review(), DRC)
    refused_by(refusals.AlreadyIssued, known, sign(), DRC)


@pytest.mark.row(63)
def test_a_correction_is_drafted_only_where_something_changed() -> None:
    same = Prospect(revision=1, complete=True, changed=False, cutoff={}, contents_sha256="b")
    refused_by(refusals.NothingToCorrect, world(same), put_up(), DRC)
    draft = decide(world(Prospect(1, True, True, {}, "b")), put_up(), DRC)  # noqa: FBT003  (complete, changed)
    assert isinstance(draft, BulletinDrafted)
    assert draft.revision == 1


@given(order=st.permutations([put_up(), review(), sign(), put_up(), review(2), sign(2)]))
def test_in_whatever_order_never_more_than_one_draft_is_signed_and_none_unread(order: list[Event]) -> None:
    known, facts = world(), list[Event]()
    for event in order * 4:
        try:
            facts += known.decide(posted(event, DRC))
        except Refused:
            continue
    signed = [one for one in facts if isinstance(one, BulletinSignedOff)]
    reviewed = [one.draft for one in facts if isinstance(one, BulletinReviewed)]
    assert len(signed) <= 1
    assert {one.draft for one in signed} <= set(reviewed)


@pytest.mark.row(63)
@given(number=st.integers(1, 99), hours=st.integers(0, 100), cutoff=st.integers(1, 99))
def test_contents_are_the_same_whatever_their_number_time_and_cutoff(number: int, hours: int, cutoff: int) -> None:
    one = edition(3)
    other = one.model_copy(
        update={"number": number, "issued_at": NOW + timedelta(hours=hours), "cutoff": {"a": cutoff}, "draft": 1}
    )
    assert signoff.contents_sha256(one) == signoff.contents_sha256(other)
    assert signoff.contents_sha256(one) != signoff.contents_sha256(edition(4))


@pytest.mark.row(66)
def test_a_person_may_have_sent_again_what_has_failed_arrived_or_is_in_doubt() -> None:
    for state in ("failed", "unknown", "delivered"):
        known = world()
        known.deliveries[BANNER_SESSION, 0, "市委宣传部"] = Sent(state, 3)
        event = DeliveryResent(session=BANNER_SESSION, revision=0, recipient="市委宣传部")
        decide(known, event, DRC)
        assert known.resent == [event]
        refused_by(refusals.OnItsWay, known, event, DRC)
    refused_by(refusals.NoSuchDelivery, world(), event, DRC)
