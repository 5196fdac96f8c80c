"""The fold: the same facts make the same edition, in whatever order and however often they come."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bulletin.domain.edition import Edition
from shared.envelope import Fact
from shared.vocabulary import Level, Outcome
from tests.builders import (
    DRC,
    OTHER_SESSION,
    application_withdrawn,
    approval_corrected,
    licence_corrected,
    licence_issued,
    plan,
    project_code,
    session_scheduled,
)
from tests.bulletin.stories import Teller, around, decided, edition, held, read, story

AMENDED = (
    *decided((plan(), DRC), *held()),
    *around(),
    approval_corrected(project_code=project_code(2), outcome="forwarded"),
    approval_corrected(project_code=project_code(2), outcome="approved"),
    licence_issued(project_code=project_code(2), number="鄂环证002"),
    licence_corrected(project_code=project_code(2), number="鄂环证002", right_number="鄂环证003"),
    licence_corrected(project_code=project_code(2), number="鄂环证 003", right_number="鄂环证004"),
)
TOLD = tuple(Teller().tell(*AMENDED))
EDITION = edition(TOLD)


@pytest.mark.row(56)
@given(order=st.permutations(TOLD))
def test_the_order_of_arrival_does_not_matter(order: list[Fact]) -> None:
    assert edition(order).canonical() == EDITION.canonical()


@pytest.mark.row(56)
@given(again=st.lists(st.sampled_from(TOLD), max_size=30), seed=st.randoms(use_true_random=False))
def test_what_arrives_twice_counts_once(again: list[Fact], seed: Random) -> None:
    mixed = [*TOLD, *again]
    seed.shuffle(mixed)
    assert edition(mixed).sha256() == EDITION.sha256()


@given(split=st.integers(0, len(TOLD)))
def test_other_sessions_facts_make_no_difference(split: int) -> None:
    others = Teller().tell(*decided((plan(), DRC), *held(OTHER_SESSION)), *around(OTHER_SESSION))
    assert edition([*TOLD[:split], *others, *TOLD[split:]]).sha256() == EDITION.sha256()


@pytest.mark.row(59, 64)
def test_an_edition_states_every_outcome_and_what_was_around_it() -> None:
    made = edition(story())
    assert made.complete
    assert [row.outcome for row in made.applications] == [Outcome.APPROVED, Outcome.DEFERRED, Outcome.FORWARDED]
    deferred, forwarded = made.applications[1:]
    assert deferred.missing == ("环评批复原件",)
    assert (deferred.due, forwarded.target_body) == (datetime(2022, 4, 15).date(), "自治区生态环境厅")  # noqa: DTZ001
    totals = made.totals
    assert (totals.docketed, totals.decided, totals.undecided, totals.licences) == (3, 3, 0, 1)
    assert totals.of(level=Level.CITY) == 3
    assert (len(made.issues), len(made.teams), made.venue) == (1, 1, "东胜经济开发区会议中心")


@pytest.mark.row(25)
def test_the_newest_decision_counts_and_is_marked_as_amended() -> None:
    row = EDITION.applications[1]
    assert (row.outcome, row.amended) == (Outcome.APPROVED, True)
    assert [one.number for one in row.licences] == ["鄂环证004"]


@pytest.mark.row(28)
def test_a_withdrawn_application_is_counted_apart() -> None:
    made = edition(Teller().tell(*decided((plan(), DRC), *held()[:5], (application_withdrawn(), DRC))))
    assert [gone.reason for gone in made.withdrawn] == ["企业申请撤回"]
    assert (made.totals.docketed, made.totals.withdrawn, len(made.applications)) == (3, 1, 2)


def test_the_latest_announcement_of_the_venue_counts() -> None:
    moved = session_scheduled(venue={"kind": "park", "name": "装备制造基地"})
    told = Teller().tell(plan(), session_scheduled(), moved)
    assert edition(told[::-1]).venue == "装备制造基地"


def test_rows_come_by_project_level_and_formality_with_running_numbers() -> None:
    rows = EDITION.applications
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.project_code for row in rows] == sorted(row.project_code for row in rows)


def test_seats_are_in_the_registrys_precedence() -> None:
    assert EDITION.seats == ("市生态环境局",)


@pytest.mark.row(92)
@pytest.mark.usefixtures("host")
def test_a_host_anywhere_prints_the_same_year_day_and_hash() -> None:
    new_year = datetime(2022, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in Ordos
    made = edition(TOLD, issued_at=new_year)
    assert made.year == 2023
    assert edition(TOLD).sha256() == EDITION.sha256()
    assert Edition.model_validate_json(made.canonical()) == made


def test_nothing_known_but_the_plan_is_an_edition_too() -> None:
    made = edition(Teller().tell(plan()))
    assert (made.applications, made.venue, made.declared_by, made.complete) == ((), None, None, False)
    assert read([]).closed is None
