"""The library knows what it holds; a brochure takes only what is in force and of the last three years."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.policy.domain import PolicyWorld
from services.policy.domain.brochures import (
    ChangesMissing,
    NothingChanged,
    NotOfTheSeventeen,
    PolicyNotInForce,
    PolicyTooOld,
    PolicyTwice,
)
from services.policy.domain.codes import ALPHABET, candidates, code_of, read_code
from services.policy.domain.library import (
    EndsBeforeItBegins,
    LevelAgainstNumber,
    PolicyTaken,
    RepealedBefore,
    UnknownFile,
    Window,
    search_words,
)
from shared.campaign import NotAllowed, StatedByService
from shared.events import BrochurePublished, BrochureSuperseded, PolicyAmended, PolicyRepealed
from shared.problems import NotYet
from tests.builders import BANNER, DAY, DRC, OFFICE, PLAN, at, caller, posted, unit
from tests.deciding import Post, decide, refused
from tests.policy.library import ENERGY, brochure_published, policy_listed
from tests.policy.worlds import heard

ENTRY = policy_listed(1)
LISTED: Post = (ENTRY, ENERGY)
PUBLISHED: Post = (brochure_published(1), ENERGY)


def amended(nth: int = 1, **changes: Any) -> PolicyAmended:  # noqa: ANN401
    return PolicyAmended.model_validate(policy_listed(nth, **changes).model_dump() | {"reason": "补充有效期"})


def repealed(on: date = date(2022, 3, 1)) -> PolicyRepealed:
    return PolicyRepealed(policy="city-2021-1", repealed_on=on, reason="被新文件代替")


def on_the_day(world: PolicyWorld) -> PolicyWorld:
    """Let the campaign's first session be announced for its day."""
    world.starts = {PLAN.campaign: [DAY + timedelta(days=3), DAY]}
    return world


@pytest.mark.row(50)
def test_departments_and_the_drc_compile_the_library_and_nobody_else() -> None:
    assert decide(heard(), *LISTED) == LISTED[0]
    decide(heard(), policy_listed(), DRC)
    for by in (BANNER, OFFICE):
        refused(NotAllowed, heard(), policy_listed(), by)


@pytest.mark.row(50)
@pytest.mark.parametrize(
    ("level", "number"),
    [
        ("city", "内政办发〔2021〕9号"),
        ("region", "鄂府办发〔2021〕9号"),
        ("national", "内政办发〔2021〕9号"),
        ("city", "国办发〔2021〕9号"),
    ],
)
def test_a_number_that_contradicts_its_level_is_refused(level: str, number: str) -> None:
    assert refused(LevelAgainstNumber, heard(), policy_listed(level=level, number=number), ENERGY).row == 50


@pytest.mark.row(50)
def test_a_policy_is_in_the_library_once_by_id_and_by_number() -> None:
    assert refused(PolicyTaken, heard(LISTED), *LISTED).status == 409
    same = policy_listed(2, number=policy_listed(1).number)
    assert refused(PolicyTaken, heard(LISTED), same, ENERGY).path == "data.number"


@pytest.mark.row(50)
def test_validity_and_file_are_checked() -> None:
    refused(EndsBeforeItBegins, heard(), policy_listed(valid_until=date(2021, 5, 9)), ENERGY)
    refused(UnknownFile, heard(), policy_listed(file={"sha256": "0" * 64, "name": "a.pdf"}), ENERGY)


@pytest.mark.row(50)
def test_an_entry_is_amended_and_ends_once() -> None:
    world = heard(LISTED)
    decide(world, amended(valid_until=date(2025, 12, 31)), ENERGY)
    decide(world, repealed(), ENERGY)
    decide(world, amended(title="更名（示例）"), ENERGY)
    assert world.policies["city-2021-1"].repealed_why == "被新文件代替", "an amendment does not revive it"
    refused(RepealedBefore, world, repealed(), ENERGY)
    refused(NotYet, heard(), amended(), ENERGY)


@pytest.mark.row(50)
@pytest.mark.parametrize(
    ("text", "found"), [("  Ａ股 上市", "a股上市"), ("〔2021〕９号", "20219号"), ("内政办发", "内政办发")]
)
def test_words_are_searched_without_width_case_spaces_and_signs(text: str, found: str) -> None:
    assert search_words(text) == found


