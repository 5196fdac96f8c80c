"""Reads what became of the applications on the docket."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.facts.known import Case, Reader, SessionFacts
from shared.envelope import Fact
from shared.events import (
    ApplicationDocketed,
    ApplicationPostponed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    LicenceCorrected,
    LicenceIssued,
)


def _case(known: SessionFacts, fact: Fact) -> Case:
    return known.cases.setdefault(fact.subject, Case())


def _docketed(known: SessionFacts, fact: Fact) -> None:
    case = _case(known, fact)
    if fact.version > case.docketed_version:  # a later docketing supersedes an earlier one
        case.docketed = ApplicationDocketed.model_validate(fact.data)
        case.docketed_version = fact.version


def _withdrawn(known: SessionFacts, fact: Fact) -> None:
    _case(known, fact).withdrawn = ApplicationWithdrawn.model_validate(fact.data)


def _postponed(known: SessionFacts, fact: Fact) -> None:
    _case(known, fact).postponed = ApplicationPostponed.model_validate(fact.data)


def _signed(known: SessionFacts, fact: Fact) -> None:
    case = _case(known, fact)
    if fact.version > case.decision_version:
        case.decision = ApprovalSigned.model_validate(fact.data)
        case.decision_version = fact.version


def _corrected(known: SessionFacts, fact: Fact) -> None:
    case = _case(known, fact)
    case.amended = True
    if fact.version > case.decision_version:
        case.decision = ApprovalCorrected.model_validate(fact.data)
        case.decision_version = fact.version


def _licence(known: SessionFacts, fact: Fact) -> None:
    _case(known, fact).licences[fact.version] = LicenceIssued.model_validate(fact.data)


def _licence_corrected(known: SessionFacts, fact: Fact) -> None:
    _case(known, fact).licence_corrections[fact.version] = LicenceCorrected.model_validate(fact.data)


READERS: Final[Mapping[str, Reader]] = {
    ApplicationDocketed.type: _docketed,
    ApplicationWithdrawn.type: _withdrawn,
    ApplicationPostponed.type: _postponed,
    ApprovalSigned.type: _signed,
    ApprovalCorrected.type: _corrected,
    LicenceIssued.type: _licence,
    LicenceCorrected.type: _licence_corrected,
}
