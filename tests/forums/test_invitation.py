"""Needs reported beforehand lead to departments out of the 18, and each one's reason is kept."""

import pytest

from services.forums.domain.invitation import (
    InvitedTwice,
    NeedNumberTaken,
    NeedUnknown,
    NoReason,
    NotOfTheEighteen,
    TooManyInvited,
    suggest,
)
from services.forums.domain.topics import IN_CHARGE, the_eighteen, topics_of
from shared.campaign import NotAllowed, NotInCitySession, Registry
from shared.events import DepartmentsInvited, ForumNeedWithdrawn
from shared.posted import Caller
from shared.vocabulary import PolicyTopic
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, OFFICE, PLAN, caller, unit
from tests.deciding import decide, refused
from tests.forums.gatherings import CODES, heard, invited, need

REGISTRY = Registry(PLAN)


@pytest.mark.row(31)
def test_a_need_tagged_land_proposes_the_natural_resources_bureau_with_the_reason() -> None:
    world = heard((need(tags=["用地"]), BANNER))
    ((one,), unplaced) = suggest(REGISTRY, world.needs.values())
    assert one.unit.name == "市自然资源局"
    assert one.reason == "示例企业（虚构）提出“用地”，属用地与规划"
    assert unplaced == []


@pytest.mark.row(31)
@pytest.mark.parametrize(
    ("tag", "bureau"),
    [
        ("用地指标", "natural-resources"),
        ("电力接入", "energy"),
        ("融资贷款", "finance"),
        ("留抵退税", "tax"),
        ("林地手续", "forestry-grassland"),
        ("取水许可", "water"),
        ("finance", "finance"),
        ("环评与排污", "ecology"),
    ],
)
def test_what_banners_write_leads_to_the_department_in_charge(tag: str, bureau: str) -> None:
    world = heard((need(tags=[tag]), BANNER))
    suggested, _ = suggest(REGISTRY, world.needs.values())
    assert [one.unit.bureau for one in suggested] == [bureau]


@pytest.mark.row(31)
def test_a_need_that_none_of_the_18_is_in_charge_of_is_shown_rather_than_forgotten() -> None:
    world = heard((need(tags=["招工用工"]), BANNER))
    suggested, unplaced = suggest(REGISTRY, world.needs.values())
    assert suggested == []
    assert [one.need for one in unplaced] == ["need-1"]


@pytest.mark.row(31)
def test_suggestions_stand_in_the_notices_order_and_beyond_15_those_with_fewest_needs_are_marked() -> None:
    topics = [topic for topic in PolicyTopic if IN_CHARGE[topic]]
    posts = [(need(need=f"need-{place}", tags=[topic.zh]), BANNER) for place, topic in enumerate(topics)]
    twice = [(need(need=f"again-{place}", tags=[topic.zh]), BANNER) for place, topic in enumerate(topics[2:])]
    suggested, _ = suggest(REGISTRY, heard(*posts, *twice).needs.values())
    assert [one.unit.precedence for one in suggested] == sorted(one.unit.precedence for one in suggested)
    assert len(suggested) == 17
    assert {one.unit.bureau for one in suggested if one.over} == {"drc", "natural-resources"}


@pytest.mark.row(31)
def test_a_need_taken_back_leads_nowhere() -> None:
    gone = ForumNeedWithdrawn(session=BANNER_SESSION, need="need-1", reason="已解决")
    assert suggest(REGISTRY, heard((need(), BANNER), (gone, BANNER)).needs.values()) == ([], [])


@pytest.mark.row(31)
def test_the_invitation_keeps_each_departments_reason_in_the_notices_order() -> None:
    tax = {"unit": unit("tax").code, "reason": "解读退税政策"}
    land = {"unit": unit("natural-resources").code, "needs": ["need-1"]}
    fact = decide(heard((need(), BANNER)), invited(departments=[tax, land]), OFFICE)
    assert isinstance(fact, DepartmentsInvited)
    assert [(one.unit, one.reason) for one in fact.departments] == [
        (unit("natural-resources").code, "示例企业（虚构）提出“用地”，属用地与规划"),
        (unit("tax").code, "解读退税政策"),
    ]


@pytest.mark.row(31)
def test_nobody_is_invited_without_a_reason_twice_or_from_outside_the_18() -> None:
    land = {"unit": unit("natural-resources").code}
    assert refused(NoReason, heard(), invited(departments=[land]), DRC).path == "data.departments.0.reason"
    refused(NeedUnknown, heard(), invited(departments=[land | {"needs": ["need-9"]}]), DRC)
    reasoned = land | {"reason": "用地"}
    refused(InvitedTwice, heard(), invited(departments=[reasoned, reasoned]), DRC)
    refused(NotOfTheEighteen, heard(), invited(departments=[{"unit": unit("publicity").code, "reason": "报道"}]), DRC)


@pytest.mark.row(31, 32)
def test_departments_may_send_15_persons_and_no_more() -> None:
    eighteen = [{"unit": one.code, "reason": "需求"} for one in the_eighteen(PLAN.units)]
    assert len(eighteen) == 18
    decide(heard(), invited(departments=eighteen[:15]), DRC)
    refusal = refused(TooManyInvited, heard(), invited(departments=eighteen[:16]), DRC)
    assert (refusal.status, refusal.row) == (409, 31)


@pytest.mark.row(31, 88)
@pytest.mark.parametrize("by", [BANNER, caller("tax")])
def test_only_the_organisers_invite(by: Caller) -> None:
    refused(NotAllowed, heard(), invited(), by)


@pytest.mark.row(2)
def test_the_city_session_takes_no_needs_for_a_forum() -> None:
    refused(NotInCitySession, heard(), need(session=CITY_SESSION), DRC)


@pytest.mark.row(31)
def test_a_need_id_names_one_need() -> None:
    refused(NeedNumberTaken, heard((need(), BANNER)), need(enterprise_code=CODES[1]), BANNER)


@pytest.mark.row(31)
def test_every_topic_is_found_by_its_own_label() -> None:
    assert all(topics_of(topic.zh) == [topic] for topic in PolicyTopic)
