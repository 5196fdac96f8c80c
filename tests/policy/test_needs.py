"""Enterprises' needs are collected by topic beforehand, by their banner; units name whom they send."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.policy.domain import PolicyWorld
from services.policy.domain.needs import NeedTaken, NeedWithdrawnBefore, NotOwnStaff, UnknownUnit
from services.policy.domain.topics import COVERED_BY, departments, topic_named, topics_of, uncovered
from shared.campaign import NotAllowed, NotInCitySession, WrongDivision
from shared.events import NeedWithdrawn, OfficialNominated
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import PolicyTopic
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DONGSHENG, DRC, OTHER_BANNER, PLAN, caller, unit
from tests.deciding import decide, refused
from tests.policy.visiting import OTHER_FIRM, need
from tests.policy.worlds import heard

PARK = caller("park", DONGSHENG)
TAX = caller("tax")


def withdrawn(**changes: object) -> NeedWithdrawn:
    usual = {"session": BANNER_SESSION, "need": "need-1", "reason": "企业已自行解决"}
    return NeedWithdrawn.model_validate(usual | changes)


def nominated(**changes: object) -> OfficialNominated:
    usual = {"campaign": PLAN.campaign, "official": "chief-1", "unit": TAX.unit, "name": "王某（虚构）"}
    return OfficialNominated.model_validate(usual | {"standing": "section_chief", "post": "税政科科长"} | changes)


@pytest.mark.row(46)
def test_a_need_names_its_topic() -> None:
    for wrong in (None, "", "天气"):
        with pytest.raises(ValidationError, match="topic"):
            need(topic=wrong)


@pytest.mark.row(46)
@pytest.mark.parametrize("by", [BANNER, PARK, DRC])
def test_banner_park_and_city_drc_file_needs(by: Caller) -> None:
    assert decide(heard(), need(), by) == need()


@pytest.mark.row(46, 75)
def test_nobody_else_files_needs_nor_a_banner_anothers() -> None:
    refused(NotAllowed, heard(), need(), TAX)
    assert refused(WrongDivision, heard(), need(), OTHER_BANNER).status == 403


@pytest.mark.row(2)
def test_the_city_session_collects_no_needs() -> None:
    refused(NotInCitySession, heard(), need(session=CITY_SESSION), DRC)


@pytest.mark.row(46)
def test_a_needs_id_is_used_once_and_a_need_is_withdrawn_once_with_the_reason() -> None:
    world = heard((need(), BANNER))
    assert refused(NeedTaken, world, need(**OTHER_FIRM), BANNER).status == 409
    decide(world, withdrawn(), BANNER)
    assert "企业已自行解决" in refused(NeedWithdrawnBefore, world, withdrawn(), BANNER).problem()["title"]
    refused(NotYet, world, withdrawn(need="need-9"), BANNER)


@pytest.mark.row(47)
def test_a_unit_names_its_own_people_and_the_drc_anybodys() -> None:
    decide(heard(), nominated(), TAX)
    decide(heard(), nominated(), DRC)
    assert refused(NotOwnStaff, heard(), nominated(), caller("water")).status == 403
    refused(UnknownUnit, heard(), nominated(unit="91150602MA0XX01113"), DRC)
    refused(NotYet, PolicyWorld(), nominated(), TAX)


@pytest.mark.row(47)
def test_every_topic_but_one_is_covered_by_departments_that_send_people() -> None:
    seventeen = {one.bureau for one in departments(PLAN.units)}
    assert [topic for topic in PolicyTopic if not COVERED_BY[topic]] == [PolicyTopic.TALENT]
    assert set().union(*COVERED_BY.values()) == seventeen
    assert all(topics_of(bureau) for bureau in seventeen)
    assert [one.name for one in departments(PLAN.units)][:2] == [unit("drc").name, unit("industry").name]


@pytest.mark.row(47)
@given(
    topics=st.lists(st.sampled_from(PolicyTopic), max_size=8),
    bureaus=st.sets(st.sampled_from(sorted({*COVERED_BY[PolicyTopic.ENERGY], "tax", "water"}))),
)
@settings(max_examples=60)
def test_what_a_team_does_not_cover_is_listed_once_in_order_however_it_is_written(
    topics: list[PolicyTopic], bureaus: set[str]
) -> None:
    written = [text for topic in topics for text in (topic.zh, topic.value, topic.en)]
    found = uncovered([*written, "别的事"], bureaus)
    assert found == [topic for topic in dict.fromkeys(topics) if not set(COVERED_BY[topic]) & bureaus]
    assert topic_named("别的事") is None
