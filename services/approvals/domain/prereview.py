"""Pre-review: the deciding department checks the materials before the day (notice §二(一)6(2)).

Each formality may have a checklist in the campaign's data, its materials essential 主要材料 or not. A pass says which
are there; all essential ones must be, or the materials are returned. With the switch `prereview` on:

- 审批 needs a complete pass made no later than the signing. A signing that comes before any pre-review waits for it;
  one that contradicts the pre-review in force, returned or incomplete, is refused.
- 容缺审批 is for materials that lack: it needs no pass, but what lacks may not be essential.
- 转报上报 carries the department's preliminary opinion (初审意见), which is its pre-review; the higher body decides.

Newest is what was reviewed last, whatever was posted last.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from services.approvals.domain.leaving import already_decided, standing
from services.approvals.domain.owners import deciding_unit
from services.approvals.domain.state import Application
from shared.campaign import StatedByService
from shared.events import (
    ApplicationPrereviewed,
    ApplicationReturned,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    Event,
)
from shared.identifiers import unspaced
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Formality, Outcome

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class NotOnChecklist(Refused):
    """The checklist of the formality does not have this material."""

    row = 17
    zh = "{formality.zh}的材料清单上没有“{material}”"
    en = "The checklist of {formality.en} has no {material}"


class EssentialLacking(Refused):
    """An application without an essential material is returned, not passed."""

    row = 17
    zh = "缺少主要材料（{materials}），不能通过预审，请予退回"
    en = "Essential materials are lacking ({materials}); return it instead of passing it"


class NotPassed(Refused):
    """The pre-review in force stands against approving."""

    status = 409
    row = 17
    zh = "{reviewer}于{at}预审认为尚缺{lacking}，不能签批为“审批”；请补齐后重新预审，或按容缺审批、转报上报办理"
    en = "{reviewer} found at {at} that {lacking} is lacking: it cannot be approved before it is pre-reviewed anew"


class PrereviewedAfterSigning(Refused):
    """The pre-review came after the decision it should have preceded."""

    status = 409
    row = 17
    zh = "该事项于{at}才通过预审，晚于签批时间；请在预审之后签批"
    en = "It passed its pre-review at {at} only, after the signing; sign after the pre-review"


class EssentialCannotFollow(Refused):
    """An essential material cannot be handed in later."""

    row = 17
    zh = "“{material}”是{formality.zh}的主要材料，不能容缺"
    en = "{material} is essential for {formality.en} and cannot be deferred"


class SamePerson(Refused):
    """Who pre-reviewed an application does not sign it."""

    status = 409
    row = 29
    zh = "{person}预审了该事项，不能再由其签批，请换一位负责人签字"
    en = "{person} pre-reviewed this application and cannot sign it; somebody else must"


class Prereview(NamedTuple):
    """The pre-review in force of an application."""

    subject: str
    session: str
    passed: bool
    reviewer: str
    opinion: str
    reviewed_at: datetime
    since: datetime
    """When the pass in force was first given; a later pass does not take back what an earlier one allowed."""
    present: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing stands against approving."""
        return self.passed and not self.lacking


def _same(one: str, other: str) -> bool:
    """Tell whether two names are one person's, however they are spaced."""
    return unspaced(one) == unspaced(other)


def essential(plan: CampaignPlanned, formality: Formality) -> set[str]:
    """Return the materials that cannot follow later."""
    return {one.name for one in plan.checklists.get(formality, ()) if one.essential}


