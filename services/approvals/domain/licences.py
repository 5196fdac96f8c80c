"""Licences made on the spot: a number is used once per issuer; one mistyped is put right by a new event (row 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import refusals
from services.approvals.domain.owners import deciding_unit
from services.approvals.domain.signing import decided
from shared.events import ApplicationEvent, Event, LicenceCorrected, LicenceIssued, Unit
from shared.identifiers import licence_number
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Formality, Level, Outcome

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class LicenceOfAnother(Refused):
    """The number on record is another application's licence."""

    status = 409
    row = 21
    zh = "{unit}的证照编号 {number} 登记在另一事项（项目{project}，{level.zh}{formality.zh}）名下，不能在本事项更正"
    en = (
        "The licence {number} of {unit} is on record for project {project} ({formality.en}, {level.en} level), not here"
    )


class LicenceAsItWas(Refused):
    """A correction changes something."""

    status = 409
    row = 21
    zh = "更正前后的证照编号相同（{number}），证照名称也未更正；请填写正确的编号或名称"
    en = "The number {number} is the same and the kind of licence is not given; say what is wrong"


def _take(world: ApprovalsWorld, event: ApplicationEvent, owner: Unit, written: str, path: str) -> None:
    """Let an application have a licence number, if its issuer has not used it."""
    key = owner.code, licence_number(written)
    if key in world.licences:
        raise refusals.LicenceNumberTaken(path=path, unit=owner.name, number=written)
    world.licences[key] = event.subject
    world.changes.licences.add(key)


def issue_licence(world: ApprovalsWorld, posted: Posted, event: LicenceIssued) -> Sequence[Event]:
    """Record a licence made on the spot; its number is unique per issuer, reissued or not (row 21)."""
    owner = deciding_unit(world, posted, event)
    application = decided(world, event)
    if application.outcome is Outcome.FORWARDED:
        raise refusals.NoLicenceWhenForwarded(path="data.project_code")
    _take(world, event, owner, event.number, "data.number")
    world.put_application(application._replace(licences=application.licences + 1))
    return [event]


def correct_licence(world: ApprovalsWorld, posted: Posted, event: LicenceCorrected) -> Sequence[Event]:
    """Put right what was recorded of a licence; the wrong number is free again, the right one taken (rows 21, 25)."""
    owner = deciding_unit(world, posted, event)
    decided(world, event)
    was = owner.code, licence_number(event.number)
    subject = world.licences.get(was)
    if subject is None:
        raise NotYet(LicenceIssued.type, event.subject)
    if subject != event.subject:
        _, project, formality, level = subject.split("/")
        where = {"project": project, "formality": Formality(formality), "level": Level(level)}
        raise LicenceOfAnother(path="data.number", unit=owner.name, number=event.number, **where)
    if licence_number(event.right_number) == was[1]:
        if event.licence_type is None:
            raise LicenceAsItWas(path="data.right_number", number=event.number)
        return [event]
    _take(world, event, owner, event.right_number, "data.right_number")
    del world.licences[was]
    world.changes.licences.add(was)
    return [event]
