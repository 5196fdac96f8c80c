"""The ledger 台账: one line an application, with who answers for it, how it stands, by when, and its light (row 27)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from services.approvals.domain.followed import FollowUp
from services.approvals.domain.lights import Light, State, light
from services.approvals.domain.owners import bureaus_of, unit_at
from services.approvals.domain.state import Application, Session
from shared.campaign import Registry
from shared.events import Unit
from shared.vocabulary import CITY_DIVISION, Formality, ForwardResult, Level, Outcome, Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines of a campaign's ledger somebody wants to see; nothing set means all."""

    campaign: str
    today: date
    session: str | None = None
    unit: str | None = None
    enterprise: str | None = None
    state: State | None = None
    light: Light | None = None
    text: str | None = None
    states: tuple[State, ...] | None = None
    subjects: tuple[str, ...] | None = None


class Supply(BaseModel):
    """A material of a deferral's list that was handed in."""

    model_config = ConfigDict(frozen=True)
    material: str
    supplied_at: datetime


class Line(BaseModel):
    """A line of the ledger."""

    model_config = ConfigDict(frozen=True)
    subject: str
    session: str
    session_name: str
    project_code: str
    formality: Formality
    level: Level
    project_name: str
    scope: Scope
    owner_code: str
    owner_name: str
    unit: str
    """The unit that answers for it."""
    signatory: str | None
    """The person who signed for that unit."""
    state: State
    light: Light
    deadline: date | None
    outcome: Outcome | None
    document_number: str | None
    signed_at: datetime | None
    amended: bool
    licences: int
    withdrawn: str | None
    postponed: str | None
    commitment_letter: str | None = None
    missing: tuple[str, ...] = ()
    outstanding: tuple[str, ...] = ()
    supplied: tuple[Supply, ...] = ()
    supplied_by: str | None = None
    received_by: str | None = None
    revoked: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    target_body: str | None = None
    opinion: str | None = None
    receipt_number: str | None = None
    received_on: date | None = None
    promised_by: date | None = None
    result: ForwardResult | None = None
    document: str | None = None
    decided_on: date | None = None
    told_at: datetime | None = None
    told_how: str | None = None


_FOLLOWED: Final = (
    *("commitment_letter", "missing", "outstanding", "supplied_by", "received_by"),
    *("revoked", "revoked_at", "revoked_by", "target_body", "opinion", "receipt_number", "received_on"),
    *("result", "document", "decided_on", "told_at", "told_how"),
)
"""What a line takes over from the follow-up as it is."""


class Stand(NamedTuple):
    """How an application stands, by when something has to come, and who decides what at its session."""

    state: State
    deadline: date | None
    session: Session


def line(registry: Registry, application: Application, follow: FollowUp | None, stand: Stand, today: date) -> Line:
    """Write an application's line as of a day."""
    planned = registry.session(application.session)
    division = planned.division if planned else CITY_DIVISION
    unit = unit_at(registry, division, stand.session, application.level, application.formality)
    decision = json.loads(application.decision) if application.decision else {}
    return Line(
        subject=application.subject,
        session=application.session,
        session_name=planned.name if planned else application.session,
        project_code=application.project_code,
        formality=application.formality,
        level=application.level,
        project_name=application.project_name,
        scope=application.scope,
        owner_code=application.owner_code,
        owner_name=application.owner_name,
        unit=unit.name if unit else "",
        signatory=decision.get("department_signatory"),
        state=stand.state,
        light=light(stand.state, stand.deadline, today),
        deadline=stand.deadline,
        outcome=application.outcome,
        document_number=decision.get("document_number"),
        signed_at=decision.get("signed_at"),
        amended=application.amended,
        licences=application.licences,
        withdrawn=application.withdrawn,
        postponed=application.postponed,
        **_followed(follow),
    )


def _followed(follow: FollowUp | None) -> dict[str, Any]:
    if follow is None or follow.kind is None:
        return {}
    values = {name: getattr(follow, name) for name in _FOLLOWED}
    supplied = tuple(Supply(material=one, supplied_at=when) for one, when in follow.supplied.items())
    promised = follow.due if follow.kind is Outcome.FORWARDED else None
    return values | {"supplied": supplied, "promised_by": promised}


def decided_by(registry: Registry, unit: Unit, state: Session) -> Sequence[Formality]:
    """Return the formalities a unit decides at a session, at its own level."""
    planned = registry.session(state.session)
    if unit.level is Level.BANNER and (planned is None or planned.division != unit.division):
        return ()
    owners = bureaus_of(registry, state).get(unit.level, {})
    return [formality for formality, bureau in owners.items() if bureau == unit.bureau]
