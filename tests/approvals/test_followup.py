"""What follows a decision: deferred materials until made good, overdue or revoked; forwarded ones until the result."""

from datetime import date, datetime

import pytest

from services.approvals.domain import ApprovalsWorld, followup
from services.approvals.domain.refusals import NotTheOwner, Withdrawn
from shared.campaign import StatedByService
from shared.clock import SHANGHAI
from shared.events import (
    ApplicationDocketed,
    ApprovalSigned,
    DeferralOverdue,
    DeferralReminded,
    FollowUpEvent,
)
from shared.posted import Caller
from shared.problems import NotYet
from shared.vocabulary import ForwardResult, Outcome
from tests.approvals.following import (
    LIST,
    SUBJECT,
    deferred,
    forwarded,
    made_good,
    pass_time,
    received,
    resolved,
    revoked,
)
from tests.approvals.worlds import SIGNED, opened, planned
from tests.builders import (
    DRC,
    application_withdrawn,
    approval_corrected,
    at,
    caller,
    deferral,
    owner,
)
from tests.deciding import decide, given, refused


def followed(world: ApprovalsWorld, event: FollowUpEvent) -> FollowUpEvent:
    fact = decide(world, event, owner())
    assert isinstance(fact, FollowUpEvent)
    return fact


@pytest.mark.row(19)
def test_materials_are_made_good_part_by_part_and_the_rest_stays_open() -> None:
    world = deferred()
    part = followed(world, made_good(LIST[0]))
    assert part.standing is not None
    assert (part.standing.outstanding, part.standing.due) == (LIST[1:], date(2022, 4, 15))
    assert (world.followups[SUBJECT].open, world.followups[SUBJECT].made_good_on) == (True, None)
    whole = followed(world, made_good(LIST[1], supplied_at=at(9, days=8)))
    assert whole.standing is not None
    assert whole.standing.outstanding == ()
    assert (world.followups[SUBJECT].open, world.followups[SUBJECT].made_good_on) == (False, date(2022, 3, 24))


@pytest.mark.row(19)
def test_a_fact_of_the_follow_up_carries_all_that_a_bulletin_prints() -> None:
    standing = followed(deferred(), made_good(LIST[0])).standing
    assert standing is not None
    assert (standing.project_name, standing.owner_name, standing.unit) == ("示例项目", "示例企业", "市生态环境局")
    assert (standing.signed_at, standing.missing) == (at(9, 5), LIST)
    receipt = followed(forwarded(), received()).standing
    assert receipt is not None
    assert (receipt.target_body, receipt.receipt_number) == ("自治区生态环境厅", "内环受〔2022〕18号")


@pytest.mark.row(19)
def test_only_what_the_list_names_is_made_good_and_only_once() -> None:
    refusal = refused(followup.NotOnTheList, deferred(), made_good("别的材料"), owner())
    assert (refusal.status, refusal.path) == (422, "data.materials")
    assert "尚缺：公众参与说明、总量来源说明" in refusal.problem()["title"]
    world = deferred((made_good(LIST[0]), owner()))
    assert refused(followup.AlreadySupplied, world, made_good(*LIST), owner()).status == 409
    assert world.followups[SUBJECT].outstanding == LIST[1:]
    given(world, (made_good(LIST[1]), owner()))
    assert refused(followup.AlreadyMadeGood, world, made_good(), owner()).status == 409


@pytest.mark.row(19)
def test_nothing_is_made_good_before_it_was_promised() -> None:
    refusal = refused(followup.BeforeTheDecision, deferred(), made_good(supplied_at=at(9, days=-1)), owner())
    assert (refusal.status, refusal.path) == (422, "data.supplied_at")


@pytest.mark.row(19)
def test_two_days_before_the_due_date_it_reminds_and_on_the_day_after_it_is_overdue() -> None:
    follow = deferred().followups[SUBJECT]
    assert follow.next_at == datetime(2022, 4, 13, tzinfo=SHANGHAI)
    follow, reminder = follow.at_its_hour()
    assert isinstance(reminder, DeferralReminded)
    assert reminder.standing == follow.standing
    assert follow.next_at == datetime(2022, 4, 16, tzinfo=SHANGHAI)
    follow, overdue = follow.at_its_hour()
    assert isinstance(overdue, DeferralOverdue)
    assert overdue.subject == SUBJECT
    assert overdue.standing is not None
    assert (overdue.standing.overdue, overdue.standing.outstanding) == (True, LIST)
    assert follow.next_at is None


