"""Runs the bench: every measure of ours beside its baseline, interleaved, the median of the ratios."""

import asyncio
import json
import shutil
import statistics
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console
from rich.table import Table

from deploy.bench import baselines
from deploy.bench.world import SINGLE_CALLERS, OrmWay, Spare, World, quiet
from deploy.local import ROOT

REPEATS: Final = 5
SINGLES: Final = 3_000
BATCHED: Final = 10_000
RELAYED: Final = 20_000
CONSUMED: Final = 20_000
END_TO_END: Final = 2_000
FLOORS: Final = {"ingest_single": 0.45, "ingest_batch": 0.5, "relay": 0.6, "consume": 0.6, "end_to_end_vs_orm": 3.0}

Measure = Callable[[int], Awaitable[tuple[float, float]]]


class Bench:
    """The five measures; each returns events per second of ours and of its baseline."""

    def __init__(self, world: World) -> None:
        """Take a running world."""
        self.world = world
        self.spare = Spare(world)
        self.orm = OrmWay(world)
        self._dsn = world.local.postgres.dsn("approvals")
        self._body = json.dumps({"padding": "示例" * 90}, ensure_ascii=False)

    def _rows(self, count: int) -> list[tuple[str, str]]:
        return [(str(uuid.uuid4()), self._body) for _ in range(count)]

    async def ingest_single(self, _: int) -> tuple[float, float]:
        """Single events from 64 callers, beside a bare commit of two rows from 64 callers."""
        bare = await baselines.commit_one_by_one(self._dsn, self._rows(SINGLES), SINGLE_CALLERS)
        ours = await self.world.sign_singly(await self.world.docketed(SINGLES))
        return SINGLES / ours, SINGLES / bare

    async def ingest_batch(self, _: int) -> tuple[float, float]:
        """Batches of 100 from 4 callers, beside bare inserts of 100 rows by unnest."""
        bare = await baselines.insert_in_hundreds(self._dsn, self._rows(BATCHED))
        ours = await self.world.sign_in_batches(await self.world.docketed(BATCHED))
        return BATCHED / ours, BATCHED / bare

    async def end_to_end(self, _: int) -> tuple[float, float]:
        """From the first post to the last fact in the bulletin, beside the per-message ORM way."""
        loop = asyncio.get_running_loop()
        codes = await self.world.docketed(END_TO_END)
        await asyncio.sleep(2)
        since = await self.world.kept()
        started = loop.time()
        await self.world.sign_singly(codes)
        await self.world.projected(END_TO_END, since)
        ours = loop.time() - started
        few = END_TO_END // 4
        theirs = await self.orm.run(await self._codes(few))
        return END_TO_END / ours, few / theirs

    async def _codes(self, count: int) -> list[str]:
        return [next(self.world.codes) for _ in range(count)]

    async def relay(self, run: int) -> tuple[float, float]:
        """Drain an outbox, beside publishing the same rows in atomic batches; sync always for both."""
        rows = await self.world.outbox_rows(RELAYED)
        url = self.world.local.nats.url("operator")
        await self.spare.fresh_stream()
        bare = await baselines.publish_in_batches(url, self.spare.messages(rows, run))
        await self.spare.fresh_stream()
        ours = await self.spare.relay(rows)
        return len(rows) / ours, len(rows) / bare

    async def consume(self, run: int) -> tuple[float, float]:
        """Keep facts in the bulletin's database, beside fetching, decoding and acknowledging them."""
        rows = (await self.world.outbox_rows(CONSUMED))[-CONSUMED:]
        if run == 0:
            await self.spare.publish(rows)
        bare = await baselines.fetch_and_decode(self.world.local.nats.url("operator"), len(rows), f"bare{run}")
        ours = await self.spare.consume(len(rows), run)
        return len(rows) / ours, len(rows) / bare


async def measure(console: Console, name: str, one: Measure) -> dict[str, Any]:
    """Run one measure several times; return the median ratio and both medians."""
    pairs = []
    for repeat in range(REPEATS):
        ours, bare = await one(repeat)
        pairs.append((ours, bare))
        console.print(
            f"  {name} {repeat + 1}/{REPEATS}: {ours:,.0f}/s, baseline {bare:,.0f}/s, ratio {ours / bare:.2f}"
        )
    return {
        "ratio": statistics.median(ours / bare for ours, bare in pairs),
        "ours": statistics.median(ours for ours, _ in pairs),
        "baseline": statistics.median(bare for _, bare in pairs),
    }


async def _measure_all(world: World, console: Console) -> dict[str, dict[str, Any]]:
    bench = Bench(world)
    await world.open()
    await baselines.prepare(world.local.postgres.dsn("approvals"))
    # Ingest is measured from the post to the receipt; the relay has a measure of its own.
    world.local.restart("approvals", {"CHUNFENG_RELAY": "0"})
    results = {
        "ingest_single": await measure(console, "ingest_single", bench.ingest_single),
        "ingest_batch": await measure(console, "ingest_batch", bench.ingest_batch),
    }
    world.local.restart("approvals", {})
    await world.projected((await world.outbox_rows(1))[-1]["sequence"], 0)
    await bench.orm.start()
    try:
        results["end_to_end_vs_orm"] = await measure(console, "end_to_end_vs_orm", bench.end_to_end)
    finally:
        bench.orm.stop()
    # From here on the stream is replaced for every run; the services would only be in the way.
    world.local.stop_services()
    results["relay"] = await measure(console, "relay", bench.relay)
    results["consume"] = await measure(console, "consume", bench.consume)
    return {name: results[name] for name in FLOORS}


def run(*, out: Path, folder: Path = ROOT / ".chunfeng" / "bench") -> int:
    """Run the bench; write out/bench.json; return 1 if a ratio lies under its floor."""
    console = Console(soft_wrap=True)
    quiet()
    world = World(folder)
    world.local.wipe()
    with world.local, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(_measure_all(world, console))
    shutil.rmtree(folder, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    ratios = {name: round(one["ratio"], 3) for name, one in results.items()}
    absolute = {name: {"ours": round(one["ours"]), "baseline": round(one["baseline"])} for name, one in results.items()}
    out.write_text(json.dumps({"ratios": ratios, "absolute": absolute, "floors": FLOORS}, indent=1))
    table = Table(title="chunfeng bench（每秒事件数 events per second）")
    for column in ("measure", "ours", "baseline", "ratio", "floor", ""):
        table.add_column(column, justify="left" if column == "measure" else "right")
    for name, floor in FLOORS.items():
        one = results[name]
        verdict = "✓" if one["ratio"] >= floor else "✗"
        table.add_row(
            name, f"{one['ours']:,.0f}", f"{one['baseline']:,.0f}", f"{one['ratio']:.2f}", f"{floor}", verdict
        )
    console.print(table)
    return 0 if all(ratios[name] >= floor for name, floor in FLOORS.items()) else 1
