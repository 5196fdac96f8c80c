"""Where a posted event's time goes: CPU microseconds per event of the service, of PostgreSQL and of the client.

`python -m deploy.bench.profile [batch|single|consume …]`: wall-clock swings with whatever else the machine does, CPU
time hardly. This is how a change to the hot path is judged before and after.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import uvloop

from deploy.bench.run import BATCHED, CONSUMED, SINGLES
from deploy.bench.world import Spare, World, quiet
from deploy.local import ROOT

REPEATS: Final = 3
_TICK: Final = 1_000_000 / os.sysconf("SC_CLK_TCK")


def _spent(pid: int) -> float:
    """Return the CPU microseconds a process has spent so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # one of PostgreSQL's, that has just ended
    return sum(map(int, fields[11:15])) * _TICK  # with that of children that have ended


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Meter:
    """Reads the CPU time of everything that takes part."""

    def __init__(self, world: World) -> None:
        """Take the world whose processes are read."""
        self._world = world

    def read(self) -> dict[str, float]:
        """Return CPU microseconds so far: the approvals service, PostgreSQL's processes together, ourselves."""
        process = self._world.local.processes.get("approvals")
        server = self._world.local.postgres.pid
        servers = [server, *_children(server)]
        return {
            "service": _spent(process.pid) if process is not None else 0.0,
            "postgres": sum(map(_spent, servers)),
            "here": _spent(os.getpid()),
        }


async def _measure(meter: Meter, name: str, count: int, run: Callable[[], Awaitable[float]]) -> None:
    before = meter.read()
    seconds = await run()
    spent = {who: (after - before[who]) / count for who, after in meter.read().items()}
    figures = ", ".join(f"{who} {each:.0f} µs" for who, each in spent.items())
    print(f"{name}: {figures} per event; {count / seconds:,.0f}/s", flush=True)  # noqa: T201  (what it is for)


async def _profile(world: World, names: Sequence[str]) -> None:
    meter, spare = Meter(world), Spare(world)
    await world.open()
    world.local.restart("approvals", {"CHUNFENG_RELAY": "0"})

    async def sign(how: Callable[[Sequence[str]], Awaitable[float]], name: str, count: int) -> None:
        codes = await world.docketed(count)
        await _measure(meter, name, count, lambda: how(codes))

    for _ in range(REPEATS):
        if "batch" in names:
            await sign(world.sign_in_batches, "batch", BATCHED)
        if "single" in names:
            await sign(world.sign_singly, "single", SINGLES)
    if "consume" in names:
        if not {"batch", "single"} & set(names):
            await world.docketed(CONSUMED)
        await _consume(world, spare, meter)


async def _consume(world: World, spare: Spare, meter: Meter) -> None:
    rows = await world.outbox_rows(CONSUMED)
    world.local.stop_services()
    await spare.publish(rows)
    for run in range(REPEATS):
        await _measure(meter, "consume", len(rows), lambda run=run: spare.consume(len(rows), run))  # type: ignore[misc]


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> None:
    """Run the named profiles, or all."""
    quiet()
    folder = Path(environment.get("CHUNFENG_PROFILE_FOLDER", ROOT / ".chunfeng" / "profile"))
    world = World(folder)
    world.local.wipe()
    with world.local, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_profile(world, arguments or ("batch", "single", "consume")))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
