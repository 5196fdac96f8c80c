"""Work beside a block, that must not end before it: if it does, the process ends, to be started again."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from shared import logs


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run `work` beside the block; if it ends by itself the process ends, for whoever supervises it to start again."""

    async def supervised() -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BaseException:  # noqa: BLE001  (the process ends)
            logs.get().critical("background.failed", work=name, exc_info=True)
            os._exit(1)
        logs.get().critical("background.ended", work=name)
        os._exit(1)

    task = asyncio.create_task(supervised(), name=name)
    try:
        yield
    finally:
        # Python 3.11's asyncio.wait_for, which nats-py uses, forgets a cancellation that meets its result: ask again.
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=1)
