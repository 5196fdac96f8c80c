"""What is known of an application that its decision did not end: deferred, or forwarded to a higher body. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict

from services.approvals.domain.lights import State
from shared.clock import SHANGHAI, shanghai_date
from shared.events import DeferralOverdue, DeferralReminded, FollowUpEvent, Standing
from shared.events.applications import Decision
from shared.vocabulary import Formality, ForwardResult, Level, Outcome

REMINDED_BEFORE: Final = timedelta(days=2)
E = TypeVar("E", bound=FollowUpEvent)


def midnight(day: date) -> datetime:
    """Return the moment a day begins in Ordos."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


class FollowUp(BaseModel):
    """One application's follow-up; without `kind` its decision needs none (any more)."""

    model_config = ConfigDict(frozen=True)
    subject: str
    session: str
    kind: Outcome | None
    turn: int = 0
    """How often a correction has begun it anew."""
    project_name: str
    owner_name: str
    unit: str
    signed_at: datetime
    due: date | None = None
    missing: tuple[str, ...] = ()
    commitment_letter: str | None = None
    supplied: Mapping[str, datetime] = {}
    """Materials handed in, and when."""
    reminded: bool = False
    overdue: bool = False
    supplied_by: str | None = None
    received_by: str | None = None
    """Who handed in, and who took, what came last."""
    revoked: str | None = None
    """The reason, once it is revoked."""
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    target_body: str | None = None
    opinion: str | None = None
    receipt_number: str | None = None
    received_on: date | None = None
    result: ForwardResult | None = None
    document: str | None = None
    decided_on: date | None = None
    told_at: datetime | None = None
    told_how: str | None = None

    @property
    def outstanding(self) -> tuple[str, ...]:
        """What of the list is still missing."""
        return tuple(one for one in self.missing if one not in self.supplied)

    @property
    def open(self) -> bool:
        """Whether somebody still owes something."""
        if self.kind is Outcome.DEFERRED:
            return bool(self.outstanding) and self.revoked is None
        return self.kind is Outcome.FORWARDED and self.result is None

    @property
    def state(self) -> State | None:
        """The word for it in the ledger; None where the decision says it all."""
        if self.kind is Outcome.DEFERRED:
            return self._deferred_state
        if self.kind is Outcome.FORWARDED:
            if self.result is not None:
                return State.GRANTED if self.result is ForwardResult.GRANTED else State.REFUSED
            return State.RECEIVED if self.receipt_number else State.FORWARDED
        return None

    @property
    def _deferred_state(self) -> State:
        if self.revoked is not None:
            return State.REVOKED
        if not self.outstanding:
            return State.MADE_GOOD
        if self.overdue:
            return State.OVERDUE
        return State.PARTLY if self.supplied else State.DEFERRED

    @property
    def made_good_on(self) -> date | None:
        """The day the last material of the list came, once all have."""
        if self.kind is not Outcome.DEFERRED or self.outstanding:
            return None
        return max(shanghai_date(self.supplied[one]) for one in self.missing)

    @property
    def terms(self) -> tuple[object, ...]:
        """What a correction has to change for the follow-up to begin anew (row 25)."""
        letter, body = self.commitment_letter, self.target_body
        return self.kind, letter, frozenset(self.missing), body, self.due if self.kind is Outcome.DEFERRED else None

    @property
    def standing(self) -> Standing:
        """What a fact states of it."""
        return Standing(
            project_name=self.project_name,
            owner_name=self.owner_name,
            unit=self.unit,
            signed_at=self.signed_at,
            due=self.due,
            missing=self.missing,
            outstanding=self.outstanding,
            overdue=self.overdue,
            target_body=self.target_body,
            receipt_number=self.receipt_number,
        )

    def with_(self, **changes: Any) -> FollowUp:  # noqa: ANN401  (any field)
        """Return it with some fields changed."""
        return self.model_copy(update=changes)

    @property
    def _reminder_at(self) -> datetime | None:
        """When it is time to remind; never for a deadline so short that the decision itself was the reminder."""
        if self.due is None or (moment := midnight(self.due) - REMINDED_BEFORE) <= self.signed_at:
            return None
        return moment

    @property
    def next_at(self) -> datetime | None:
        """When the clock will bring its next fact (row 19)."""
        if self.kind is not Outcome.DEFERRED or not self.open or self.overdue or self.due is None:
            return None
        if not self.reminded and (reminder := self._reminder_at) is not None:
            return reminder
        return midnight(self.due) + timedelta(days=1)

    def at_its_hour(self) -> tuple[FollowUp, FollowUpEvent]:
        """Return what becomes of it at `next_at`, and the fact of it."""
        reminds = not self.reminded and self._reminder_at is not None
        after = self.with_(reminded=True) if reminds else self.with_(overdue=True)
        return after, after.fact(DeferralReminded if reminds else DeferralOverdue, due=self.due)

    def fact(self, kind: type[E], **data: object) -> E:
        """Return a fact about it that nobody posted."""
        _, project_code, formality, level = self.subject.split("/")
        return kind(
            session=self.session,
            project_code=project_code,
            formality=Formality(formality),
            level=Level(level),
            standing=self.standing,
            **data,
        )


def begun(decision: Decision, *, project_name: str, owner_name: str, unit: str, turn: int) -> FollowUp:
    """Return the follow-up that a decision begins."""
    deferral, forwarding = decision.deferral, decision.forwarding
    return FollowUp(
        subject=decision.subject,
        session=decision.session,
        kind=decision.outcome if deferral or forwarding else None,
        turn=turn,
        project_name=project_name,
        owner_name=owner_name,
        unit=unit,
        signed_at=decision.signed_at,
        due=deferral.due if deferral else None,
        missing=deferral.missing if deferral else (),
        commitment_letter=deferral.commitment_letter if deferral else None,
        target_body=forwarding.target_body if forwarding else None,
        opinion=forwarding.opinion if forwarding else None,
    )
