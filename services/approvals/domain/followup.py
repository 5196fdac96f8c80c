"""What follows a decision: made good, revoked; received and resolved by the higher body (rows 19, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from services.approvals.domain.followed import FollowUp, begun
from services.approvals.domain.leaving import standing
from services.approvals.domain.owners import deciding_unit
from shared.campaign import StatedByService
from shared.clock import shanghai_date
from shared.events import (
    ApprovalSigned,
    DeferralMadeGood,
    DeferralOverdue,
    DeferralRevoked,
    Event,
    FollowUpEvent,
    ForwardReceived,
    ForwardResolved,
)
from shared.events.applications import Decision
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Outcome

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.approvals.domain.world import ApprovalsWorld


class NotDeferred(Refused):
    """The decision in force is no deferral."""

    status = 409
    row = 19
    zh = "该事项的结论是“{outcome.zh}”，不是容缺审批"
    en = "This application is {outcome.en}, not deferred"


class NotForwarded(Refused):
    """The decision in force is no forwarding."""

    status = 409
    row = 20
    zh = "该事项的结论是“{outcome.zh}”，不是转报上报"
    en = "This application is {outcome.en}, not forwarded"


class NotOnTheList(Refused):
    """A material handed in that the deferral does not ask for."""

    row = 19
    zh = "“{material}”不在所缺材料之列；尚缺：{outstanding}"
    en = "'{material}' is not on the list of missing materials; outstanding: {outstanding}"


class AlreadySupplied(Refused):
    """A material handed in before."""

    status = 409
    row = 19
    zh = "“{material}”已于{day}补交"
    en = "'{material}' was handed in on {day}"


class AlreadyMadeGood(Refused):
    """Nothing is outstanding any more."""

    status = 409
    row = 19
    zh = "该事项的容缺材料已于{day}补齐"
    en = "All deferred materials were handed in by {day}"


class AlreadyRevoked(Refused):
    """The deferred approval was revoked."""

    status = 409
    row = 19
    zh = "该事项的容缺审批已撤销（{reason}）"
    en = "This deferred approval was revoked ({reason})"


class NotOverdueYet(Refused):
    """A deferral can be revoked only after its due date."""

    row = 19
    zh = "补正期限{due}未过，不能撤销"
    en = "It cannot be revoked before its due date {due} has passed"


class BeforeTheDecision(Refused):
    """What follows a decision cannot lie before it."""

    row = 19
    zh = "日期{day}早于签批日期{signed}"
    en = "{day} is before the day of the decision, {signed}"


class AlreadyReceived(Refused):
    """The receipt is known."""

    status = 409
    row = 20
    zh = "上级机关的受理文号 {number} 已登记；如有差错请写明更正原因（reason）"
    en = "The receipt {number} is recorded already; give a reason to replace it"


class PromisedTooEarly(Refused):
    """The promised day lies before the receipt."""

    row = 20
    zh = "承诺办结日期{promised}早于受理日期{received}"
    en = "The promised day {promised} is before the day of receipt {received}"


class AlreadyResolved(Refused):
    """The final result is known."""

    status = 409
    row = 20
    zh = "上级机关的办理结果已登记：{result.zh}（{document}）；如有差错请写明更正原因（reason）"
    en = "The result is recorded already: {result.en} ({document}); give a reason to replace it"


class ToldBeforeDecided(Refused):
    """Nobody can be told of a result before there is one."""

    row = 20
    zh = "告知申请人的日期{told}早于上级机关作出决定的日期{decided}"
    en = "The applicant cannot have been told on {told}, before the decision of {decided}"


def begin(world: ApprovalsWorld, decision: Decision, unit: str) -> None:
    """Follow up a decision; a correction that changes what is promised begins anew, any other leaves it as it is."""
    before = world.followups.get(decision.subject)
    if before is None and decision.deferral is None and decision.forwarding is None:
        return
    application = world.applications[decision.subject]
    after = begun(
        decision,
        project_name=application.project_name,
        owner_name=application.owner_name,
        unit=unit,
        turn=before.turn + 1 if before else 0,
    )
    if before is None or before.terms != after.terms:
        world.put_followup(after)


def _followed(world: ApprovalsWorld, posted: Posted, event: FollowUpEvent) -> FollowUp:
    """Return the follow-up of a decided application, which its deciding unit keeps."""
    deciding_unit(world, posted, event)
    if event.standing is not None:
        raise StatedByService(path="data.standing")
    application = standing(world, event)
    if application.outcome is None:
        raise NotYet(ApprovalSigned.type, event.subject)
    follow = world.followups.get(event.subject)
    kind, refusal = (
        (Outcome.DEFERRED, NotDeferred)
        if isinstance(event, (DeferralMadeGood, DeferralRevoked))
        else (Outcome.FORWARDED, NotForwarded)
    )
    if follow is None or follow.kind is not kind:
        raise refusal(path="data.project_code", outcome=application.outcome)
    return follow


def _after_the_decision(follow: FollowUp, day: date, path: str) -> None:
    if day < (signed := shanghai_date(follow.signed_at)):
        raise BeforeTheDecision(path=path, day=day, signed=signed)


def _still_deferred(follow: FollowUp) -> None:
    if follow.revoked is not None:
        raise AlreadyRevoked(path="data.project_code", reason=follow.revoked)
    if not follow.outstanding:
        raise AlreadyMadeGood(path="data.project_code", day=follow.made_good_on)


def _of(event: FollowUpEvent, *names: str) -> dict[str, Any]:
    return {name: getattr(event, name) for name in names}


def _record(world: ApprovalsWorld, event: FollowUpEvent, after: FollowUp) -> Sequence[Event]:
    world.put_followup(after)
    return [event.model_copy(update={"standing": after.standing})]


def make_good(world: ApprovalsWorld, posted: Posted, event: DeferralMadeGood) -> Sequence[Event]:
    """Record materials handed in, all or some; what is missing stays open (row 19)."""
    follow = _followed(world, posted, event)
    _still_deferred(follow)
    _after_the_decision(follow, shanghai_date(event.supplied_at), "data.supplied_at")
    supplied: dict[str, datetime] = dict(follow.supplied)
    for material in dict.fromkeys(event.materials):
        if material not in follow.missing:
            outstanding = "、".join(follow.outstanding)
            raise NotOnTheList(path="data.materials", material=material, outstanding=outstanding)
        if material in supplied:
            day = shanghai_date(supplied[material])
            raise AlreadySupplied(path="data.materials", material=material, day=day)
        supplied[material] = event.supplied_at
    return _record(world, event, follow.with_(supplied=supplied, **_of(event, "supplied_by", "received_by")))


def revoke(world: ApprovalsWorld, posted: Posted, event: DeferralRevoked) -> Sequence[Event]:
    """Revoke a deferred approval whose materials are overdue (row 19); the session's own figures stay."""
    follow = _followed(world, posted, event)
    _still_deferred(follow)
    if follow.due is not None and shanghai_date(event.revoked_at) <= follow.due:
        raise NotOverdueYet(path="data.revoked_at", due=follow.due)
    if not follow.overdue:
        raise NotYet(DeferralOverdue.type, event.subject)
    return _record(world, event, follow.with_(revoked=event.reason, **_of(event, "revoked_at", "revoked_by")))


