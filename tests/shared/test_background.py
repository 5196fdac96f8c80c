"""Work beside a block ends with it, also where something below forgets that it was cancelled."""

import asyncio

from shared.background import stopped


async def test_work_that_forgets_its_cancellation_is_asked_again() -> None:
    asked = 0

    async def forgetful() -> None:
        nonlocal asked
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                asked += 1
                if asked > 1:
                    raise

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await stopped(task)
    assert asked == 2
