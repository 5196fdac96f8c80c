"""The city DRC assigns teams of the composition the notice wants; the end of their visits states how many."""

import pytest
from pydantic import ValidationError

from services.policy.domain import PolicyWorld
from services.policy.domain.state import Visits
from services.policy.domain.teams import LeaderNotOfDrc, LiaisonNotOfBanner, MemberNotOfDepartments, TeamTaken
from services.policy.domain.visits import AlreadyConcluded
from shared.campaign import NotAllowed, NotInCitySession, Registry, StatedByService, UnknownSession
from shared.events import TeamAssigned, VisitsConcluded
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import CITY_DIVISION, SessionKind
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DONGSHENG,
    DRC,
    KANGBASHI,
    OFFICE,
    OTHER_SESSION,
    PLAN,
    person,
    team_assigned,
    visits_concluded,
)
from tests.deciding import Post, decide, given, refused

ASSIGNED: Post = (team_assigned(), DRC)
CONCLUDED: Post = (visits_concluded(), DRC)
SEVENTEEN = sorted(
    {unit.bureau for unit in PLAN.units if unit.division == CITY_DIVISION} - {"office", "publicity", "government"}
)
STRANGER = {"name": "某人（虚构）", "unit": "91150602MA0XX01113"}


def heard(*posts: Post) -> PolicyWorld:
    """Return the world of a service that has heard of the campaign, after some posts."""
    banner = [session.session for session in PLAN.sessions if session.kind is SessionKind.BANNER]
    world = PolicyWorld(registries={PLAN.campaign: Registry(PLAN)}, visits={name: Visits(name) for name in banner})
    return given(world, *posts)


@pytest.mark.row(47)
def test_the_notice_lists_seventeen_departments() -> None:
    assert len(SEVENTEEN) == 17


@pytest.mark.row(47)
@pytest.mark.parametrize("bureau", SEVENTEEN)
def test_each_of_the_seventeen_departments_may_send_members(bureau: str) -> None:
    team = team_assigned(members=[person(bureau)])
    assert decide(heard(), team, DRC) == team


@pytest.mark.row(47)
@pytest.mark.parametrize(
    "outsider", [person("office"), person("publicity"), person("drc", DONGSHENG), person("park", DONGSHENG), STRANGER]
)
def test_nobody_else_sends_members(outsider: dict[str, str]) -> None:
    team = team_assigned(members=[person("finance"), outsider])
    refusal = refused(MemberNotOfDepartments, heard(), team, DRC)
    assert (refusal.status, refusal.path) == (422, "data.members.1.unit")
    assert outsider["name"] in refusal.problem()["title"]


@pytest.mark.row(47)
def test_a_team_has_at_least_one_member() -> None:
    with pytest.raises(ValidationError, match="members"):
        team_assigned(members=[])


@pytest.mark.row(47)
@pytest.mark.parametrize("leader", [person("finance"), person("drc", DONGSHENG), STRANGER])
def test_a_team_is_led_by_the_city_drc(leader: dict[str, str]) -> None:
    refusal = refused(LeaderNotOfDrc, heard(), team_assigned(leader=leader), DRC)
    assert (refusal.status, refusal.path) == (422, "data.leader.unit")
    assert "小分队队长应为市发展和改革委员会工作人员" in refusal.problem()["title"]


@pytest.mark.row(47)
@pytest.mark.parametrize("bureau", ["government", "drc", "park", "water"])
def test_any_unit_of_the_banner_provides_the_liaison(bureau: str) -> None:
    decide(heard(), team_assigned(liaison=person(bureau, DONGSHENG)), DRC)


@pytest.mark.row(47)
@pytest.mark.parametrize("liaison", [person("government", KANGBASHI), person("drc"), STRANGER])
def test_no_other_place_provides_the_liaison(liaison: dict[str, str]) -> None:
    refusal = refused(LiaisonNotOfBanner, heard(), team_assigned(liaison=liaison), DRC)
    assert (refusal.status, refusal.path) == (422, "data.liaison.unit")


@pytest.mark.row(88)
@pytest.mark.parametrize("by", [BANNER, BANNER_DRC, OFFICE])
def test_only_the_city_drc_assigns_teams_and_concludes_visits(by: Caller) -> None:
    assert refused(NotAllowed, heard(), team_assigned(), by).status == 403
    refused(NotAllowed, heard(ASSIGNED), visits_concluded(), by)


@pytest.mark.row(2)
@pytest.mark.parametrize("event", [team_assigned(session=CITY_SESSION), visits_concluded(session=CITY_SESSION)])
def test_the_city_session_has_no_policy_teams(event: TeamAssigned | VisitsConcluded) -> None:
    refusal = refused(NotInCitySession, heard(), event, DRC)
    assert (refusal.status, refusal.path, refusal.row) == (422, "data.session", 2)


@pytest.mark.row(82)
@pytest.mark.parametrize("post", [ASSIGNED, CONCLUDED])
def test_what_comes_before_the_plan_waits_for_it(post: Post) -> None:
    assert refused(NotYet, PolicyWorld(), *post).needs == "chunfeng.campaign.planned.v1 spring-2022"


@pytest.mark.row(1)
def test_a_session_the_campaign_does_not_have_is_not_found() -> None:
    assert refused(UnknownSession, heard(), team_assigned(session="spring-2022-150699"), DRC).status == 404


@pytest.mark.row(47)
def test_a_team_id_names_one_team_of_a_session() -> None:
    refusal = refused(TeamTaken, heard(ASSIGNED), *ASSIGNED)
    assert (refusal.status, refusal.path) == (409, "data.team")
    assert "东胜区专场的小分队 team-1 已经组成，队长drc某" in refusal.problem()["title"]
    decide(heard(ASSIGNED), team_assigned(session=OTHER_SESSION, liaison=person("government", KANGBASHI)), DRC)


@pytest.mark.row(59, 64)
def test_the_end_of_the_visits_states_how_many_teams_the_session_has() -> None:
    elsewhere = team_assigned(session=OTHER_SESSION, liaison=person("government", KANGBASHI))
    world = heard(ASSIGNED, (team_assigned(team="team-2"), DRC), (elsewhere, DRC))
    assert decide(world, *CONCLUDED) == visits_concluded(teams=2, visits=0, questions=0, left_open=0)
    assert world.visits[BANNER_SESSION].teams == 2


@pytest.mark.row(59)
def test_a_poster_does_not_count_the_teams() -> None:
    refusal = refused(StatedByService, heard(ASSIGNED), visits_concluded(teams=1), DRC)
    assert (refusal.status, refusal.path) == (422, "data.teams")


@pytest.mark.row(7)
def test_visits_are_concluded_once() -> None:
    refusal = refused(AlreadyConcluded, heard(CONCLUDED), *CONCLUDED)
    assert refusal.status == 409


@pytest.mark.row(82)
def test_a_team_assigned_after_the_count_is_taken_and_marked_late() -> None:
    world = heard(ASSIGNED, CONCLUDED)
    decide(world, team_assigned(team="team-2"), DRC)
    assert [(team.team, team.late) for team in world.teams.values()] == [("team-1", False), ("team-2", True)]
    assert world.visits[BANNER_SESSION].teams == 1