def receive(world: ApprovalsWorld, posted: Posted, event: ForwardReceived) -> Sequence[Event]:
    """Record the higher body's receipt (row 20)."""
    follow = _followed(world, posted, event)
    _after_the_decision(follow, event.received_on, "data.received_on")
    if event.promised_by is not None and event.promised_by < event.received_on:
        raise PromisedTooEarly(path="data.promised_by", promised=event.promised_by, received=event.received_on)
    if follow.receipt_number is not None and event.reason is None:
        raise AlreadyReceived(path="data.receipt_number", number=follow.receipt_number)
    received = _of(event, "receipt_number", "received_on")
    return _record(world, event, follow.with_(**received, due=event.promised_by))


def resolve(world: ApprovalsWorld, posted: Posted, event: ForwardResolved) -> Sequence[Event]:
    """Record the higher body's decision, which the applicant has been told (row 20)."""
    follow = _followed(world, posted, event)
    _after_the_decision(follow, event.decided_on, "data.decided_on")
    if (told := shanghai_date(event.told_at)) < event.decided_on:
        raise ToldBeforeDecided(path="data.told_at", told=told, decided=event.decided_on)
    if follow.result is not None and event.reason is None:
        raise AlreadyResolved(path="data.project_code", result=follow.result, document=follow.document)
    resolved = _of(event, "result", "document", "decided_on", "told_at", "told_how")
    return _record(world, event, follow.with_(**resolved))
