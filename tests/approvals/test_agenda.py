"""What the approvals service does by the clock, against a real database on the campaign's own time."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.events import DeferralOverdue, DeferralReminded, DeferralRevoked
from tests.approvals.following import DEFERRED, LIST, SUBJECT, made_good, revoked
from tests.approvals.rehearsing import on_the_campaigns_clock, pass_to
from tests.builders import at, owner
from tests.systems import System


async def follow_ups(system: System) -> Sequence[tuple[str, dict[str, Any]]]:
    rows = await system.rows(
        "approvals", "SELECT type, envelope FROM outbox WHERE subject = $1 ORDER BY version", SUBJECT
    )
    return [(row["type"], json.loads(row["envelope"])) for row in rows]


@pytest.mark.row(19)
async def test_a_deferral_reminds_then_is_overdue_the_day_after_its_date_and_raises_an_alarm(system: System) -> None:
    async with on_the_campaigns_clock(system, DEFERRED, (made_good(LIST[0]), owner())) as (office, held):
        with capture_logs() as log:
            await pass_to(office, held, at(23, 59, days=30))
            assert [kind for kind, _ in await follow_ups(system)][-1] == DeferralReminded.type
            assert not [line for line in log if line["event"] == "deferral.overdue"]
            await pass_to(office, held, at(0, 1, days=31))
        kind, fact = (await follow_ups(system))[-1]
        assert (kind, datetime.fromisoformat(fact["time"])) == (DeferralOverdue.type, at(0, days=31))
        assert fact["data"]["standing"]["outstanding"] == [LIST[1]]
        (alarm,) = [line for line in log if line["event"] == "deferral.overdue"]
        assert (alarm["log_level"], alarm["subject"]) == ("error", SUBJECT)
        await pass_to(office, held, at(0, days=90))
        assert len(await follow_ups(system)) == 5


@pytest.mark.row(19)
async def test_after_a_long_pause_the_facts_are_those_that_would_have_been(system: System) -> None:
    async with on_the_campaigns_clock(system, DEFERRED) as (office, held):
        await pass_to(office, held, at(0, days=60))
        times = [(kind, datetime.fromisoformat(fact["time"])) for kind, fact in (await follow_ups(system))[-2:]]
        assert times == [(DeferralReminded.type, at(0, days=28)), (DeferralOverdue.type, at(0, days=31))]


@pytest.mark.row(19, 82)
async def test_a_revocation_posted_before_the_clock_has_struck_is_decided_when_it_does(system: System) -> None:
    async with on_the_campaigns_clock(system, DEFERRED) as (office, held):
        answer = await office.post(revoked(), owner(), "early")
        assert answer.json()["status"] == "waiting"
        await pass_to(office, held, at(0, 1, days=31))
        assert (await office.receipt("early", owner()))["status"] == "accepted"
        assert [kind for kind, _ in await follow_ups(system)][-2:] == [DeferralOverdue.type, DeferralRevoked.type]
