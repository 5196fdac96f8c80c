"""Materials are pre-reviewed before the day; what has not passed is not approved (rows 17, 29)."""

from typing import Final

import pytest

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.prereview import (
    EssentialCannotFollow,
    EssentialLacking,
    NotOnChecklist,
    NotPassed,
    PrereviewedAfterSigning,
    SamePerson,
)
from services.approvals.domain.refusals import AlreadyDecided, NotTheOwner, Withdrawn
from shared.campaign import StatedByService
from shared.events import ApplicationPrereviewed, Material
from shared.problems import NotYet
from shared.vocabulary import Formality, Outcome
from tests.approvals.worlds import DOCKETED, OPENED, SCHEDULED, SIGNED
from tests.builders import (
    DRC,
    application_withdrawn,
    approval_corrected,
    approval_signed,
    at,
    caller,
    deferral,
    gated,
    owner,
    prereviewed,
    returned,
)
from tests.deciding import Post, decide, given, refused

CHECKLIST: Final = {
    Formality.ENVIRONMENTAL_IMPACT: (
        Material(name="环境影响报告书"),
        Material(name="公众参与说明", essential=False),
    )
}
WHOLE: Final = ("环境影响报告书", "公众参与说明")
PASSED: Final[Post] = (prereviewed(present=WHOLE), owner())


def asking(*posts: Post, gates: tuple[str, ...] = ("prereview", "other_signer")) -> ApprovalsWorld:
    """Return an open session whose campaign asks for pre-review by a checklist of two materials, one essential."""
    return given(ApprovalsWorld(), (gated(*gates, checklists=CHECKLIST), DRC), SCHEDULED, OPENED, DOCKETED, *posts)


@pytest.mark.row(17)
def test_what_is_not_pre_reviewed_cannot_be_signed_as_approved() -> None:
    waits = refused(NotYet, asking(), *SIGNED)
    assert waits.needs == f"{ApplicationPrereviewed.type} {approval_signed().subject}"
    refusal = refused(NotPassed, asking((returned(), owner())), *SIGNED)
    assert refusal.status == 409
    assert refusal.row == 17
    assert "丙（虚构）于2022-03-15 14:00预审认为尚缺公众参与说明" in refusal.problem()["title"]
    assert decide(asking(PASSED), *SIGNED) == approval_signed()


@pytest.mark.row(17)
def test_a_pass_tells_what_lacks_and_an_essential_material_never_may() -> None:
    fact = decide(asking(), prereviewed(present=WHOLE[:1]), owner())
    assert isinstance(fact, ApplicationPrereviewed)
    assert fact.lacking == ("公众参与说明",)
    refusal = refused(EssentialLacking, asking(), prereviewed(present=WHOLE[1:]), owner())
    assert "缺少主要材料（环境影响报告书）" in refusal.problem()["title"]
    assert refused(NotOnChecklist, asking(), prereviewed(present=["别的材料"]), owner()).path == "data.present"
    refused(StatedByService, asking(), prereviewed(present=WHOLE, lacking=[]), owner())


@pytest.mark.row(17, 18)
def test_what_lacks_a_material_is_approved_with_deferred_materials_or_forwarded_but_not_approved() -> None:
    passed_in_part: Post = (prereviewed(present=WHOLE[:1]), owner())
    refused(NotPassed, asking(passed_in_part), *SIGNED)
    later = deferral(missing=["公众参与说明"])
    decide(asking(passed_in_part), approval_signed(outcome=Outcome.DEFERRED, deferral=later), owner())
    decide(asking(), approval_signed(outcome=Outcome.FORWARDED), owner())
    never = approval_signed(outcome=Outcome.DEFERRED, deferral=deferral(missing=["环境影响报告书"]))
    assert "不能容缺" in refused(EssentialCannotFollow, asking(passed_in_part), never, owner()).problem()["title"]


@pytest.mark.row(17)
def test_a_returned_application_is_passed_after_all_and_the_newest_review_counts_whatever_comes_first() -> None:
    early, late = returned(reviewed_at=at(9, days=-1)), prereviewed(present=WHOLE, reviewed_at=at(15, days=-1))
    for order in ((early, late), (late, early)):
        decide(asking(*((event, owner()) for event in order)), *SIGNED)
    again = returned(reviewed_at=at(16, days=-1))
    refused(NotPassed, asking((late, owner()), (again, owner())), *SIGNED)


@pytest.mark.row(17, 82)
def test_the_pass_comes_before_the_signing_and_nothing_is_reviewed_after_the_decision() -> None:
    world = asking((prereviewed(present=WHOLE, reviewed_at=at(9, 30)), owner()))
    assert "晚于签批时间" in refused(PrereviewedAfterSigning, world, *SIGNED).problem()["title"]
    decided = asking(PASSED, SIGNED)
    refused(AlreadyDecided, decided, prereviewed(present=WHOLE, reviewed_at=at(9, 30)), owner())
    decide(decided, prereviewed(present=WHOLE, reviewed_at=at(16, days=-1)), owner())  # told late, done in time


@pytest.mark.row(17)
def test_only_the_deciding_department_reviews_and_only_what_stands_on_the_docket() -> None:
    refusal = refused(NotTheOwner, asking(), prereviewed(), caller("water"))
    assert refusal.status == 403
    refused(Withdrawn, asking((application_withdrawn(), DRC)), prereviewed(present=WHOLE), owner())


@pytest.mark.row(17)
def test_a_campaign_without_the_switch_asks_for_no_pre_review() -> None:
    decide(asking(gates=()), *SIGNED)


@pytest.mark.row(29)
def test_who_pre_reviewed_does_not_sign() -> None:
    for name in ("丙（虚构）", "丙 (虚构)", " 丙（虚 构）"):
        refusal = refused(SamePerson, asking(PASSED), approval_signed(department_signatory=name), owner())
        assert (refusal.status, refusal.row) == (409, 29)
        assert "请换一位负责人签字" in refusal.problem()["title"]
    corrected = approval_corrected(department_signatory="丙（虚构）")
    refused(SamePerson, asking(PASSED, SIGNED), corrected, owner())


@pytest.mark.row(29)
def test_the_two_person_rule_is_a_switch_and_holds_whichever_comes_first() -> None:
    same = approval_signed(department_signatory="丙（虚构）")
    decide(asking(PASSED, gates=("prereview",)), same, owner())
    signed_first = asking((same, owner()), gates=("other_signer",))
    refused(SamePerson, signed_first, prereviewed(present=WHOLE), owner())