def pass_(world: ApprovalsWorld, posted: Posted, event: ApplicationPrereviewed) -> Sequence[Event]:
    """Record that the materials are good enough for the day; the service states what still lacks (row 17)."""
    application = _reviewable(world, posted, event)
    plan = world.registries[event.campaign].plan
    if event.lacking is not None:
        raise StatedByService(path="data.lacking")
    checklist = [one.name for one in plan.checklists.get(event.formality, ())]
    for material in event.present:
        if checklist and material not in checklist:
            raise NotOnChecklist(path="data.present", formality=event.formality, material=material)
    lacking = tuple(name for name in checklist if name not in event.present)
    if missing := [name for name in lacking if name in essential(plan, event.formality)]:
        raise EssentialLacking(path="data.present", materials="、".join(missing))
    before = world.prereviews.get(event.subject)
    kept = before is not None and before.session == application.session and before.complete and not lacking
    since = min(before.since, event.reviewed_at) if before is not None and kept else event.reviewed_at
    _put(
        world,
        Prereview(
            subject=event.subject,
            session=application.session,
            passed=True,
            reviewer=event.reviewer,
            opinion=event.opinion,
            reviewed_at=event.reviewed_at,
            since=since,
            present=event.present,
            lacking=lacking,
        ),
    )
    return [event.model_copy(update={"lacking": lacking})]


def return_(world: ApprovalsWorld, posted: Posted, event: ApplicationReturned) -> Sequence[Event]:
    """Record that the materials were returned with an opinion; it stays docketed and may be passed yet (row 17)."""
    application = _reviewable(world, posted, event)
    _put(
        world,
        Prereview(
            subject=event.subject,
            session=application.session,
            passed=False,
            reviewer=event.reviewer,
            opinion=event.opinion,
            reviewed_at=event.reviewed_at,
            since=event.reviewed_at,
            lacking=event.lacking,
        ),
    )
    return [event]


def _put(world: ApprovalsWorld, review: Prereview) -> None:
    before = world.prereviews.get(review.subject)
    if before is None or before.session != review.session or before.reviewed_at <= review.reviewed_at:
        world.put_prereview(review)


def _reviewable(
    world: ApprovalsWorld, posted: Posted, event: ApplicationPrereviewed | ApplicationReturned
) -> Application:
    """Return the application; once it is decided, only what was reviewed before may still be told (rows 17, 82)."""
    owner = deciding_unit(world, posted, event)
    application = standing(world, event)
    if application.decision is None:
        return application
    decision = json.loads(application.decision)
    if event.reviewed_at > datetime.fromisoformat(decision["signed_at"]):
        raise already_decided(world, application, owner)
    if world.registries[event.campaign].plan.switches.other_signer:
        _two_persons(event.reviewer, decision["department_signatory"], "data.reviewer")
    return application


def _two_persons(reviewer: str, signatory: str, path: str) -> None:
    """Refuse one person for both (row 29); persons are told by their names, which is all that units send."""
    if _same(reviewer, signatory):
        raise SamePerson(path=path, person=signatory)


def check(world: ApprovalsWorld, event: ApprovalSigned | ApprovalCorrected) -> None:
    """Refuse a decision that the pre-review forbids, as far as the campaign's switches ask (rows 17, 29)."""
    plan = world.registries[event.campaign].plan
    review = world.prereviews.get(event.subject)
    if review is not None and review.session != event.session:
        review = None
    if plan.switches.other_signer and review is not None:
        _two_persons(review.reviewer, event.department_signatory, "data.department_signatory")
    if not plan.switches.prereview:
        return
    if event.outcome is Outcome.APPROVED:
        _check_passed(event, review)
    elif event.deferral is not None:
        for material in event.deferral.missing:
            if material in essential(plan, event.formality):
                raise EssentialCannotFollow(path="data.deferral.missing", formality=event.formality, material=material)


def _check_passed(event: ApprovalSigned | ApprovalCorrected, review: Prereview | None) -> None:
    if review is None:
        raise NotYet(ApplicationPrereviewed.type, event.subject)
    if not review.complete:
        raise NotPassed(
            path="data.outcome",
            reviewer=review.reviewer,
            at=review.reviewed_at,
            lacking="、".join(review.lacking),
        )
    if review.since > event.signed_at:
        raise PrereviewedAfterSigning(path="data.signed_at", at=review.since)
