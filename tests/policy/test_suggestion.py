"""Teams are suggested from needs: what anybody can cover is covered, by the fewest people, and at once."""

import random
import time
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.library import CHIEFS
from deploy.demo.units import CITY_UNITS
from deploy.demo.visits import enterprises
from deploy.demo.visits import teams as made_by_hand
from services.policy.domain.suggestion import Candidate, Proposal, suggest
from services.policy.domain.topics import COVERED_BY, SENDS_NOBODY, topics_of
from shared.vocabulary import BANNERS, PolicyTopic

TOPICS = [topic.value for topic in PolicyTopic]
SEVENTEEN = [bureau for bureau, _ in CITY_UNITS if bureau not in SENDS_NOBODY]
LEADER = {topic.value for topic in topics_of("drc")}
OFFICIALS = [
    Candidate(bureau, f"{bureau}-{number}", frozenset(topic.value for topic in topics_of(bureau)))
    for bureau in SEVENTEEN
    for number in range(CHIEFS)
]
Wishes = Mapping[str, Collection[str]]
wishes = st.dictionaries(
    st.integers(0, 30).map(lambda number: f"enterprise-{number:02d}"),
    st.sets(st.sampled_from(TOPICS), min_size=1, max_size=4),
    min_size=1,
    max_size=12,
)


def unmet(asked: Wishes, plan: Sequence[tuple[Collection[str], Collection[str]]]) -> int:
    """Count wishes whose team, given as enterprises and departments, covers them not."""
    missing = 0
    for names, bureaus in plan:
        covered = LEADER.union(*({topic.value for topic in topics_of(bureau)} for bureau in bureaus))
        missing += sum(topic not in covered for name in names for topic in asked[name])
    return missing


def as_plan(proposals: Sequence[Proposal]) -> list[tuple[Collection[str], Collection[str]]]:
    return [(one.enterprises, [member.unit for member in one.members]) for one in proposals]


@pytest.mark.row(47)
@given(asked=wishes, teams=st.integers(1, 4))
@settings(max_examples=60)
def test_every_enterprise_is_visited_once_and_only_topics_nobody_covers_stay_open(asked: Wishes, teams: int) -> None:
    proposals = suggest(asked, OFFICIALS, teams, leader=LEADER)
    assert sorted(name for one in proposals for name in one.enterprises) == sorted(asked)
    people = [member for one in proposals for member in one.members]
    assert len({(one.unit, one.name) for one in people}) == len(people), "nobody is in two teams"
    for one in proposals:
        assert one.members
        wanted = {topic for name in one.enterprises for topic in asked[name]}
        assert set(one.topics) == wanted
        assert set(one.uncovered) == {topic for topic in wanted if not COVERED_BY[PolicyTopic(topic)]}
    assert proposals == suggest(asked, OFFICIALS, teams, leader=LEADER), "the same needs, the same suggestion"


@pytest.mark.row(47)
@given(asked=wishes)
@settings(max_examples=40)
def test_one_team_is_as_small_as_can_be(asked: Wishes) -> None:
    (team,) = suggest(asked, OFFICIALS, 1, leader=LEADER)
    needed = {topic for topics in asked.values() for topic in topics if COVERED_BY[PolicyTopic(topic)]} - LEADER
    covers = {bureau: {topic.value for topic in topics_of(bureau)} & needed for bureau in SEVENTEEN}
    useful = [bureau for bureau, topics in covers.items() if topics]
    fewer = combinations(useful, len(team.members) - 1)
    assert len(team.members) == 1 or not any(needed <= set().union(*(covers[one] for one in some)) for some in fewer)


@pytest.mark.row(47)
@pytest.mark.parametrize("division", BANNERS)
def test_the_suggestion_is_never_worse_than_the_demos_plan_made_by_hand(division: str) -> None:
    asked = {one.code: [topic.value for topic in one.topics] for one in enterprises(division)}
    codes = {one.number: one.code for one in enterprises(division)}
    plan = [([codes[number] for number in team.enterprises], team.departments) for team in made_by_hand(division)]
    proposals = suggest(asked, OFFICIALS, len(plan), leader=LEADER)
    assert len(proposals) <= len(plan)
    assert max(len(one.enterprises) for one in proposals) <= max(len(names) for names, _ in plan)
    assert unmet(asked, as_plan(proposals)) <= unmet(asked, plan)
    assert sum(len(one.members) for one in proposals) <= sum(len(bureaus) for _, bureaus in plan)


@pytest.mark.row(47)
@pytest.mark.parametrize("teams", [2, 6, 12])
def test_two_hundred_enterprises_twelve_topics_and_sixty_officials_take_less_than_two_seconds(teams: int) -> None:
    chance = random.Random(20220315)  # noqa: S311  (a test's own dice)
    dozen = TOPICS[:12]
    asked = {f"enterprise-{number:03d}": chance.sample(dozen, chance.randint(1, 3)) for number in range(200)}
    officials = OFFICIALS[: 4 * 15]
    assert len(officials) == 60
    started = time.process_time()
    proposals = suggest(asked, officials, teams, leader=LEADER)
    assert time.process_time() - started < 2
    assert sum(len(one.enterprises) for one in proposals) == 200


@pytest.mark.row(47)
def test_nobody_wanting_anything_makes_no_team_and_nobody_free_makes_one_that_says_what_it_lacks() -> None:
    assert suggest({}, OFFICIALS, 2) == []
    (team,) = suggest({"a": ["tax"]}, [], 1, leader=LEADER)
    assert (team.members, team.uncovered) == ((), ("tax",))
    (led,) = suggest({"a": ["services"]}, OFFICIALS, 1, leader=LEADER)
    assert (len(led.members), led.uncovered) == (1, ()), "a team has a member beside its leader"
