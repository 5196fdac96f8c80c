"""`chunfeng chaos`: the trial, its negative controls, the table, and the file that says how it went."""

import asyncio
import json
import logging
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.chaos import witness
from deploy.chaos.nemesis import POINTS, Point
from deploy.chaos.report import Control, result, show
from deploy.chaos.sabotage import BUGS
from deploy.chaos.trial import Outcome, Told, Trial
from deploy.chaos.world import NotReadyError, World
from deploy.demo.run import mailbox
from deploy.local import ROOT

FOLDER: Final = ROOT / ".chunfeng" / "chaos"
_ROUND: Final = 12
"""Kills after which a control is checked; a bug that is not caught gets another round, up to _MOST kills."""
_MOST: Final = 60
_STRUCK: Final = 3
_WINDOWS: Final[Mapping[str, Point]] = {
    "ack-before-commit": ("consumer.before_commit", (witness.NAME, "bulletin")),
    "mark-before-publish": ("relay.after_mark", ("approvals", "forums")),
    "no-inbox-check": ("consumer.before_ack", (witness.NAME,)),
}
"""The crash point inside each bug's window, which is struck several times in a round."""


@contextmanager
def _progress(console: Console, what: str, kills: int) -> Iterator[Told]:
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("击杀 kills · {task.fields[accepted]} 已受理 accepted"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=kills, accepted=0)
        yield lambda done, accepted: progress.update(task, completed=done, accepted=accepted)


@contextmanager
def _world(folder: Path, settings: dict[str, str], bug: str | None, console: Console) -> Iterator[World]:
    """Run a world as long as the block lasts; nothing of it is left running, however the block ends."""
    world = World(folder, settings=settings, bug=bug, say=lambda what: console.print(f"  启动 starting: {what}"))
    world.wipe()
    try:
        world.start()
        yield world
    finally:
        world.stop()


def _git() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own command)
    return done.stdout.strip() or "unknown"


def impatient(smtp_port: int) -> dict[str, str]:
    """Return a trial's settings: what a person would wait for is shortened; nothing else differs from a real season."""
    return {
        "CHUNFENG_SMTP_HOST": "127.0.0.1",
        "CHUNFENG_SMTP_PORT": str(smtp_port),
        "CHUNFENG_SMTP_TIMEOUT": "PT5S",
        "CHUNFENG_WEBHOOK_TIMEOUT": "PT5S",
        "CHUNFENG_CORRECTION_QUIET": "PT2S",
        "CHUNFENG_DELIVERY_LEASE": "PT20S",
        "CHUNFENG_DELIVERY_FIRST_WAIT": "PT1S",
    }


def attempt(seed: int, kills: int, console: Console) -> Outcome:
    """Run the trial itself: no bug, every named point, all invariants."""
    folder = FOLDER / "trial"
    shutil.rmtree(FOLDER / "mail", ignore_errors=True)
    with (
        mailbox(FOLDER / "mail") as smtp_port,
        _world(folder, impatient(smtp_port), None, console) as world,
        _progress(console, "春风", kills) as told,
    ):
        trial = Trial(world, str(seed), list(POINTS.items()), told, FOLDER / "mail")
        return asyncio.run(trial.run(kills))


def control(seed: int, bug: str, console: Console) -> Control:
    """Run with a seeded bug until it is caught, or give up."""
    kills, caught = 0, False
    for number in range(_MOST // _ROUND):
        with _world(FOLDER / bug, {}, bug, console) as world, _progress(console, bug, _ROUND) as told:
            outcome = asyncio.run(Trial(world, f"{seed}/{bug}/{number}", [_WINDOWS[bug]] * _STRUCK, told).run(_ROUND))
        kills += outcome.kills.total()
        if caught := outcome.verdict.caught and not outcome.restless:
            break
    verdict = outcome.verdict
    return Control(bug, caught, kills, verdict.accepted, len(verdict.lost), len(verdict.doubled))


def run(*, kills: int, seed: int | None, out: Path) -> int:
    """Run everything; 0 only if nothing was lost or doubled, every invariant held and every control was caught."""
    # Ctrl-C and a polite kill both unwind the stack, so that nothing is left running.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console, started, git = Console(soft_wrap=True), time.monotonic(), _git()
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    replay = f"SEED={seed} GIT={git}  重演 replay: make chaos KILLS={kills} SEED={seed}"
    console.print(replay)
    try:
        outcome = attempt(seed, kills, console)
        controls = [control(seed, bug, console) for bug in BUGS]
    except KeyboardInterrupt:
        console.print("中断 interrupted; nothing is left running")
        return 130
    except NotReadyError as error:
        console.print(f"[bold red]✗[/] {error} · {FOLDER}")
        return 1
    show(outcome, controls, console)
    out.parent.mkdir(parents=True, exist_ok=True)
    found = {"seed": seed, **result(outcome, controls), "git": git}
    out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    good = outcome.verdict.clean and all(one.caught for one in controls)
    console.print(f"{'[green]✓' if good else '[bold red]✗'}[/] {out} · {time.monotonic() - started:.0f} s · {replay}")
    if not good:
        console.print(f"  证据 evidence: {FOLDER}")
    return 0 if good else 1