@pytest.mark.row(51)
def test_a_policy_of_2018_is_refused_in_a_brochure_of_2022_with_the_window() -> None:
    old = policy_listed(1, issued_on=date(2018, 5, 1), number="鄂府办发〔2018〕9号")
    refusal = refused(PolicyTooOld, on_the_day(heard((old, ENERGY))), *PUBLISHED)
    assert (refusal.status, refusal.path, refusal.row) == (422, "data.policies.0", 51)
    assert "不在近3年（2019-03-16至2022-03-16）之内" in refusal.problem()["title"]


@pytest.mark.row(51)
@given(issued=st.dates(date(2017, 1, 1), date(2022, 3, 15)), years=st.integers(1, 5))
@settings(max_examples=80)
def test_the_window_counts_whole_years_back_from_the_first_announced_session(issued: date, years: int) -> None:
    world = on_the_day(heard((policy_listed(1, issued_on=issued), ENERGY), policy_years=years))
    if issued >= date(2022 - years, 3, 16):
        world.decide(posted(*PUBLISHED))
    else:
        refused(PolicyTooOld, world, *PUBLISHED)


@pytest.mark.row(51)
def test_without_an_announced_session_the_brochures_own_day_counts_and_leap_days_are_known() -> None:
    world = heard((policy_listed(1, issued_on=date(2019, 3, 14)), ENERGY))
    refused(PolicyTooOld, world, *PUBLISHED)
    assert Window.before(date(2024, 2, 29), 3).first == date(2021, 2, 28)


@pytest.mark.row(50, 52)
@pytest.mark.parametrize("changes", [{"valid_until": date(2022, 3, 14)}, {"issued_on": date(2022, 3, 20)}])
def test_what_is_not_in_force_is_in_no_brochure(changes: dict[str, Any]) -> None:
    refused(PolicyNotInForce, heard((policy_listed(1, **changes), ENERGY)), *PUBLISHED)
    refused(PolicyNotInForce, heard(LISTED, (repealed(), ENERGY)), *PUBLISHED)


@pytest.mark.row(52, 55)
def test_one_of_the_seventeen_makes_its_own_brochure() -> None:
    fact = decide(heard(LISTED), *PUBLISHED)
    assert isinstance(fact, BrochurePublished)
    assert (fact.edition, fact.department_name, fact.contents[0].title) == (1, "市能源局", ENTRY.title)
    assert read_code(str(fact.code)) == fact.code
    refused(NotAllowed, heard(LISTED), brochure_published(1), caller("water"))
    for bureau in ("office", "publicity"):
        refused(NotOfTheSeventeen, heard(LISTED), brochure_published(1, department=unit(bureau).code), DRC)
    refused(StatedByService, heard(LISTED), brochure_published(1, edition=7), ENERGY)
    refused(PolicyTwice, heard(LISTED), brochure_published(1, 1), ENERGY)
    refused(NotYet, heard(), *PUBLISHED)


@pytest.mark.row(53)
def test_a_revision_keeps_the_code_says_what_changed_and_supersedes_the_old_edition() -> None:
    world = heard(LISTED, (policy_listed(2), ENERGY), PUBLISHED)
    code = next(iter(world.codes))
    assert refused(ChangesMissing, world, brochure_published(1, 2), ENERGY).row == 53
    refused(NothingChanged, world, brochure_published(1, changes="无"), ENERGY)
    newer = brochure_published(1, 2, changes="补充一项", published_at=at(9, days=1))
    fact, superseded = world.decide(posted(newer, ENERGY))
    assert isinstance(fact, BrochurePublished)
    assert isinstance(superseded, BrochureSuperseded)
    assert (fact.code, fact.edition) == (code, 2)
    assert (superseded.code, superseded.edition, superseded.superseded_by) == (code, 1, 2)


@pytest.mark.row(53)
@given(subject=st.text(min_size=1, max_size=40), place=st.integers(0, 6), wrong=st.sampled_from(ALPHABET))
@settings(max_examples=150)
def test_a_code_is_the_same_after_any_rebuild_and_one_wrong_character_is_noticed(
    subject: str, place: int, wrong: str
) -> None:
    code = code_of(subject, ())
    assert code_of(subject, ()) == code == read_code(f" {code.lower()} ")
    assert code_of(subject, {code}) == candidates(subject)[1]
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert (read_code(mistyped) is None) == (mistyped != code)
    for at_ in range(6):
        swapped = code[:at_] + code[at_ + 1] + code[at_] + code[at_ + 2 :]
        assert swapped == code or read_code(swapped) is None
