"""The bulletin service is dead: the approvals service, which knows when a session ended, says that no bulletin came."""

import re
from datetime import timedelta

import pytest
import structlog

from shared.events import BulletinIssued
from tests.approvals.rehearsing import on_the_campaigns_clock
from tests.builders import BANNER, BANNER_SESSION, at, session_closed
from tests.systems import System, fact, until


@pytest.mark.row(57, 84)
async def test_a_bulletin_that_does_not_come_is_told_of_by_another_service_until_it_comes(system: System) -> None:
    with structlog.testing.capture_logs() as logged:

        def alarms() -> list[int]:
            return [one["hours"] for one in logged if one["event"] == "bulletin.silent"]

        async with on_the_campaigns_clock(system, (session_closed(closed_at=at(17)), BANNER)) as (office, held):

            async def silent_for() -> float:
                text = (await office.client.get("/metrics")).text
                found = re.search(rf'chunfeng_bulletin_silence_seconds{{session="{BANNER_SESSION}"}} (\S+)', text)
                return float(found[1]) if found else 0.0

            for hours, expected in ((11, []), (12, [12]), (19, [12]), (20, [12, 20]), (24, [12, 20, 24])):
                await held.leap(at(17) + timedelta(hours=hours))

                async def told(expected: list[int] = expected) -> bool:
                    return alarms() == expected

                await until(told)
            assert await silent_for() >= 24 * 3600
            issued = BulletinIssued(
                session=BANNER_SESSION,
                year=2022,
                number=1,
                revision=0,
                issued_at=at(18, days=1),
                due_at=at(17, days=1),
                cutoff={},
                sha256="0" * 64,
                pdf_sha256="0" * 64,
            )
            await system.publish("bulletin", fact("bulletin", 1, issued), BulletinIssued.type)

            async def heard() -> bool:
                return await silent_for() == 0

            await until(heard)
