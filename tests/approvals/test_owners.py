"""Which bureau decides a formality is set by the campaign, and may be set otherwise at one session (row 15)."""

from typing import Final

import pytest

from services.approvals.domain.owners import DecidedThere, DecidesAlready, NoSuchBureau
from services.approvals.domain.refusals import LevelNotHere, NotTheOwner
from services.bulletin.domain import fold
from services.bulletin.domain.facts import read
from shared.campaign import NotAllowed
from shared.envelope import read_published
from shared.events import FormalityAssigned
from shared.vocabulary import Formality, Level
from tests.approvals.worlds import DOCKETED, SIGNED, opened
from tests.builders import (
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OTHER_SESSION,
    PLAN,
    application_docketed,
    approval_signed,
    at,
    caller,
    owner,
    project_code,
)
from tests.deciding import Post, decide, given, refused
from tests.posting import approvals
from tests.systems import System, fact


def assigned(bureau: str = "water", **changes: object) -> FormalityAssigned:
    """Give the city's environmental assessments at the usual session to a bureau."""
    usual = {
        "session": BANNER_SESSION,
        "formality": Formality.ENVIRONMENTAL_IMPACT,
        "level": Level.CITY,
        "bureau": bureau,
        "reason": "职责调整",
        "assigned_at": at(9, days=-1),
    }
    return FormalityAssigned.model_validate({**usual, **changes})


TO_WATER: Final[Post] = (assigned(), DRC)


@pytest.mark.row(15)
def test_what_was_given_to_another_bureau_is_signed_by_that_one_at_that_session_only() -> None:
    world = opened(TO_WATER)
    refusal = refused(NotTheOwner, world, *SIGNED)
    assert refusal.status == 403
    assert "由市水利局办理" in refusal.problem()["title"]
    decide(world, approval_signed(), caller("water"))
    elsewhere = {"session": OTHER_SESSION, "project_code": project_code(2)}
    given(world, (application_docketed(**elsewhere), DRC))
    refused(NotTheOwner, world, approval_signed(**elsewhere), caller("water"))


@pytest.mark.row(15)
def test_the_city_drc_alone_assigns_and_only_to_a_unit_that_there_is() -> None:
    assert refused(NotAllowed, opened(), assigned(), BANNER_DRC).status == 403
    assert refused(NoSuchBureau, opened(), assigned("mines"), DRC).path == "data.bureau"
    assert refused(DecidesAlready, opened(), assigned("ecology"), DRC).status == 409
    refused(DecidesAlready, opened(TO_WATER), *TO_WATER)
    refused(LevelNotHere, opened(), assigned(session=CITY_SESSION, level=Level.BANNER), DRC)


@pytest.mark.row(15)
def test_what_has_been_decided_stays_with_whoever_decided_it() -> None:
    refusal = refused(DecidedThere, opened(SIGNED), *TO_WATER)
    assert "已有1项市级环评由市生态环境局办结" in refusal.problem()["title"]
    decide(opened(TO_WATER), assigned("ecology"), DRC)  # and back, as long as nothing is decided


@pytest.mark.row(15, 58)
def test_the_bulletin_names_the_bureau_it_was_given_to_as_the_one_that_owes_it() -> None:
    facts = [read_published(fact("approvals", n, event)) for n, event in enumerate((DOCKETED[0], assigned()), start=1)]
    (row,) = fold.applications(read(PLAN, BANNER_SESSION, facts))
    assert row.unit == "市水利局"


@pytest.mark.row(15, 27)
async def test_the_ledger_shows_and_filters_by_the_unit_that_decides_it_now(system: System) -> None:
    water = caller("water")
    async with approvals(system, (PLAN, DRC), DOCKETED, TO_WATER) as office:
        for unit, lines in ((water.unit, 1), (owner().unit, 0)):
            path = f"/v1/campaigns/{PLAN.campaign}/ledger"
            page = (await office.client.get(path, params={"unit": unit}, headers=office.key(DRC))).json()
            assert [line["unit"] for line in page["lines"]] == ["市水利局"] * lines
