"""Posting over NATS: the schema and the receipts of HTTP, and nobody as anybody else (row 71)."""

from datetime import UTC, datetime
from typing import Any

import nats.errors
import pytest
from nats.aio.msg import Msg

from services.approvals import keyring
from tests.builders import BANNER, DRC, application_docketed, approval_signed, owner, plan, project_code
from tests.nats_units import request, subject, unit
from tests.posting import OPENED, approvals, cloudevent
from tests.strangers import said_to
from tests.systems import System, together, until

pytestmark = pytest.mark.row(71)


async def test_a_post_over_nats_has_the_receipt_of_http_and_is_the_same_event(system: System) -> None:
    async with approvals(system) as office, unit(system, office, DRC) as client:
        event = cloudevent(plan(), DRC, "plan-1")
        status, receipt = await request(client, subject(office, DRC), event)
        assert (status, receipt["status"]) == (202, "accepted")
        assert await office.receipt("plan-1", DRC) == receipt
        assert (await office.send(event, DRC)).json() == {**receipt, "duplicate": True}
        other = event | {"data": event["data"] | {"title": "另一行动"}}
        assert (await request(client, subject(office, DRC), other))[0] == 409


async def test_a_batch_over_nats_is_answered_one_by_one_and_many_posts_at_once_each(system: System) -> None:
    async with approvals(system, *OPENED) as office, unit(system, office, DRC) as client:
        where, docketed = subject(office, DRC), [application_docketed(project_code=project_code(n)) for n in range(60)]
        batch = [cloudevent(one, DRC, f"batch-{n}") for n, one in enumerate(docketed[:30])]
        batch.append(batch[0] | {"id": "odd", "type": "chunfeng.application.docketed.v9"})
        status, answer = await request(client, where, batch)
        assert (status, [one["status"] for one in answer["receipts"]]) == (207, [*["accepted"] * 30, "refused"])
        singly = [cloudevent(one, DRC, f"single-{n}") for n, one in enumerate(docketed[30:])]
        answers = await together(*(request(client, where, one) for one in singly))
        assert {status for status, _ in answers} == {202}
        assert await system.count("approvals", "application") == 60


@pytest.mark.row(81)
async def test_what_is_wrong_is_told_in_the_words_of_http(system: System) -> None:
    async with approvals(system) as office, unit(system, office, DRC) as client:
        where = subject(office, DRC)
        bodies: list[Any] = [{}, [], "text", {"specversion": "1.0"}, cloudevent(plan(), BANNER)]
        for body in bodies:
            status, problem = await request(client, where, body)
            over_http = await office.client.post(
                "/v1/events",
                json=body,
                headers=office.key(DRC)
                | {"Content-Type": f"application/cloudevents{'-batch' * isinstance(body, list)}+json"},
            )
            assert (status, problem) == (over_http.status_code, over_http.json())


@pytest.mark.row(75)
async def test_a_unit_is_nobody_but_itself(system: System) -> None:
    async with approvals(system) as office:
        right = {"user": DRC.unit, "pass": office.tokens[DRC.unit]}
        assert await said_to(system.nats, right) == b"PONG\r\n"
        for wrong in ({"pass": "cf_wrong"}, {"user": BANNER.unit}, {"pass": office.tokens[BANNER.unit]}):
            assert b"Authorization Violation" in await said_to(system.nats, right | wrong)
        async with unit(system, office, DRC) as client, unit(system, office, BANNER) as other:
            heard: list[Msg] = []

            async def hear(message: Msg) -> None:
                heard.append(message)

            for place in (">", "_INBOX.>", f"_INBOX_{DRC.unit}.>", "chunfeng.>", "$SYS.>", "$JS.>"):
                await other.subscribe(place, cb=hear)
            assert (await request(client, subject(office, DRC), cloudevent(plan(), DRC)))[0] == 202
            for place in (subject(office, DRC), "chunfeng.facts.approvals.x.v1", "$JS.API.STREAM.INFO.FACTS"):
                with pytest.raises(nats.errors.Error):
                    await other.request(place, b"{}", timeout=0.3)
            assert heard == []


@pytest.mark.row(75)
async def test_a_revoked_key_is_refused_within_two_seconds_on_an_open_connection(system: System) -> None:
    async with approvals(system, *OPENED) as office, unit(system, office, owner()) as client:
        where, event = subject(office, owner()), cloudevent(approval_signed(), owner(), "early")
        assert (await request(client, where, event))[1]["status"] == "waiting"
        key = office.tokens[owner().unit].split("_")[1]
        await keyring.revoke(await system.database("approvals"), key, datetime.now(UTC))

        async def refused() -> bool:
            return (await request(client, where, event))[0] == 401

        await until(refused, within=2)


async def test_every_service_takes_posts_over_nats(system: System) -> None:
    async with approvals(system) as office, system.serving("forums"), unit(system, office, BANNER) as client:
        where = subject(office, BANNER, "forums")

        async def known() -> bool:
            status, answer = await request(client, where, cloudevent(plan(), BANNER, "x"))
            return (status, answer["type"]) == (422, "/problems/unknown-type")

        await until(known)
