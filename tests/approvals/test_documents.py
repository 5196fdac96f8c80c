"""One document may close two formalities of a project, 林草一文批复, and never those of two projects (row 22)."""

import pytest

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.documents import DocumentOfAnotherProject
from services.approvals.domain.state import totals
from shared.events import ApprovalSigned
from shared.vocabulary import Formality
from tests.approvals.worlds import OPENED, SCHEDULED
from tests.builders import (
    BANNER_SESSION,
    DRC,
    application_docketed,
    approval_corrected,
    approval_signed,
    gated,
    owner,
    project_code,
)
from tests.deciding import Post, decide, given, refused

NUMBER = "鄂林草审字〔2022〕12号"
FORESTRY = owner(Formality.FOREST_LAND)


def signed(formality: Formality, number: int = 1, **changes: object) -> ApprovalSigned:
    what = {"formality": formality, "project_code": project_code(number)}
    return approval_signed(**what, document_number=NUMBER, **changes)


def table(*posts: Post) -> ApprovalsWorld:
    """Return an open session with the forest land and grassland formalities of two projects."""
    dockets = [
        (application_docketed(formality=formality, project_code=project_code(number)), DRC)
        for number in (1, 2)
        for formality in (Formality.FOREST_LAND, Formality.GRASSLAND)
    ]
    return given(ApprovalsWorld(), (gated("own_documents"), DRC), SCHEDULED, OPENED, *dockets, *posts)


@pytest.mark.row(22)
def test_one_document_closes_two_formalities_and_counts_as_two_items_and_one_document() -> None:
    world = table((signed(Formality.FOREST_LAND), FORESTRY), (signed(Formality.GRASSLAND), FORESTRY))
    counted = totals(world.of_session(BANNER_SESSION))
    assert counted.documents == 1
    assert sum(one.applications for one in counted.counts if one.outcome is not None) == 2


@pytest.mark.row(22)
def test_a_document_of_one_project_serves_no_other() -> None:
    world = table((signed(Formality.FOREST_LAND), FORESTRY))
    refusal = refused(DocumentOfAnotherProject, world, signed(Formality.FOREST_LAND, number=2), FORESTRY)
    assert (refusal.status, refusal.row) == (409, 22)
    assert f"{NUMBER}已用于项目{project_code(1)}" in refusal.problem()["title"]
    other = signed(Formality.GRASSLAND).model_copy(update={"document_number": "鄂林草审字〔2022〕13号"})
    given(world, (other, FORESTRY))
    assert totals(world.of_session(BANNER_SESSION)).documents == 2
    what = {"formality": Formality.GRASSLAND, "document_number": NUMBER}
    decide(world, approval_corrected(**what), FORESTRY)
    assert totals(world.of_session(BANNER_SESSION)).documents == 1
