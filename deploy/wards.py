"""What `chunfeng quarantine` does: works on the services' quarantines through their databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL

from deploy.administration import who
from deploy.standing import standing
from shared import quarantine
from shared.clock import SHANGHAI, SystemClock
from shared.database import Database
from shared.problems import Refused
from shared.tables import Quarantine

_PATIENCE_SECONDS: Final = 15.0
Say = Callable[[str], None]


@asynccontextmanager
async def _ward(service: str, url: URL) -> AsyncIterator[quarantine.Ward]:
    database = Database(url)
    try:
        yield quarantine.Ward(service, database, SystemClock())
    finally:
        await database.close()


def _on(folder: Path, service: str, work: Callable[[quarantine.Ward], Awaitable[None]]) -> None:
    """Do something with a service's quarantine; a refusal is a sentence and exit status 1."""
    with standing(folder) as places:
        if service not in places.databases:
            raise SystemExit(f"没有服务 {service} there is no such service: {', '.join(places.databases)}")

        async def do() -> None:
            async with _ward(service, places.databases[service]) as ward:
                await work(ward)

        _run(do())


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except Refused as refusal:
        problem = refusal.problem()
        raise SystemExit(f"{problem['title']} ({problem['title_en']})") from None


def _line(service: str, row: Quarantine) -> str:
    at = f"{row.quarantined_at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"
    state = "已修复 mended" if row.mended and row.state == quarantine.WAITING else row.state
    return f"{service:<9} {row.id:>4}  {at}  {state:<9}  {row.subject}  {' '.join(row.reason.split())[:160]}"


def listing(folder: Path, say: Say, *, everything: bool) -> None:
    """List what waits at every service, and if asked for what was dealt with."""

    async def work(databases: dict[str, URL]) -> int:
        count = 0
        for service, url in databases.items():
            async with _ward(service, url) as ward, ward.database.reading() as session:
                rows = [*await quarantine.listing(session, waiting=True, limit=1000)]
                if everything:
                    rows += await quarantine.listing(session, waiting=False, limit=1000)
            for row in rows:
                say(_line(service, row))
            count += len(rows)
        return count

    with standing(folder) as places:
        if not asyncio.run(work(dict(places.databases))):
            say("没有隔离的消息 nothing in quarantine")


def show(folder: Path, service: str, number: int, say: Say, aside: Say) -> None:
    """Show a message whole; what is about it goes aside, so that its text can be kept in a file."""

    async def work(ward: quarantine.Ward) -> None:
        async with ward.database.reading() as session:
            row = await quarantine.one(session, number)
        aside(_line(service, row))
        if row.error:
            aside(f"重放失败 replay failed: {row.error}")
        say(quarantine.pretty(row.mended or row.payload))

    _on(folder, service, work)


def mend(folder: Path, service: str, number: int, text: str, why: str) -> None:
    """Keep mended data beside a message."""

    async def work(ward: quarantine.Ward) -> None:
        await ward.mend(number, text, why, who())

    _on(folder, service, work)


def dismiss(folder: Path, service: str, number: int, why: str) -> None:
    """Put a message away for good."""

    async def work(ward: quarantine.Ward) -> None:
        await ward.dismiss(number, why, who())

    _on(folder, service, work)


def replay(folder: Path, service: str, number: int | None, say: Say) -> None:
    """Have the running service replay one message, or all; exit status 1 if any still waits."""

    async def work(ward: quarantine.Ward) -> None:
        wanted = await ward.want(number, who())
        if number is not None and not wanted:
            raise quarantine.NotInQuarantine(id=number)
        failed = await _settled(ward, wanted)
        say(f"已重放 replayed: {len(wanted) - len(failed)}")
        for row in failed:
            say(f"{row.id}: {row.error or '服务没有运行 the service does not run'}")
        if failed:
            raise SystemExit(1)

    _on(folder, service, work)


async def _settled(ward: quarantine.Ward, wanted: list[int]) -> list[Quarantine]:
    """Wait until the service has tried them; return those that still wait."""
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while True:
        async with ward.database.reading() as session:
            waiting = [row for row in await quarantine.listing(session, waiting=True, limit=1000) if row.id in wanted]
        if not any(row.wanted_by for row in waiting) or asyncio.get_running_loop().time() > until:
            return waiting
        await asyncio.sleep(0.2)
