"""The docket takes what a session may decide, once per campaign, from whoever keeps it."""

import pytest
from pydantic import ValidationError

from services.approvals.domain.refusals import (
    AlreadyDecided,
    AlreadyDocketed,
    LevelNotHere,
    NoOwner,
    OtherSession,
    ScopeNotHere,
    Withdrawn,
)
from shared.campaign import NotAllowed, WrongDivision
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import Level, Scope
from tests.approvals.worlds import DOCKETED, SIGNED, opened, planned
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    KANGBASHI,
    OTHER_SESSION,
    PLAN,
    application_docketed,
    application_withdrawn,
    approval_signed,
    caller,
    owner,
    plan,
    project_code,
)
from tests.deciding import decide, given, refused


@pytest.mark.row(16)
def test_a_docketed_application_is_published_as_it_was_posted() -> None:
    assert decide(planned(), *DOCKETED) == application_docketed()


@pytest.mark.row(13, 79)
def test_a_project_code_with_a_wrong_check_digit_is_refused_naming_the_digit() -> None:
    wrong = f"{project_code()[:-1]}{(int(project_code()[-1]) + 1) % 10}"
    with pytest.raises(ValidationError, match=f"应为{project_code()[-1]}，实为{wrong[-1]}"):
        application_docketed(project_code=wrong)


@pytest.mark.row(14)
@pytest.mark.parametrize("scope", [Scope.CITY_KEY, Scope.BANNER_KEY])
def test_a_banner_session_deals_with_city_key_and_banner_key_projects(scope: Scope) -> None:
    decide(planned(), application_docketed(scope=scope), DRC)
    refusal = refused(ScopeNotHere, planned(), application_docketed(scope=scope, session=CITY_SESSION), DRC)
    assert refusal.path == "data.project.scope"


@pytest.mark.row(14)
def test_the_city_session_deals_with_city_own_projects_only() -> None:
    decide(planned(), application_docketed(scope=Scope.CITY_OWN, session=CITY_SESSION), DRC)
    assert refused(ScopeNotHere, planned(), application_docketed(scope=Scope.CITY_OWN), DRC).status == 422


@pytest.mark.row(18)
def test_the_city_session_dockets_nothing_at_banner_level() -> None:
    at_banner = application_docketed(session=CITY_SESSION, scope=Scope.CITY_OWN, level=Level.BANNER)
    assert refused(LevelNotHere, planned(), at_banner, DRC).status == 422


@pytest.mark.row(15)
def test_a_formality_without_a_deciding_unit_cannot_be_docketed() -> None:
    owners = {level: dict(bureaus) for level, bureaus in PLAN.owners.items()}
    del owners[Level.CITY][application_docketed().formality]
    world = planned()
    world.registries = {}
    given(world, (plan(owners=owners), DRC))
    assert "环评" in refused(NoOwner, world, *DOCKETED).problem()["title"]


@pytest.mark.row(16, 88)
@pytest.mark.parametrize("by", [BANNER, owner(), caller("office"), caller("park", "150602")])
def test_only_a_drc_keeps_a_docket(by: Caller) -> None:
    refused(NotAllowed, planned(), application_docketed(), by)
    assert refused(NotAllowed, opened(), application_withdrawn(), by).status == 403


@pytest.mark.row(16, 75)
def test_a_banners_drc_keeps_the_docket_of_its_own_session_only() -> None:
    decide(planned(), application_docketed(), BANNER_DRC)
    refusal = refused(WrongDivision, planned(), application_docketed(session=OTHER_SESSION), BANNER_DRC)
    assert refusal.status == 403
    refused(WrongDivision, opened(), application_withdrawn(), caller("drc", KANGBASHI))


@pytest.mark.row(30)
@pytest.mark.parametrize("session", [BANNER_SESSION, OTHER_SESSION])
def test_an_application_is_docketed_once_per_campaign(session: str) -> None:
    refusal = refused(AlreadyDocketed, opened(), application_docketed(session=session), DRC)
    assert refusal.status == 409
    assert "东胜区专场" in refusal.problem()["title"]
    assert refusal.problem()["session"] == BANNER_SESSION


@pytest.mark.row(30)
def test_another_level_or_formality_of_the_same_project_is_another_application() -> None:
    decide(opened(), application_docketed(level=Level.BANNER), DRC)
    decide(opened(), application_docketed(formality="grassland"), DRC)


@pytest.mark.row(28)
def test_a_withdrawn_application_stays_in_the_ledger_with_its_reason() -> None:
    world = opened((application_withdrawn(), DRC))
    (application,) = world.of_session(BANNER_SESSION)
    assert application.withdrawn == "企业申请撤回"


@pytest.mark.row(28)
def test_a_withdrawn_application_is_neither_decided_nor_withdrawn_nor_docketed_again() -> None:
    world = opened((application_withdrawn(), DRC))
    assert "企业申请撤回" in refused(Withdrawn, world, *SIGNED).problem()["title"]
    refused(Withdrawn, world, application_withdrawn(), DRC)
    refused(AlreadyDocketed, world, *DOCKETED)


@pytest.mark.row(28)
def test_a_decided_application_cannot_be_withdrawn() -> None:
    refusal = refused(AlreadyDecided, opened(SIGNED), application_withdrawn(), DRC)
    assert refusal.status == 409
    assert "该事项已由市生态环境局甲（虚构）于2022-03-16 09:05办结：审批" in refusal.problem()["title"]


@pytest.mark.row(82)
def test_what_is_said_of_an_application_waits_until_it_is_docketed() -> None:
    needs = f"chunfeng.application.docketed.v1 {application_docketed().subject}"
    assert refused(NotYet, planned(), *SIGNED).needs == needs
    assert refused(NotYet, planned(), application_withdrawn(), DRC).needs == needs


@pytest.mark.row(30)
def test_an_application_is_decided_in_the_session_on_whose_docket_it_stands() -> None:
    refusal = refused(OtherSession, opened(), approval_signed(session=OTHER_SESSION), owner())
    assert refusal.status == 409
    assert "东胜区专场" in refusal.problem()["title"]
