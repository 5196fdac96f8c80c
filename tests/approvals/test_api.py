"""The approvals service over HTTP: two clerks at once, the ledger, the totals, who am I."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from shared.background import background
from shared.clock import SystemClock
from shared.intake import Intake
from tests.approvals.hesitant import Hesitant
from tests.builders import (
    BANNER,
    BANNER_SESSION,
    DRC,
    PLAN,
    application_docketed,
    approval_signed,
    licence_issued,
    owner,
    posted,
    project_code,
    session_closed,
)
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, together

HUNDRED = range(1, 101)


async def ask(office: Office, path: str) -> Any:  # noqa: ANN401  (JSON)
    answer = await office.client.get(path, headers=office.key(DRC))
    assert answer.status_code == 200
    return answer.json()


async def sign(clerk: Office, name: str, tens: Sequence[int]) -> list[dict[str, Any]]:
    """Sign applications in one request; return each one's answer."""
    signings = [approval_signed(project_code=project_code(n), department_signatory=name) for n in tens]
    answer = await clerk.batch([cloudevent(one, owner()) for one in signings], owner())
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


@pytest.mark.row(25, 30)
async def test_two_clerks_who_sign_the_same_hundred_at_once_make_one_decision_each_and_hear_whose(
    system: System,
) -> None:
    async with approvals(system, *OPENED) as office, system.serving("approvals") as client:
        clerks = {"甲（虚构）": office, "戊（虚构）": Office(client, office.tokens)}
        dockets = [cloudevent(application_docketed(project_code=project_code(n)), DRC) for n in HUNDRED]
        assert (await office.batch(dockets, DRC)).status_code == 202
        for tens in (HUNDRED[start : start + 10] for start in range(0, 100, 10)):
            both = [*clerks.items()] if tens[0] % 20 == 1 else [*clerks.items()][::-1]  # each begins in turn
            answers = await together(*(sign(clerk, name, tens) for name, clerk in both))
            for told in zip(*answers, strict=True):
                (winner,) = [name for (name, _), one in zip(both, told, strict=True) if one["status"] == "accepted"]
                (refusal,) = [one["problem"] for one in told if one["status"] == "refused"]
                assert refusal["status"] == 409
                assert f"该事项已由市生态环境局{winner}于2022-03-16 09:05办结：审批" in refusal["title"]
                assert refusal["signed_by"] == winner
        signed = "SELECT subject, count(*) FROM outbox WHERE type = 'chunfeng.approval.signed.v1' GROUP BY subject"
        assert [row["count"] for row in await system.rows("approvals", signed)] == [1] * len(HUNDRED)


@pytest.mark.row(21)
async def test_two_clerks_never_use_one_licence_number_twice(system: System) -> None:
    async with approvals(system, *OPENED) as office, system.serving("approvals") as client:
        for number in (1, 2):
            project = project_code(number)
            await office.accepted((application_docketed(project_code=project), DRC))
            await office.accepted((approval_signed(project_code=project), owner()))
        clerks = [office, Office(client, office.tokens)]
        licences = [licence_issued(project_code=project_code(number)) for number in (1, 2)]
        answers = await together(*(c.post(one, owner()) for c, one in zip(clerks, licences, strict=True)))
        assert sorted(answer.status_code for answer in answers) == [202, 409]


@pytest.mark.row(59)
async def test_a_closing_waits_for_a_signing_under_way_elsewhere_and_counts_it(system: System) -> None:
    async with approvals(system, *OPENED, (application_docketed(), DRC)) as office:
        desk, database = Hesitant(), await system.database("approvals")
        slow = Intake("approvals", database=database, desk=desk, clock=SystemClock())
        async with background(slow.run(), "intake"):
            signing = asyncio.ensure_future(slow.submit([posted(approval_signed(), owner(), "signing")]))
            await desk.decided.wait()
            closing = asyncio.ensure_future(office.post(session_closed(), BANNER))
            done, _ = await asyncio.wait([closing], timeout=0.3)
            assert not done
            desk.go.set()
            await together(signing, closing)
        (row,) = await system.rows("approvals", "SELECT envelope FROM outbox WHERE type LIKE '%closed%'")
        totals = json.loads(row["envelope"])["data"]["totals"]
        assert [count["outcome"] for count in totals["counts"]] == ["approved"]


async def test_the_ledger_and_the_totals_give_the_same_figures(system: System) -> None:
    posts = [(application_docketed(project_code=project_code(n)), DRC) for n in (1, 2, 3)]
    async with approvals(system, *OPENED, *posts, (approval_signed(), owner())) as office:
        ledger = await ask(office, f"/v1/sessions/{BANNER_SESSION}/applications")
        totals = await ask(office, f"/v1/sessions/{BANNER_SESSION}/totals")
        assert [row["outcome"] for row in ledger] == ["approved", None, None]
        assert totals["docketed"] == len(ledger)
        assert {count["outcome"]: count["applications"] for count in totals["counts"]} == {"approved": 1, None: 2}


@pytest.mark.row(1)
async def test_one_call_plans_ten_sessions(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office:
        sessions = await ask(office, f"/v1/campaigns/{PLAN.campaign}/sessions")
        divisions = [one["session"].rpartition("-")[2] for one in sessions]
        assert len(divisions) == 10
        assert "150600" in divisions


async def test_a_new_client_learns_who_it_is(system: System) -> None:
    async with approvals(system) as office:
        told = await ask(office, "/v1/whoami")
        assert (told["source"], told["role"]) == (DRC.source, "drc")


@pytest.mark.row(75)
@pytest.mark.parametrize("path", ["/v1/whoami", "/v1/receipts?id=1", f"/v1/sessions/{BANNER_SESSION}/totals"])
async def test_nothing_is_shown_without_a_key(system: System, path: str) -> None:
    async with system.serving("approvals") as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_ready_tells_how_far_the_outbox_is(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        ready = (await office.client.get("/health/ready")).json()
        assert ready["checks"] == {"database": True, "nats": True}
        assert ready["outbox"]["last"] == await system.count("approvals", "outbox")
