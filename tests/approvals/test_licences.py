"""A mistyped licence is put right by a new event: the right number is taken, the wrong one free again (rows 21, 25)."""

import pytest

from services.approvals.domain.history import history
from services.approvals.domain.licences import LicenceAsItWas, LicenceOfAnother
from services.approvals.domain.refusals import LicenceNumberTaken, NotTheOwner
from shared.history import Recorded
from shared.problems import NotYet
from tests.approvals.worlds import SIGNED, opened
from tests.builders import (
    DRC,
    application_docketed,
    approval_signed,
    at,
    caller,
    licence_corrected,
    licence_issued,
    owner,
)
from tests.builders import project_code as code
from tests.deciding import Post, decide, given, refused
from tests.posting import OPENED, approvals
from tests.systems import System

OTHER: tuple[Post, ...] = (
    (application_docketed(project_code=code(2)), DRC),
    (approval_signed(project_code=code(2)), owner()),
)


@pytest.mark.row(21, 25)
def test_the_right_number_is_taken_and_the_wrong_one_is_free_for_another_licence() -> None:
    world = opened(SIGNED, *OTHER, (licence_issued(), owner()))
    assert decide(world, licence_corrected(), owner()) == licence_corrected()
    assert world.applications[licence_issued().subject].licences == 1
    refused(LicenceNumberTaken, world, licence_issued(project_code=code(2), number="鄂环证０１０"), owner())
    decide(world, licence_issued(project_code=code(2)), owner())
    assert (
        refused(LicenceNumberTaken, world, licence_corrected(number="鄂环证010", right_number="鄂环证001"), owner()).row
        == 21
    )


@pytest.mark.row(15, 21)
def test_only_the_owner_corrects_and_only_a_licence_of_that_application() -> None:
    world = opened(SIGNED, *OTHER, (licence_issued(), owner()))
    refused(NotTheOwner, world, licence_corrected(), caller("water"))
    assert (
        "另一事项"
        in refused(LicenceOfAnother, world, licence_corrected(project_code=code(2)), owner()).problem()["title"]
    )
    refused(NotYet, world, licence_corrected(number="鄂环证999"), owner())
    refused(LicenceAsItWas, world, licence_corrected(right_number="鄂环证 001"), owner())
    given(world, (licence_corrected(right_number="鄂环证001", licence_type="排污许可证"), owner()))


@pytest.mark.row(25, 87)
def test_the_history_shows_the_wrong_number_beside_the_right_one() -> None:
    facts = [
        Recorded(
            event_id=f"approvals/{owner().unit}/1/{number}",
            type=fact.type,
            version=number,
            time=at(9, 30),
            recorded_at=at(9, 30),
            data=fact.model_dump(mode="json", exclude_none=True),
        )
        for number, fact in enumerate((licence_issued(), licence_corrected()))
    ]
    change = next(one for one in history(facts)[1].changes if one.field == "number")
    assert (change.old, change.new) == (("鄂环证001", "鄂环证001"), ("鄂环证010", "鄂环证010"))


@pytest.mark.row(21)
async def test_a_number_set_free_and_used_again_in_one_batch_is_the_other_applications(system: System) -> None:
    async with approvals(
        system, *OPENED, (application_docketed(), DRC), (approval_signed(), owner()), *OTHER
    ) as office:
        await office.accepted((licence_issued(), owner()))
        await office.accepted((licence_corrected(), owner()), (licence_issued(project_code=code(2)), owner()))
        rows = await system.rows("approvals", "SELECT number, subject FROM licence ORDER BY number")
        subjects = [approval_signed(project_code=code(2)).subject, approval_signed().subject]
        assert [(row["number"], row["subject"]) for row in rows] == [
            *zip(("鄂环证001", "鄂环证010"), subjects, strict=True)
        ]
