"""Documents: one may close two formalities of a project, never two projects (row 22; 林草手续一文批复)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.events import ApprovalCorrected, ApprovalSigned, Unit
from shared.problems import Refused

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class DocumentOfAnotherProject(Refused):
    """The issuer used this document number for another project."""

    status = 409
    row = 22
    zh = "{unit}的文号{number}已用于项目{project}；一文可批复同一项目的两项手续，不能用于两个项目"
    en = "{unit} used the document number {number} for project {project}; one document may not serve two projects"


def keep(world: ApprovalsWorld, event: ApprovalSigned | ApprovalCorrected, owner: Unit) -> None:
    """Note for which project the issuer uses a document number, if the campaign watches over them (row 22)."""
    number = event.document_number
    if number is None or not world.registries[event.campaign].plan.switches.own_documents:
        return
    project = world.documents.get((owner.code, number))
    if project is None:
        world.documents[owner.code, number] = event.project_code
        world.changes.documents.append((owner.code, number, event.project_code))
    elif project != event.project_code:
        raise DocumentOfAnotherProject(path="data.document_number", unit=owner.name, number=number, project=project)