@pytest.mark.row(19)
@pytest.mark.parametrize(("due", "first"), [(16, 17), (17, 18), (18, 19), (19, 17)])
def test_a_deadline_of_two_days_needs_no_reminder(due: int, first: int) -> None:
    short = approval_corrected(outcome=Outcome.DEFERRED, deferral=deferral(due=date(2022, 3, due)))
    world = deferred((short, owner()))
    assert world.followups[SUBJECT].next_at == datetime(2022, 3, first, tzinfo=SHANGHAI)


@pytest.mark.row(19)
def test_the_clock_leaves_alone_what_is_made_good_or_revoked() -> None:
    assert deferred((made_good(), owner())).followups[SUBJECT].next_at is None
    world = pass_time(deferred(), 31)
    followed(world, revoked())
    assert world.followups[SUBJECT].next_at is None


@pytest.mark.row(19)
def test_only_an_overdue_deferral_is_revoked_and_with_a_reason() -> None:
    refusal = refused(followup.NotOverdueYet, deferred(), revoked(revoked_at=at(23, 59, days=30)), owner())
    assert (refusal.status, refusal.path) == (422, "data.revoked_at")
    world = pass_time(deferred(), 31)
    fact = followed(world, revoked())
    assert fact.standing is not None
    assert fact.standing.overdue
    assert (world.followups[SUBJECT].revoked, world.followups[SUBJECT].open) == ("逾期未补正", False)
    assert refused(followup.AlreadyRevoked, world, revoked(), owner()).status == 409
    assert refused(followup.AlreadyRevoked, world, made_good(), owner()).status == 409
    assert world.applications[SUBJECT].outcome is Outcome.DEFERRED  # the session's figures stay


@pytest.mark.row(19, 82)
def test_a_revocation_that_comes_before_the_clock_has_struck_waits_for_it() -> None:
    assert refused(NotYet, deferred(), revoked(), owner()).needs == f"{DeferralOverdue.type} {SUBJECT}"


@pytest.mark.row(19)
def test_what_is_overdue_can_still_be_made_good_but_then_not_revoked() -> None:
    world = pass_time(deferred(), 31)
    followed(world, made_good(supplied_at=at(9, days=40)))
    assert world.followups[SUBJECT].made_good_on == date(2022, 4, 25)
    assert refused(followup.AlreadyMadeGood, world, revoked(), owner()).status == 409


@pytest.mark.row(19, 25)
def test_a_correction_that_changes_what_is_missing_begins_the_follow_up_anew() -> None:
    world = pass_time(deferred((made_good(LIST[0]), owner())), 31)
    later = approval_corrected(outcome=Outcome.DEFERRED, deferral=deferral(missing=LIST, due=date(2022, 5, 20)))
    decide(world, later, owner())
    follow = world.followups[SUBJECT]
    assert (follow.turn, follow.outstanding, follow.overdue, follow.due) == (1, LIST, False, date(2022, 5, 20))
    assert follow.next_at == datetime(2022, 5, 18, tzinfo=SHANGHAI)


@pytest.mark.row(19, 25)
def test_a_correction_of_something_else_leaves_the_follow_up_as_it_is() -> None:
    world = deferred((made_good(LIST[0]), owner()))
    same = approval_corrected(
        outcome=Outcome.DEFERRED, deferral=deferral(missing=LIST), document_number="鄂环审字〔2022〕9号"
    )
    decide(world, same, owner())
    assert (world.followups[SUBJECT].turn, world.followups[SUBJECT].outstanding) == (0, LIST[1:])


@pytest.mark.row(19, 25)
def test_a_correction_that_lifts_the_deferral_ends_its_follow_up() -> None:
    world = pass_time(deferred(), 31)
    decide(world, approval_corrected(outcome=Outcome.APPROVED), owner())
    assert (world.followups[SUBJECT].open, world.followups[SUBJECT].next_at) == (False, None)
    assert refused(followup.NotDeferred, world, made_good(), owner()).status == 409
    decide(world, approval_corrected(outcome=Outcome.FORWARDED), owner())
    followed(world, received())
    decide(world, approval_corrected(outcome=Outcome.DEFERRED), owner())
    assert world.followups[SUBJECT].receipt_number is None


