"""A unit that is silent: alarms at their hours, the bulletin in time all the same, a correction when it speaks."""

import json
from datetime import timedelta

import pytest

from services.bulletin.domain.edition import Edition
from shared.events import ApprovalSigned, LicenceIssued
from tests.builders import DRC, PLAN, approval_signed, plan, project_code
from tests.bulletin.newsroom import kinds, newsroom
from tests.bulletin.stories import DUE_AT, around, decided, held
from tests.systems import System, together

UNSIGNED = [post for post in held() if not isinstance(post[0], (ApprovalSigned, LicenceIssued))]
SILENT = decided((plan(), DRC), *UNSIGNED)


@pytest.mark.row(57, 58)
async def test_with_one_unit_silent_alarms_are_raised_and_the_bulletin_goes_out_naming_it(system: System) -> None:
    room = await newsroom(system)
    await room.learn(*SILENT, *around())
    told = {}
    for hours in (1, 11.99, 12, 12.1, 19.99, 20, 22, 22.99, 23, 23.49, 23.5, 24, 25):
        await room.look(hours=hours)
        told[hours] = len(await kinds(room))
    assert told == {
        1: 0,
        11.99: 0,
        12: 1,
        12.1: 1,
        19.99: 1,
        20: 2,
        22: 2,
        22.99: 2,
        23: 3,
        23.49: 3,
        23.5: 4,
        24: 4,
        25: 4,
    }
    alarms = ["deadline approaching"] * 3
    assert await kinds(room) == [*alarms, "bulletin issued"]
    assert [json.loads(one["data"])["hours_since_closing"] for one in (await room.published())[:3]] == [12, 20, 23]
    (row,) = await room.editions()
    edition = Edition.model_validate_json(row.canonical)
    assert row.issued_at < DUE_AT
    assert not row.complete
    assert {one.unit for one in edition.owed} == {"市生态环境局"}
    # What comes late is a correction, and the original stays.
    late = approval_signed(project_code=project_code(1))
    await room.learn(late)
    await room.look(hours=26)
    assert await kinds(room) == [*alarms, "bulletin issued", "bulletin corrected"]
    first, second = await room.editions()
    (change,) = Edition.model_validate_json(second.canonical).changes
    assert (change.old, change.new) == ("（未办结）", "审批")
    assert (first.sha256, first.pdf) == (row.sha256, row.pdf)


@pytest.mark.row(57)
async def test_a_service_that_was_away_over_the_limit_says_so_and_issues_at_once(system: System) -> None:
    room = await newsroom(system)
    await room.learn(*SILENT, *around())
    await room.look(hours=30)
    await room.look(hours=31)
    assert await kinds(room) == ["deadline missed", "bulletin issued"]


async def test_the_campaigns_own_limit_counts_even_if_its_plan_is_heard_last(system: System) -> None:
    room = await newsroom(system)
    switches = PLAN.switches.model_copy(update={"bulletin_within": timedelta(days=2)})
    planned, *rest = room.teller.tell(plan(switches=switches), *SILENT[1:])
    await room.hear(*rest)
    await room.hear(planned)
    await room.look(hours=30)
    await room.look(hours=47.5)
    assert await kinds(room) == ["deadline approaching", "bulletin issued"]


async def test_an_alarm_is_raised_by_one_of_two_workers(system: System) -> None:
    room = await newsroom(system)
    await room.learn(*SILENT)
    room.clock.after(hours=12)
    await together(room.deadline().look(), room.deadline().look())
    assert await kinds(room) == ["deadline approaching"]
