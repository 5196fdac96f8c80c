"""At the table: the right department decides, once; defers or forwards with what that needs; issues licences."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.approvals.domain.refusals import (
    AlreadyDecided,
    DueBeforeSigning,
    LevelNotHere,
    LicenceNumberTaken,
    NoLicenceWhenForwarded,
    NotTheOwner,
)
from shared.events import ApprovalCorrected, ApprovalSigned
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import Formality, Level, Outcome
from tests.approvals.worlds import CLOSED, DOCKETED, SCHEDULED, SIGNED, opened, planned
from tests.builders import (
    BANNER,
    CITY_SESSION,
    DONGSHENG,
    DRC,
    application_docketed,
    approval_corrected,
    approval_signed,
    at,
    caller,
    deferral,
    forwarding,
    licence_issued,
    owner,
    project_code,
)
from tests.deciding import decide, given, refused

FORWARDED = (approval_signed(outcome=Outcome.FORWARDED), owner())


@pytest.mark.row(15, 18)
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("formality", Formality)
def test_each_formality_is_signed_by_its_owner_at_either_level(formality: Formality, level: Level) -> None:
    what = {"formality": formality, "level": level}
    world = opened()
    if world.applications.keys().isdisjoint({application_docketed(**what).subject}):
        given(world, (application_docketed(**what), DRC))
    assert decide(world, approval_signed(**what), owner(formality, level)) == approval_signed(**what)


@pytest.mark.row(15, 75)
@pytest.mark.parametrize(
    "by", [caller("water"), caller("ecology", DONGSHENG), DRC, BANNER, caller("government-services")]
)
def test_no_other_unit_signs_the_environmental_assessment_of_the_city(by: Caller) -> None:
    refusal = refused(NotTheOwner, opened(), approval_signed(), by)
    assert refusal.status == 403
    assert "由市生态环境局办理" in refusal.problem()["title"]


@pytest.mark.row(18)
def test_the_city_session_decides_nothing_at_banner_level() -> None:
    signed = approval_signed(session=CITY_SESSION, level=Level.BANNER)
    assert refused(LevelNotHere, planned(), signed, owner(level=Level.BANNER)).status == 422


@pytest.mark.row(18)
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_banner_session_knows_three_outcomes_at_two_levels(outcome: Outcome, level: Level) -> None:
    application = application_docketed(level=level, project_code=project_code(2))
    signed = approval_signed(level=level, project_code=project_code(2), outcome=outcome)
    world = opened((application, DRC))
    decide(world, signed, owner(level=level))
    assert world.applications[signed.subject].outcome is outcome


@pytest.mark.row(25)
def test_a_decision_waits_for_the_opening_but_not_for_an_open_door() -> None:
    assert refused(NotYet, planned(SCHEDULED, DOCKETED), *SIGNED).needs.startswith("chunfeng.session.opened.v1")
    decide(opened(CLOSED), *SIGNED)  # late, for a correction of the bulletin (row 82)


@pytest.mark.row(25, 30)
def test_an_application_is_decided_only_once() -> None:
    refusal = refused(AlreadyDecided, opened(SIGNED), approval_signed(outcome=Outcome.DEFERRED), owner())
    assert refusal.status == 409
    assert "请提交更正" in refusal.problem()["title"]


@pytest.mark.row(25)
def test_a_correction_replaces_the_decision_and_stands_beside_it_in_the_facts() -> None:
    world = opened(SIGNED)
    corrected = decide(world, approval_corrected(outcome=Outcome.DEFERRED), owner())
    assert isinstance(corrected, ApprovalCorrected)
    state = world.applications[corrected.subject]
    assert (state.outcome, state.amended) == (Outcome.DEFERRED, True)


@pytest.mark.row(25)
def test_a_correction_waits_for_its_decision_and_comes_from_the_same_department() -> None:
    assert ApprovalSigned.type in refused(NotYet, opened(), approval_corrected(), owner()).needs
    refused(NotTheOwner, opened(SIGNED), approval_corrected(), caller("water"))


@pytest.mark.row(19)
@pytest.mark.parametrize("lacking", [{"missing": []}, {"due": None}, {"commitment_letter": " "}])
def test_a_deferral_needs_its_letter_its_list_and_its_date(lacking: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(lacking))):
        approval_signed(outcome=Outcome.DEFERRED, deferral=deferral(**lacking))


@pytest.mark.row(18, 19, 20)
@pytest.mark.parametrize(
    ("outcome", "particulars"),
    [
        (Outcome.APPROVED, {"deferral": deferral()}),
        (Outcome.DEFERRED, {"deferral": None}),
        (Outcome.APPROVED, {"forwarding": forwarding()}),
        (Outcome.FORWARDED, {"forwarding": None}),
        (Outcome.FORWARDED, {"deferral": deferral()}),
    ],
)
def test_particulars_go_with_their_outcome_and_no_other(outcome: Outcome, particulars: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="goes with"):
        approval_signed(outcome=outcome, **particulars)


@pytest.mark.row(20)
@pytest.mark.parametrize("lacking", [{"target_body": None}, {"opinion": ""}])
def test_forwarding_needs_a_body_and_an_opinion(lacking: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(lacking))):
        approval_signed(outcome=Outcome.FORWARDED, forwarding=forwarding(**lacking))


@pytest.mark.row(19)
def test_missing_materials_are_due_on_the_day_of_signing_at_the_earliest() -> None:
    past_midnight = {"outcome": Outcome.DEFERRED, "signed_at": at(0, 30)}  # in UTC still the day before
    decide(opened(), approval_signed(**past_midnight, deferral=deferral(due=date(2022, 3, 16))), owner())
    before = approval_signed(**past_midnight, deferral=deferral(due=date(2022, 3, 15)))
    refusal = refused(DueBeforeSigning, opened(), before, owner())
    assert (refusal.status, refusal.path) == (422, "data.deferral.due")
    corrected = approval_corrected(**past_midnight, deferral=deferral(due=date(2022, 3, 15)))
    refused(DueBeforeSigning, opened(SIGNED), corrected, owner())


@pytest.mark.row(21)
def test_a_licence_is_issued_on_the_spot_for_a_decided_application() -> None:
    world = opened(SIGNED)
    decide(world, licence_issued(), owner())
    assert world.applications[licence_issued().subject].licences == 1
    assert refused(NotYet, opened(), licence_issued(), owner()).needs.startswith(ApprovalSigned.type)
    refused(NotTheOwner, opened(SIGNED), licence_issued(), BANNER)


@pytest.mark.row(21)
def test_a_forwarded_application_has_no_licence_whichever_comes_first() -> None:
    assert refused(NoLicenceWhenForwarded, opened(FORWARDED), licence_issued(), owner()).status == 422
    world = opened(SIGNED, (licence_issued(), owner()))
    refusal = refused(NoLicenceWhenForwarded, world, approval_corrected(outcome=Outcome.FORWARDED), owner())
    assert refusal.path == "data.outcome"


@pytest.mark.row(21)
def test_an_issuer_uses_a_licence_number_once_but_two_issuers_may_use_the_same() -> None:
    at_banner, banner = {"level": Level.BANNER}, owner(level=Level.BANNER)
    world = opened(SIGNED, (application_docketed(**at_banner), DRC), (approval_signed(**at_banner), banner))
    given(world, (licence_issued(), owner()), (licence_issued(**at_banner), banner))
    refusal = refused(LicenceNumberTaken, world, licence_issued(), owner())
    assert refusal.status == 409
    assert "市生态环境局的证照编号 鄂环证001" in refusal.problem()["title"]
