"""Places by class, 15, 10 and 15 persons; the waitlist moves up in order; a locked roster changes with a reason."""

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.forums.domain import ForumsWorld
from services.forums.domain.gathering import of_class, waitlist
from services.forums.domain.refusals import (
    AlreadyOnRoster,
    AlreadyWaiting,
    ClassFull,
    HasWithdrawn,
    LateNeedsReason,
    NotInvited,
    NotOfTheClass,
    ParticipantIdTaken,
    RosterIsLocked,
)
from services.forums.domain.roster import CAPS
from shared.campaign import NotAllowed, NotInCitySession, WrongDivision
from shared.events import (
    ParticipantPromoted,
    ParticipantsConfirmed,
    ParticipantsWaitlisted,
    ParticipantWithdrawn,
    RosterLocked,
)
from shared.problems import NotYet, Refused
from shared.vocabulary import ForumClass
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, OFFICE, OTHER_BANNER, PLAN, caller, posted
from tests.deciding import decide, refused
from tests.forums.gatherings import (
    INVITED,
    LOCKED,
    confirmed,
    head,
    heads,
    heard,
    local,
    locked,
    official,
    officials,
    replaced,
    withdrawn,
)


def seated(world: ForumsWorld, kind: ForumClass = ForumClass.CITY) -> list[str]:
    return [one.participant for one in of_class(world.roster_of(BANNER_SESSION).values(), kind)]


def queued(world: ForumsWorld, kind: ForumClass = ForumClass.CITY) -> list[str]:
    return [one.participant for one in waitlist(world.roster_of(BANNER_SESSION).values(), kind)]


@pytest.mark.row(32)
@pytest.mark.parametrize(("kind", "cap"), [("city", 15), ("banner", 10), ("enterprise", 15)])
def test_whoever_comes_after_the_last_place_is_refused_and_waits(kind: str, cap: int) -> None:
    person = {"city": official, "banner": local, "enterprise": head}[kind]
    by = OFFICE if kind == "city" else BANNER
    world = heard(INVITED, (confirmed(*(person(number) for number in range(cap)), kind=kind), by))
    refusal = refused(ClassFull, world, confirmed(person(cap), kind=kind), by)
    assert (refusal.status, refusal.row) == (409, 32)
    assert f"名额{cap}人已满" in refusal.problem()["title"]
    assert "候补第1位" in refusal.problem()["title"]
    (waits,) = refusal.consequences
    assert isinstance(waits, ParticipantsWaitlisted)
    assert [(one.person.name, one.number) for one in waits.waiting] == [(person(cap)["name"], 1)]
    assert queued(world, ForumClass(kind)) == [f"{kind}-{cap}"]


@pytest.mark.row(32)
def test_of_a_list_too_long_the_first_get_places_and_the_rest_wait_in_order() -> None:
    world = heard(INVITED, officials(13))
    facts = world.decide(posted(confirmed(*(official(number) for number in (14, 15, 16, 17))), OFFICE))
    assert [type(fact) for fact in facts] == [ParticipantsConfirmed, ParticipantsWaitlisted]
    assert seated(world)[-2:] == ["city-14", "city-15"]
    assert queued(world) == ["city-16", "city-17"]


@pytest.mark.row(32)
def test_the_waitlist_moves_up_in_order_when_somebody_withdraws() -> None:
    world = heard(INVITED, officials(17))
    gone, moved = world.decide(posted(withdrawn("city-3"), OFFICE))
    assert isinstance(gone, ParticipantWithdrawn)
    assert isinstance(moved, ParticipantPromoted)
    assert moved.person.participant == "city-16"
    assert seated(world)[-1] == "city-16"
    assert queued(world) == ["city-17"]
    assert len(world.decide(posted(withdrawn("city-17"), OFFICE))) == 1, "nobody moves for one who only waited"


@pytest.mark.row(32)
def test_city_leaders_stand_outside_the_caps_unless_the_campaign_counts_them() -> None:
    leader = confirmed(official(99), kind="leader")
    decide(heard(INVITED, officials(15)), leader, OFFICE)
    counting = PLAN.model_copy(update={"switches": PLAN.switches.model_copy(update={"leaders_in_caps": True})})
    refused(ClassFull, heard(INVITED, officials(15), plan=counting), leader, OFFICE)


@pytest.mark.row(32)
def test_nobody_is_listed_twice_whatever_the_id() -> None:
    world = heard(INVITED, officials(16))
    refused(AlreadyOnRoster, world, confirmed(official(1)), OFFICE)
    refused(AlreadyOnRoster, world, confirmed(official(1, participant="another")), OFFICE)
    assert refused(AlreadyWaiting, world, confirmed(official(16)), OFFICE).status == 409
    refused(ParticipantIdTaken, world, confirmed(official(40, participant="city-2")), OFFICE)
    refused(AlreadyOnRoster, world, confirmed(official(41), official(42, name=official(41)["name"])), OFFICE)


