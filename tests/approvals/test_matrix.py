"""Every unit of the plan tries every event: nobody writes what is another's, whatever his role (row 75)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.world import ACCEPTS
from services.approvals.keyring import role_of
from shared.events import ApplicationEvent, ApprovalSigned, Event, Unit
from shared.keys import BeyondScope, ForeignSource, ReadsOnly, is_from, may_post
from shared.posted import Caller
from shared.problems import NotYet, Refused
from shared.vocabulary import CITY_DIVISION, Formality, Level, Role
from tests import builders
from tests.builders import DRC, PLAN, application_docketed, approval_signed, posted, project_code
from tests.deciding import given

pytestmark = pytest.mark.row(75, 88)
UNITS: Final = PLAN.units


def caller_of(unit: Unit, role: Role | None = None, **narrowed: Any) -> Caller:  # noqa: ANN401  (a key's scope)
    key = ("key", unit.code, unit.name, role or role_of(unit), unit.level, unit.division)
    return Caller(*key, **narrowed)


def opened(division: str) -> ApprovalsWorld:
    """Return a world with a banner's session open and every formality of a project docketed at both levels."""
    session = f"{PLAN.campaign}-{division}"
    code = project_code(1, division)
    government = builders.caller("government", division)
    docketed = [
        (application_docketed(session=session, project_code=code, formality=formality, level=level), DRC)
        for formality in Formality
        for level in Level
    ]
    posts = [
        (builders.plan(), DRC),
        (builders.session_scheduled(session=session), DRC),
        (builders.session_opened(session=session), government),
        *docketed,
    ]
    return given(ApprovalsWorld(), *posts)


def decisions(division: str) -> Iterator[ApprovalSigned]:
    for formality in Formality:
        for level in Level:
            yield approval_signed(
                session=f"{PLAN.campaign}-{division}",
                project_code=project_code(1, division),
                formality=formality,
                level=level,
                document_number=None,
            )


def owner_code(event: ApplicationEvent) -> str:
    """Return whose decision it is by the plan alone, without the service's rules."""
    division = CITY_DIVISION if event.level is Level.CITY else event.session.rpartition("-")[2]
    bureau = PLAN.owners[event.level][event.formality]
    (code,) = [u.code for u in UNITS if (u.level, u.division, u.bureau) == (event.level, division, bureau)]
    return code


def answer(world: ApprovalsWorld, event: Event, by: Caller) -> str:
    try:
        world.decide(posted(event, by))
    except NotYet:
        return "waits"
    except Refused as refusal:
        return str(refusal.status)
    return "written"


@pytest.mark.parametrize("division", ["150602", "150603"])
def test_of_all_units_only_the_owner_decides_a_formality_at_a_level(division: str) -> None:
    written, tried = Counter[str](), 0
    for event in decisions(division):
        # The owner last: were another's decision taken, it would be there before his.
        for unit in sorted(UNITS, key=lambda one: one.code == owner_code(event)):
            world, tried = opened(division) if unit.code == owner_code(event) else WORLDS[division], tried + 1
            if answer(world, event, caller_of(unit)) == "written":
                written[f"{event.formality}/{event.level}"] += 1
                assert unit.code == owner_code(event)
    assert written == {f"{formality}/{level}": 1 for formality in Formality for level in Level}
    assert tried == len(UNITS) * len(Formality) * len(Level)


WORLDS: Final = {division: opened(division) for division in ("150602", "150603")}


def test_no_key_speaks_for_another_unit_whatever_it_is_for() -> None:
    for one in UNITS:
        for other in UNITS:
            if one is not other:
                with pytest.raises(ForeignSource):
                    is_from(caller_of(one), f"/units/{other.code}")


def test_a_narrow_key_or_one_for_looking_posts_nothing_beside_what_it_is_for() -> None:
    for unit in UNITS:
        for role in Role:
            for event_type in ACCEPTS:
                caller = caller_of(unit, role, types=frozenset({ApprovalSigned.type}))
                if role in {Role.VIEWER, Role.OPERATOR}:
                    with pytest.raises(ReadsOnly):
                        may_post(caller, event_type)
                elif event_type != ApprovalSigned.type:
                    with pytest.raises(BeyondScope):
                        may_post(caller, event_type)
                else:
                    may_post(caller, event_type)
