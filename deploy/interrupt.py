"""Ctrl-C that takes effect at any moment, once: also where something below forgets that it was cancelled."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")
_AGAIN_SECONDS: Final = 0.5


async def _stoppable(work: Coroutine[Any, Any, T]) -> tuple[bool, T | None]:
    """Return whether the work came to its end, and its result; ended by a signal, it has been unwound."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    task = asyncio.ensure_future(work)
    asked = asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if task.done():
        return True, task.result()
    # Python 3.11's asyncio.wait_for, which nats-py uses, forgets a cancellation that meets its result: ask again.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_SECONDS)
    return False, None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run some work to its end, or raise KeyboardInterrupt when told to stop."""
    finished, result = asyncio.run(_stoppable(work))
    if not finished:
        raise KeyboardInterrupt
    return cast("T", result)
