"""`chunfeng up` and `chunfeng replay`: the whole system on this machine, and recordings posted to it."""

import asyncio
import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console
from rich.progress import track

from deploy.administration import addresses_in, issue, units_in
from deploy.children import InUseError, StartError
from deploy.local import PORTS, ROOT, Local
from deploy.prepare import SERVICES
from deploy.recording import Player, RecordingError, read
from services.approvals import keyring
from shared.database import Database
from shared.vocabulary import Level, Role

PLAN: Final = ROOT / "services" / "approvals" / "campaigns" / "spring-2022.json"
_CHECK_SECONDS: Final = 1.0
_HERE: Final = {"CHUNFENG_WEBHOOKS_HERE": "1"}
"""Who runs it on his own machine has his receivers there too; nobody else reaches it."""
_NOT_OURS_TO_SET: Final = ("PORT", "DATABASE_URL", "DATABASE_PASSWORD", "NATS_URL", "NATS_USER", "NATS_PASSWORD")
"""What the system on this machine decides for itself, for each service otherwise."""


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that whoever starts the system has made for its services."""
    own = {f"CHUNFENG_{name}" for name in _NOT_OURS_TO_SET}
    return {name: value for name, value in environment.items() if name.startswith("CHUNFENG_") and name not in own}


def run(folder: Path) -> int:
    """Run everything until told to stop; what ends by itself is started again."""
    console = Console(soft_wrap=True)
    stop, ready = threading.Event(), threading.Event()

    def told(*_: object) -> None:
        stop.set()
        if not ready.is_set():  # while it starts there is nothing to be ended in order
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    settings = _HERE | settings_of(os.environ)
    local = Local(folder, ports=PORTS, settings=settings, say=lambda what: console.print(f"启动 starting: {what}"))
    with _started(local, console):
        ready.set()
        tokens = _first_keys(local)
        for service in SERVICES:
            console.print(f"  {service:10} {local.address(service)}  日志 log {local.log(service)}")
        console.print(f"  NATS       {local.nats.url()}")
        console.print(f"  密钥 keys    {tokens}")
        console.print(
            f"  总览 console {local.address('bulletin')}/  用 operator 密钥登录 log in with an operator's key"
        )
        console.print("就绪，Ctrl-C 停止 ready, Ctrl-C stops")
        while not stop.wait(_CHECK_SECONDS):
            for name in local.revive():
                console.print(f"[yellow]{name} 已退出，重新启动 ended; started again")
        console.print("停止 stopping")
    return 0


@contextlib.contextmanager
def _started(local: Local, console: Console) -> Iterator[None]:
    """Run the system as long as the block lasts, or say in a sentence why it cannot."""
    try:
        with local:
            yield
    except (StartError, InUseError) as error:
        console.print(f"[red]{error}")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        console.print("停止 stopping")
        raise SystemExit(0) from None


async def _has_keys(database: Database) -> bool:
    try:
        return bool(await keyring.listing(database))
    finally:
        await database.close()


def _first_keys(local: Local) -> str:
    """Issue a key to each unit of the template on the first start, into a file only we can read; say where they are."""
    path = local.folder / "keys.json"
    if not path.exists():
        if asyncio.run(_has_keys(Database(local.database("approvals")))):  # restored: whoever has a key keeps it
            return "已签发的照旧有效 those issued before are valid; chunfeng keys issue"
        units, now = units_in(PLAN), datetime.now(UTC)
        tokens = asyncio.run(issue(Database(local.database("approvals")), units, None, now))
        drc = next(one.code for one in units if (one.bureau, one.level) == ("drc", Level.CITY))
        operator = asyncio.run(issue(Database(local.database("approvals")), units, [drc], now, Role.OPERATOR))
        tokens["operator"] = operator[drc]
        path.touch(mode=0o600)
        path.write_text(json.dumps(tokens, indent=1))
    return str(path)


def replay(recording: Path, folder: Path, tokens: Path | None) -> int:
    """Post a recording to running services; return 1 if any event was refused."""
    console = Console(soft_wrap=True)
    addresses = addresses_in(folder)["services"]
    known = tokens or folder / "keys.json"
    if not known.exists():
        console.print(
            f"[red]没有 {known}，请用 --tokens 指定各单位密钥 (it is not there; name the units' keys with --tokens)"
        )
        return 1
    try:
        return _replayed(recording, addresses, json.loads(known.read_text()), console)
    except RecordingError as error:
        console.print(f"[red]{error}")
        return 1


def _replayed(recording: Path, addresses: Mapping[str, str], keys: Mapping[str, str], console: Console) -> int:
    """Post a recording, and say how it went."""
    lines = read(recording)

    async def play() -> Player:
        async with httpx.AsyncClient(timeout=30) as client:
            player = Player(client, addresses, keys)
            await player.prepare()
            for line in track(lines, description=recording.name, console=console):
                await player.post(line)
            return player

    played = asyncio.run(play()).played
    for line, problem in played.refused:
        console.print(f"[red]{recording}:{line.number} {problem.get('title')} / {problem.get('title_en')}")
    console.print(", ".join(f"{count} {answer}" for answer, count in sorted(played.answers.items())))
    return 1 if played.refused else 0