@pytest.mark.row(32)
def test_who_withdrew_may_come_back_behind_those_who_wait() -> None:
    world = heard(INVITED, officials(16), (withdrawn("city-1"), OFFICE))
    refused(HasWithdrawn, world, withdrawn("city-1"), OFFICE)
    refused(ClassFull, world, confirmed(official(1)), OFFICE)
    assert queued(world) == ["city-1"]


@pytest.mark.row(32)
def test_a_locked_roster_tells_everybody_on_it_and_changes_only_by_the_organisers_with_a_reason() -> None:
    world = heard(INVITED, officials(2), heads(1))
    fact = decide(world, *LOCKED)
    assert isinstance(fact, RosterLocked)
    assert {one.kind.value: (one.cap, len(one.participants)) for one in fact.roster or ()} == {
        "city": (15, 2),
        "banner": (10, 0),
        "enterprise": (15, 1),
        "leader": (None, 0),
    }
    assert refused(RosterIsLocked, world, confirmed(head(2), kind="enterprise"), BANNER).status == 409
    refused(RosterIsLocked, world, withdrawn("enterprise-1"), BANNER)
    refused(LateNeedsReason, world, confirmed(official(3)), OFFICE)
    late = decide(world, confirmed(official(3), reason="新增用地议题"), OFFICE)
    assert isinstance(late, ParticipantsConfirmed)
    assert (late.late, late.reason) == (True, "新增用地议题")
    refused(RosterIsLocked, world, locked(), DRC)


@pytest.mark.row(32)
def test_a_unit_sends_another_of_its_people_and_the_waitlist_does_not_move() -> None:
    world = heard(INVITED, officials(16))
    other = official(50, participant="city-2b", name="替换（虚构）")
    decide(world, replaced("city-2", other), OFFICE)
    assert seated(world)[1] == "city-2b"
    assert queued(world) == ["city-16"]
    refused(NotOfTheClass, world, replaced("city-3", official(51, "tax")), OFFICE)


@pytest.mark.row(31, 32)
def test_a_department_comes_once_it_is_invited() -> None:
    assert refused(NotYet, heard(), confirmed(), OFFICE).needs.startswith("chunfeng.departments.invited.v1")
    refused(NotInvited, heard(INVITED), confirmed(official(1, "water")), OFFICE)


@pytest.mark.row(75, 88)
def test_departments_name_their_own_people_and_banners_theirs() -> None:
    world = heard(INVITED)
    decide(world, confirmed(official(1, "tax")), caller("tax"))
    refused(NotAllowed, world, confirmed(official(2, "tax")), caller("ecology"))
    refused(NotAllowed, world, confirmed(official(2, "tax")), BANNER)
    refused(NotOfTheClass, world, confirmed(official(2, "publicity")), OFFICE)
    refused(NotOfTheClass, world, confirmed(local(1, unit=OTHER_BANNER.unit), kind="banner"), BANNER)
    refused(NotOfTheClass, world, confirmed(head(1, organisation=None), kind="enterprise"), BANNER)
    refused(WrongDivision, world, confirmed(head(1), kind="enterprise"), OTHER_BANNER)


@pytest.mark.row(2)
def test_the_city_session_has_no_roster() -> None:
    refused(NotInCitySession, heard(), confirmed(session=CITY_SESSION), DRC)


@over(st.lists(st.tuples(st.booleans(), st.integers(1, 24), st.integers(1, 3)), max_size=40))
@pytest.mark.row(32)
def test_whatever_is_posted_no_cap_is_passed_and_nobody_waits_while_a_place_is_free(
    steps: list[tuple[bool, int, int]],
) -> None:
    world, order = heard(INVITED), list[str]()
    for comes, number, count in steps:
        event = (
            confirmed(*(official(one) for one in range(number, number + count)))
            if comes
            else withdrawn(f"city-{number}")
        )
        try:
            facts = world.decide(posted(event, OFFICE))
        except Refused as refusal:
            facts = refusal.consequences
        for fact in facts:
            if isinstance(fact, ParticipantsWaitlisted):
                order += [one.person.participant for one in fact.waiting]
            elif isinstance(fact, ParticipantPromoted):
                assert fact.person.participant == order.pop(0), "the first of the waitlist moves up"
            elif isinstance(fact, ParticipantWithdrawn) and fact.participant in order:
                order.remove(fact.participant)
        assert len(seated(world)) <= CAPS[ForumClass.CITY]
        assert queued(world) == order
        assert not order or len(seated(world)) == CAPS[ForumClass.CITY]
