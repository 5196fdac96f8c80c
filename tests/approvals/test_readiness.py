"""Facts of this and other services fulfil duties by themselves, and a session's life ends with its bulletin."""

import json
from typing import Any

import pytest

from shared.events import BrochurePublished, BulletinIssued, SurveySiteFiled
from tests.approvals.worlds import DOCKETED
from tests.builders import (
    BANNER,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    at,
    docket_locked,
    owner,
    prereviewed,
    seats_arranged,
    session_scheduled,
    unit,
)
from tests.forums.surveying import filed
from tests.posting import OPENED, Office, approvals
from tests.preparing import duty_fulfilled, duty_reopened, session_cancelled, session_ready
from tests.systems import System, fact, together, until

BROCHURE = BrochurePublished.model_validate(
    {
        "campaign": "spring-2022",
        "department": unit("water").code,
        "topic": "water",
        "title": "用水政策",
        "policies": ["policy-1"],
        "published_at": at(8),
    }
)
ISSUED = BulletinIssued.model_validate(
    {
        "session": BANNER_SESSION,
        "year": 2022,
        "number": 7,
        "revision": 0,
        "issued_at": at(20),
        "due_at": at(20, days=1),
        "cutoff": {},
        "sha256": "6" * 64,
        "pdf_sha256": "9" * 64,
    }
)


DUTIES = f"/v1/sessions/{BANNER_SESSION}/duties"


async def done(system: System) -> dict[str, str]:
    """Return the duties published as fulfilled, each with what shows it."""
    rows = await system.rows(
        "approvals", "SELECT envelope FROM outbox WHERE type = 'chunfeng.duty.fulfilled.v1' ORDER BY sequence"
    )
    found: list[dict[str, Any]] = [json.loads(row["envelope"])["data"] for row in rows]
    return {f"{one['duty']}/{one['unit']}": one.get("evidence") or "" for one in found}


@pytest.mark.row(8)
async def test_duties_are_fulfilled_by_their_units_and_by_facts_of_this_and_other_services(system: System) -> None:
    async with approvals(system, *OPENED[:2], DOCKETED, (seats_arranged(), BANNER), (docket_locked(), DRC)) as office:
        await system.publish("policy", fact("policy", 1, BROCHURE), BrochurePublished.type)
        await system.publish("bulletin", fact("bulletin", 1, ISSUED), BulletinIssued.type)
        water, ecology = unit("water").code, owner().unit

        async def shown() -> bool:
            found = await done(system)
            return {f"p4-brochures/{water}", f"a14-materials/{water}", f"a13-bulletin/{DRC.unit}"} < set(found)

        await until(shown, within=20)
        found = await done(system)
        assert found[f"a5-signs/{BANNER.unit}"].startswith(f"approvals/{BANNER.unit}/")
        assert f"a14-materials/{ecology}" not in found, "its materials are not reviewed yet"
        await office.accepted((prereviewed(), owner()), (duty_fulfilled(duty="a15-hall", note="会场已布置"), BANNER))

        async def reviewed() -> bool:
            return f"a14-materials/{ecology}" in await done(system)

        await until(reviewed, within=20)
        refusal = await office.post(session_ready(), DRC)
        assert refusal.status_code == 409
        assert "市人民政府办公室未落实通知市直部门参会、安排车辆" in refusal.json()["title"]
        assert "会场布置、流程组织" not in refusal.json()["title"]
        await office.accepted((duty_reopened(duty="a15-hall"), BANNER))
        assert "会场布置、流程组织" in (await office.post(session_ready(), DRC)).json()["title"]
        (row,) = await system.rows("approvals", "SELECT * FROM session WHERE session = $1", BANNER_SESSION)
        assert (row["bulletin_number"], row["bulletin_issued_at"]) == (7, at(20))


@pytest.mark.row(8, 42)
async def test_a_venue_told_anew_and_worse_opens_its_duty_and_takes_readiness_back(system: System) -> None:
    async with approvals(system, *OPENED[:2]) as office:
        main, sub = filed(), filed(site="sub-venue", kind="sub")
        worse = filed(lacking=["音响设备"])

        async def tell(number: int, event: SurveySiteFiled, version: int) -> None:
            await system.publish("forums", fact("forums", number, event, version=version), SurveySiteFiled.type)

        async def stands(done: bool) -> None:  # noqa: FBT001  (what is awaited)
            async def as_said() -> bool:
                briefing = (await office.client.get(DUTIES, headers=office.key(DRC))).json()
                (one,) = [each for each in briefing if each["duty"] == "v3-survey"]
                return bool(one["done"]) is done

            await until(as_said, within=20)

        await tell(1, main, 1)
        await stands(done=True)
        ready = "UPDATE session SET ready_at = now() WHERE session = $1 RETURNING session"
        assert len(await system.rows("approvals", ready, BANNER_SESSION)) == 1
        await tell(2, sub.model_copy(update={"lacking": ("道路",)}), 1)
        await stands(done=False)
        reopened = "SELECT envelope FROM outbox WHERE type = 'chunfeng.duty.reopened.v1'"

        async def told() -> bool:
            return len(await system.rows("approvals", reopened)) == 1

        await until(told, within=20)
        (row,) = await system.rows("approvals", reopened)
        assert "尚缺：道路" in json.loads(row["envelope"])["data"]["reason"]
        (state,) = await system.rows("approvals", "SELECT ready_at FROM session WHERE session = $1", BANNER_SESSION)
        assert state["ready_at"] is None
        await tell(3, worse, 3)
        await tell(4, main, 2)
        await tell(5, sub, 2)
        await tell(6, main, 4)
        await stands(done=True)
        assert len(await system.rows("approvals", reopened)) == 1


@pytest.mark.row(5, 6)
async def test_two_instances_never_put_a_banner_session_after_the_city_session(system: System) -> None:
    """Both look at the dates of all sessions, one after the other: of two dates that exclude each other one stands."""
    async with approvals(system, *OPENED[:1]) as office, system.serving("approvals", relay=False) as client:
        other = Office(client, office.tokens)
        for day in range(5):
            city = session_scheduled(session=CITY_SESSION, starts_at=at(9, days=day))
            banner = session_scheduled(starts_at=at(9, days=day))
            answers = await together(office.post(city, DRC), other.post(banner, DRC))
            assert sorted(answer.status_code for answer in answers) == [202, 409]
            won = CITY_SESSION if answers[0].status_code == 202 else BANNER_SESSION
            await office.accepted((session_cancelled(session=won), DRC))
