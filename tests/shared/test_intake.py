"""The intake over HTTP: answered after COMMIT, once per id, whatever the mode, whatever happens beside it."""

import asyncio
import json
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain import ApprovalsWorld
from services.approvals.store import Desk
from shared.background import background
from shared.clock import SystemClock
from shared.events import Event
from shared.intake import QUEUE, Intake, TryAgain, dump
from tests.builders import (
    BANNER,
    DRC,
    OTHER_SESSION,
    PLAN,
    application_docketed,
    forum_held,
    issue_raised,
    plan,
    posted,
    project_code,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, together, until

SCHEDULED = session_scheduled()
MODES = ("structured", "binary", "batch")


async def in_mode(office: Office, mode: str, event_id: str) -> dict[str, Any]:
    """Post the same event in one of the three modes; return its receipt."""
    raw = cloudevent(SCHEDULED, DRC, event_id)
    if mode == "binary":
        answer = await office.binary(SCHEDULED, DRC, event_id)
    else:
        answer = await (office.batch([raw], DRC) if mode == "batch" else office.send(raw, DRC))
    receipt: dict[str, Any] = answer.json()["receipts"][0] if mode == "batch" else answer.json()
    return receipt


@pytest.mark.row(71, 72)
@pytest.mark.parametrize("first", MODES)
async def test_the_three_modes_give_the_same_receipt(system: System, first: str) -> None:
    async with approvals(system, *OPENED[:1]) as office:
        receipt = await in_mode(office, first, "once")
        again = [await in_mode(office, mode, "once") for mode in MODES]
    assert receipt["status"] == "accepted"
    assert again == [receipt | {"duplicate": True}] * 3


@pytest.mark.row(71)
async def test_the_answer_comes_only_after_commit(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office, (await system.database("approvals")).transaction() as other:
        await (await other.connection()).exec_driver_sql("SELECT FROM outbox_counter FOR UPDATE")
        answer = asyncio.ensure_future(office.post(SCHEDULED, DRC, "held-up"))
        done, _ = await asyncio.wait([answer], timeout=0.3)
        assert not done
        await other.rollback()
        assert (await answer).status_code == 202
        assert await system.rows("approvals", "SELECT status FROM receipt WHERE event_id = 'held-up'") == [
            {"status": "accepted"}
        ]


@pytest.mark.row(72)
async def test_a_repeated_post_gets_its_first_answer_and_another_body_is_refused(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office:
        first = await office.post(SCHEDULED, DRC, "once")
        again = await office.post(SCHEDULED, DRC, "once")
        other = await office.post(session_scheduled(session="spring-2022-150603"), DRC, "once")
        assert again.json() == first.json() | {"duplicate": True}
        assert other.status_code == 409
        assert other.json()["errors"][0]["path"] == "id"
        assert await system.count("approvals", "receipt") == 2


@pytest.mark.row(72)
async def test_the_same_id_of_another_unit_is_another_event(system: System) -> None:
    async with approvals(system, *OPENED[:2]) as office:
        drc = await office.post(session_scheduled(session="spring-2022-150603"), DRC, "1")
        banner = await office.post(session_opened(), BANNER, "1")
        assert [drc.json()["status"], banner.json()["status"]] == ["accepted", "accepted"]


@pytest.mark.row(72, 73)
async def test_the_same_id_posted_to_two_services_makes_two_facts(system: System) -> None:
    """Consumers tell facts apart by their ids alone."""
    async with approvals(system, *OPENED) as office, system.serving("forums") as client:
        forums = Office(client, office.tokens)
        here = await office.post(session_closed(), BANNER, "1")

        async def taken() -> bool:
            answer = await forums.post(forum_held(), BANNER, "1")
            return answer.status_code == 202 and answer.json()["status"] == "accepted"

        await until(taken)
        there = await forums.receipt("1", BANNER)
        assert here.json()["facts"][0]["id"] != there["facts"][0]["id"]


@pytest.mark.row(72)
async def test_eight_clients_posting_the_same_fifty_five_times_make_fifty_rows(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        raws = [cloudevent(application_docketed(project_code=project_code(n)), DRC, f"docket-{n}") for n in range(50)]

        async def client(number: int) -> list[dict[str, Any]]:
            mine = raws[number * 5 :] + raws[: number * 5]  # each begins elsewhere
            posts = [mine[n : n + 10] for n in range(0, 50, 10)] * 5
            return [each for post in posts for each in (await office.batch(post, DRC)).json()["receipts"]]

        receipts = [receipt for mine in await together(*map(client, range(8))) for receipt in mine]
        firsts = {receipt["id"]: receipt for receipt in receipts if "duplicate" not in receipt}
        assert (len(receipts), len(firsts), await system.count("approvals", "application")) == (2000, 50, 50)
        assert all(firsts[receipt["id"]].items() <= receipt.items() for receipt in receipts)


async def test_a_refused_event_of_a_batch_does_not_harm_its_neighbours(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        raws = [cloudevent(application_docketed(project_code=project_code(n)), DRC, f"docket-{n}") for n in range(5)]
        raws[1]["data"]["project_code"] = "2203-150602-04-01-000010"
        raws[3] = cloudevent(application_docketed(project_code=project_code(0)), DRC, "docket-3")
        answer = await office.batch(raws, DRC)
        assert answer.status_code == 207
        statuses = [receipt["status"] for receipt in answer.json()["receipts"]]
        assert statuses == ["accepted", "refused", "accepted", "refused", "accepted"]
        assert [answer.json()["receipts"][n]["problem"]["status"] for n in (1, 3)] == [422, 409]
        assert await system.count("approvals", "application") == 3


@pytest.mark.parametrize("count", [0, 501])
async def test_a_batch_holds_one_to_five_hundred_events(system: System, count: int) -> None:
    async with approvals(system) as office:
        answer = await office.batch([cloudevent(issue_raised(), DRC, "issue")] * count, DRC)
        assert answer.status_code == 413


async def test_a_receipt_can_be_read_by_its_unit_alone(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office:
        receipt = (await office.post(SCHEDULED, DRC, "mine")).json()
        assert await office.receipt("mine", DRC) == receipt
        foreign = await office.client.get("/v1/receipts", params={"id": "mine"}, headers=office.key(BANNER))
        assert foreign.status_code == 404


async def test_with_postgres_gone_the_answer_is_503_until_it_is_back(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office:
        system.postgres.kill()
        try:
            answers = [await office.post(SCHEDULED, DRC, "patient") for _ in range(3)]
        finally:
            system.postgres.start()

        async def recorded() -> bool:
            return (await office.post(SCHEDULED, DRC, "patient")).status_code == 202

        assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "2")}
        assert all("just now" in answer.json()["title_en"] for answer in answers)
        await until(recorded)
        assert await system.rows("approvals", "SELECT count(*) FROM receipt WHERE event_id = 'patient'") == [
            {"count": 1}
        ]


class Stumbling(Desk):
    """A desk that cannot save one of the sessions."""

    async def save(self, session: AsyncSession, world: ApprovalsWorld) -> None:
        await super().save(session, world)
        assert OTHER_SESSION not in world.changes.sessions


async def answers_of(system: System, desk: Desk, *events: Event) -> dict[str, str]:
    """Let a desk settle events in one group; return how each was answered."""
    intake = Intake("approvals", database=await system.database("approvals"), desk=desk, clock=SystemClock())
    async with background(intake.run(), "intake"):
        answers = await intake.submit([posted(event, DRC, event.subject) for event in events])
    return {
        event.subject: "try again" if isinstance(answer, TryAgain) else json.loads(dump(answer))["status"]
        for event, answer in zip(events, answers, strict=True)
    }


async def test_an_event_that_breaks_its_group_stands_alone(system: System) -> None:
    await answers_of(system, Desk(), plan())
    events = [session_scheduled(session=one.session) for one in PLAN.sessions]
    answers = await answers_of(system, Stumbling(), *events)
    assert answers == dict.fromkeys(answers, "accepted") | {OTHER_SESSION: "try again"}
    assert await system.count("approvals", "receipt") == 10


async def test_a_full_queue_sends_its_callers_away_for_a_moment(system: System) -> None:
    intake = Intake("approvals", database=await system.database("approvals"), desk=Desk(), clock=SystemClock())
    waiting = asyncio.ensure_future(intake.submit([posted(SCHEDULED, DRC)] * QUEUE))
    await asyncio.sleep(0)
    with pytest.raises(TryAgain):
        await intake.submit([posted(SCHEDULED, DRC)])
    waiting.cancel()


@pytest.mark.parametrize("path", ["/v1/events", "/v1/receipts?id=1", "/v1/campaigns/spring-2022/sessions"])
async def test_a_key_that_cannot_be_looked_up_is_told_to_come_back(
    system: System, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("shared.keys._REFRESH_SECONDS", 0)
    async with approvals(system) as office:
        system.postgres.kill()
        try:
            method = "POST" if path == "/v1/events" else "GET"
            answer = await office.client.request(method, path, headers=office.key(DRC))
        finally:
            system.postgres.start()
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "2")
