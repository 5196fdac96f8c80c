"""The conductor's baton: the rehearsal's time is told, and to stop telling harms nothing."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nats.errors import NoServersError

from deploy.conductor import Baton
from deploy.connection import connection
from deploy.embedded import Nats
from shared.background import stopped
from shared.stream import ASK

NOON = datetime(2022, 3, 16, 4, 0, tzinfo=UTC)


async def leap(held: Baton) -> None:
    await held.leap(NOON + timedelta(days=1))


@pytest.mark.row(90, 91)
@pytest.mark.parametrize("work", [Baton.keep_telling, leap])
async def test_a_telling_given_up_on_its_way_leaves_a_connection_that_hears(
    nats: Nats, work: Callable[[Baton], Coroutine[Any, Any, None]], caplog: pytest.LogCaptureFixture
) -> None:
    async with connection(nats.url("operator")) as client:
        task = asyncio.create_task(work(Baton(client, NOON)))
        await asyncio.sleep(0)  # it has told the time and has no answer yet
        assert not task.done()
        await stopped(task)
        assert (await client.request(ASK, timeout=5)).data
        await asyncio.sleep(0.05)  # an answer that comes too late is read
        assert (await client.request(ASK, timeout=5)).data
    assert [record for record in caplog.records if record.name.startswith("nats")] == []


async def test_a_server_that_is_away_is_one_line_and_no_traceback(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(NoServersError):
        async with connection("nats://127.0.0.1:9", max_reconnect_attempts=3, reconnect_time_wait=0.01):
            pytest.fail("nobody listens there")
    assert re.fullmatch("NATS: .*127.0.0.1.*\n", capsys.readouterr().err)
    assert caplog.records == []
