"""Those concerned are told when a session's date or place changes: once it has stood a minute, and the latest."""

import json
from datetime import datetime
from typing import Any

import pytest

from services.approvals.domain.notices import Told, concerned, enterprises, notice
from shared.campaign import Registry
from shared.events import NoticeSent
from shared.vocabulary import NoticeKind
from tests.approvals.rehearsing import on_the_campaigns_clock, pass_to
from tests.approvals.worlds import DOCKETED, SCHEDULED, planned
from tests.builders import BANNER_SESSION, CITY_SESSION, DRC, OTHER_SESSION, PLAN, at, session_scheduled, unit, venue
from tests.preparing import session_cancelled, session_rescheduled
from tests.systems import System

REGISTRY = Registry(PLAN)
DONGSHENG, CITY = (next(one for one in PLAN.sessions if one.session == name) for name in (BANNER_SESSION, CITY_SESSION))


async def notices(system: System, session: str) -> list[dict[str, Any]]:
    rows = await system.rows(
        "approvals", "SELECT envelope FROM outbox WHERE subject = $1 ORDER BY version", f"{session}/notices"
    )
    return [json.loads(row["envelope"])["data"] for row in rows]


@pytest.mark.row(6)
async def test_a_session_moved_twice_within_a_minute_is_told_once_with_its_latest_time_and_place(
    system: System,
) -> None:
    first = session_rescheduled(session=OTHER_SESSION, starts_at=at(14, days=2))
    hall = venue(OTHER_SESSION) | {"name": "康巴什区政务服务大厅"}
    latest = session_rescheduled(session=OTHER_SESSION, starts_at=at(10, days=3), venue=hall, reason="会议室检修")
    async with on_the_campaigns_clock(system, (session_scheduled(session=OTHER_SESSION), DRC)) as (office, held):
        await pass_to(office, held, at(10, 5))
        await office.accepted((first, DRC), (latest, DRC))
        await pass_to(office, held, at(10, 5) + (at(0, 1) - at(0)) / 2)
        announced = await notices(system, OTHER_SESSION)
        assert [one["kind"] for one in announced] == ["announced"], "half a minute is no minute"
        await pass_to(office, held, at(10, 10))
        (_, told) = await notices(system, OTHER_SESSION)
        assert (told["kind"], told["changes"], told["reason"]) == ("rescheduled", 2, "会议室检修")
        assert told["venue"]["name"] == "康巴什区政务服务大厅"
        assert datetime.fromisoformat(told["starts_at"]) == at(10, days=3)
        assert datetime.fromisoformat(told["was_at"]) == at(9)
        back = session_rescheduled(session=OTHER_SESSION, starts_at=at(9, days=1), venue=hall)
        again = session_rescheduled(session=OTHER_SESSION, starts_at=at(10, days=3), venue=hall)
        await office.accepted((back, DRC), (again, DRC))
        await pass_to(office, held, at(10, 20))
        assert len(await notices(system, OTHER_SESSION)) == 2, "moved and moved back: nothing to tell"
        await office.accepted((session_cancelled(session=OTHER_SESSION), DRC))
        await pass_to(office, held, at(10, 30))
        assert (await notices(system, OTHER_SESSION))[-1]["kind"] == "cancelled"


@pytest.mark.row(6)
def test_a_sessions_banner_its_deciders_and_whoever_owes_it_something_are_concerned() -> None:
    units = concerned(REGISTRY, DONGSHENG)
    codes = [one.code for one in units]
    assert {unit("government", "150602").code, unit("park", "150602").code, unit("publicity").code} < set(codes)
    assert not [one for one in units if one.division not in ("150600", "150602")]
    assert codes == sorted(codes, key=lambda code: REGISTRY.unit(code).precedence)  # type: ignore[union-attr]
    city = {one.bureau for one in concerned(REGISTRY, CITY)}
    assert {"water", "government-services", "publicity", "office", "drc"} < city
    assert "tax" not in {one.bureau for one in concerned(Registry(PLAN.model_copy(update={"duties": ()})), CITY)}


@pytest.mark.row(6)
def test_enterprises_on_the_docket_are_named_for_their_liaison_to_tell() -> None:
    world = planned(SCHEDULED, DOCKETED)
    applications = list(world.applications.values())
    made = notice(
        REGISTRY,
        DONGSHENG,
        world.sessions[BANNER_SESSION],
        Told(),
        applications,
        sent_at=at(9),
        changes=1,
        reason=None,
    )
    assert isinstance(made, NoticeSent)
    assert (made.kind, made.enterprises) == (NoticeKind.ANNOUNCED, enterprises(applications))
    assert made.enterprises == ("示例企业",)
