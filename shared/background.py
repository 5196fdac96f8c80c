"""Work beside a block, that must not end before it: if it does, the process ends; and work that is given up in time."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from shared import logs

T = TypeVar("T")
_GIVEN_UP: Final = set[asyncio.Task[Any]]()


async def in_time(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """Return what some work comes to, or raise TimeoutError in time.

    To give up a query that a hanging server does not answer takes seconds itself: that goes on beside.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    _GIVEN_UP.add(task)
    task.add_done_callback(_forget)
    task.cancel()
    raise TimeoutError


def _forget(task: asyncio.Task[Any]) -> None:
    _GIVEN_UP.discard(task)
    if not task.cancelled():
        task.exception()  # of no interest any more


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
        await stopped(task)


async def stopped(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended.

    Python 3.11's `asyncio.wait_for`, which nats-py uses, forgets a cancellation that meets its result: ask again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=1)
