"""What the forums service hears from others takes effect here: campaigns bring forums, keys come and go."""

from datetime import UTC, datetime

import pytest

from services.approvals import keyring
from tests.builders import BANNER, DRC, PLAN, plan
from tests.listening import listening
from tests.posting import approvals
from tests.systems import System, until

LIST = f"/v1/sessions/{PLAN.sessions[0].session}/issues"


@pytest.mark.row(1, 2)
async def test_a_planned_campaign_brings_a_forum_for_each_banner_and_none_for_the_city(system: System) -> None:
    async with approvals(system, (plan(), DRC)) as office, listening(system, "forums", office, LIST):
        rows = await system.rows("forums", "SELECT session FROM forum")
        assert {row["session"] for row in rows} == {
            session.session for session in PLAN.sessions if session.kind.value == "banner"
        }


@pytest.mark.row(75)
async def test_a_key_revoked_at_the_approvals_service_opens_nothing_here(system: System) -> None:
    async with approvals(system, (plan(), DRC)) as office, listening(system, "forums", office, LIST) as forums:
        key = forums.tokens[BANNER.unit].split("_")[1]
        await keyring.revoke(await system.database("approvals"), key, datetime.now(UTC))

        async def shut_out() -> bool:
            return (await forums.client.get(LIST, headers=forums.key(BANNER))).status_code == 401

        await until(shut_out)
        answer = await forums.client.get(LIST, headers=forums.key(BANNER))
        assert "已吊销" in answer.json()["title"]
        assert (await forums.client.get(LIST, headers=forums.key(DRC))).status_code == 200