@pytest.mark.row(19, 20, 82)
@pytest.mark.parametrize("event", [made_good(), revoked(), received(), resolved()], ids=lambda one: type(one).__name__)
def test_what_follows_waits_for_docketing_and_decision(event: FollowUpEvent) -> None:
    assert refused(NotYet, planned(), event, owner()).needs == f"{ApplicationDocketed.type} {SUBJECT}"
    assert refused(NotYet, opened(), event, owner()).needs == f"{ApprovalSigned.type} {SUBJECT}"


@pytest.mark.row(15, 19, 20, 75)
@pytest.mark.parametrize("by", [DRC, caller("water")], ids=lambda one: one.unit_name)
@pytest.mark.parametrize("event", [made_good(), revoked(), received(), resolved()], ids=lambda one: type(one).__name__)
def test_nobody_but_the_deciding_unit_follows_an_application_up(event: FollowUpEvent, by: Caller) -> None:
    refused(NotTheOwner, deferred(), event, by)
    refused(NotTheOwner, forwarded(), event, by)


@pytest.mark.row(19, 20)
def test_each_follow_up_belongs_to_its_outcome() -> None:
    for world in (opened(SIGNED), forwarded()):
        refused(followup.NotDeferred, world, made_good(), owner())
        refused(followup.NotDeferred, world, revoked(), owner())
    for world in (opened(SIGNED), deferred()):
        refused(followup.NotForwarded, world, received(), owner())
        refused(followup.NotForwarded, world, resolved(), owner())
    refused(Withdrawn, opened((application_withdrawn(), DRC)), made_good(), owner())


@pytest.mark.row(59)
def test_what_the_service_states_nobody_else_does() -> None:
    standing = followed(deferred(), made_good(LIST[0])).standing
    refused(StatedByService, deferred(), made_good(standing=standing), owner())


@pytest.mark.row(20)
def test_a_forwarded_application_has_a_receipt_and_later_a_result() -> None:
    world = forwarded()
    fact = followed(world, received(promised_by=date(2022, 4, 20)))
    assert fact.standing is not None
    assert fact.standing.due == date(2022, 4, 20)
    assert world.followups[SUBJECT].open
    followed(world, resolved())
    follow = world.followups[SUBJECT]
    assert (follow.open, follow.result, follow.document) == (False, ForwardResult.GRANTED, "内环审〔2022〕7号")


@pytest.mark.row(20, 82)
def test_receipt_and_result_may_come_in_either_order() -> None:
    one, other = forwarded(), forwarded()
    for event in (received(), resolved()):
        followed(one, event)
    for event in (resolved(), received()):
        followed(other, event)
    assert one.followups == other.followups


@pytest.mark.row(20, 25)
def test_receipt_and_result_are_recorded_once_and_replaced_only_with_a_reason() -> None:
    world = forwarded((received(), owner()), (resolved(), owner()))
    assert refused(followup.AlreadyReceived, world, received(receipt_number="2号"), owner()).status == 409
    assert refused(followup.AlreadyResolved, world, resolved(result="refused"), owner()).status == 409
    followed(world, received(receipt_number="2号", reason="登记时抄错"))
    followed(world, resolved(result="refused", reason="登记时抄错"))
    follow = world.followups[SUBJECT]
    assert (follow.receipt_number, follow.result) == ("2号", ForwardResult.REFUSED)


@pytest.mark.row(20)
def test_the_dates_of_receipt_result_and_telling_follow_one_another() -> None:
    world = forwarded()
    assert refused(followup.BeforeTheDecision, world, received(received_on=date(2022, 3, 15)), owner()).status == 422
    assert refused(followup.BeforeTheDecision, world, resolved(decided_on=date(2022, 3, 15)), owner()).status == 422
    early = received(promised_by=date(2022, 3, 17))
    assert refused(followup.PromisedTooEarly, world, early, owner()).path == "data.promised_by"
    untold = resolved(told_at=at(9, days=19))
    assert refused(followup.ToldBeforeDecided, world, untold, owner()).path == "data.told_at"
