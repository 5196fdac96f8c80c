"""Each part stopped in turn: readiness, console and the right alert say so within 15 s, and all return by itself."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import yaml

from deploy.local import free_port
from shared.vocabulary import Role
from tests.browsing import reachable
from tests.builders import ROOT
from tests.deploy.promql import Series, firing
from tests.operating import token
from tests.systems import System, until

pytestmark = pytest.mark.row(84)
WITHIN = 15.0
RULES = yaml.safe_load((ROOT / "deploy/observe/alerts.yml").read_text("utf-8"))["groups"][0]["rules"]


@dataclass
class Watched:
    """The bulletin service and what an operator sees of all."""

    client: httpx.AsyncClient
    key: str

    async def ready(self) -> tuple[int, list[str]]:
        answer = await self.client.get("/health/ready")
        return answer.status_code, sorted(name for name, well in answer.json()["checks"].items() if not well)

    async def console(self) -> str:
        answer = await self.client.get("/", headers={"Accept": "text/html", "Cookie": f"chunfeng_key={self.key}"})
        assert answer.status_code == 200, answer.text
        return re.sub(r"<[^>]+>", "", answer.text)

    async def alerts(self) -> set[tuple[str, str]]:
        """Return (alert, part) of what would ring if the metrics stay as they are for a quarter of a minute."""
        lines = (await self.client.get("/metrics")).text.splitlines()
        found = (re.fullmatch(r"(\w+){([^}]*)} (\S+)", line) for line in lines)
        series = [
            Series(one[1], frozenset(re.findall(r'(\w+)="([^"]*)"', one[2])), [float(one[3])] * 4, 5)
            for one in found
            if one
        ]
        rules = [one for one in RULES if one["alert"] in ("PartAway", "NobodyRelays", "OutboxStuck")]
        return {
            (rule["alert"], dict(labels).get("part", "")) for rule in rules for labels in firing(rule, series, 15, 5)
        }

    async def says(self, text: str) -> bool:
        return text in await self.console()

    async def says_nothing_of(self, part: str) -> bool:
        return f"{part}没有应答" not in await self.console()


@asynccontextmanager
async def watching(system: System, **changes: Any) -> AsyncIterator[Watched]:  # noqa: ANN401  (any setting)
    async with reachable(system, "bulletin", **changes) as address, system.serving("forums"):
        key = await token(await system.database("bulletin"), Role.OPERATOR)
        async with httpx.AsyncClient(base_url=address, timeout=20) as client:
            watched = Watched(client, key)
            assert "春风行动总览" in await watched.console()
            yield watched


@pytest.mark.parametrize(("part", "called"), [("database", "数据库 PostgreSQL"), ("nats", "事件流 NATS")])
async def test_a_server_that_stops_is_named_everywhere_and_all_recovers(system: System, part: str, called: str) -> None:
    server = system.postgres if part == "database" else system.nats
    async with watching(system) as watched:
        server.kill()
        stopped = time.monotonic()
        try:

            async def unready() -> bool:
                return await watched.ready() == (503, [part])

            await until(unready, within=WITHIN)
            await until(lambda: watched.says(f"{called}没有应答"), within=WITHIN)
            assert ("PartAway", part) in await watched.alerts()
            assert time.monotonic() - stopped < WITHIN
        finally:
            server.start()

        async def well() -> bool:
            return await watched.ready() == (200, [])

        await until(well, within=WITHIN)
        # Both services went through it, and nobody has started them again.
        await until(lambda: watched.says_nothing_of(called), within=WITHIN)

        async def silent() -> bool:
            return ("PartAway", part) not in await watched.alerts()

        await until(silent, within=WITHIN)


async def test_a_page_that_cannot_be_read_says_so(system: System) -> None:
    async with system.serving("approvals") as client:
        key = await token(await system.database("approvals"), Role.DRC)
        headers = {"Accept": "text/html", "Cookie": f"chunfeng_key={key}"}
        system.postgres.kill()
        try:
            answer = await client.get("/", headers=headers)
        finally:
            system.postgres.start()
        assert (answer.status_code, "系统暂时无法读取数据" in answer.text) == (503, True)


async def test_a_mail_server_that_stops_degrades_and_comes_back(system: System) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ESMTP\r\n")
        while line := await reader.readline():
            writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 mail\r\n")
            await writer.drain()
        writer.close()

    port = free_port()
    async with watching(system, smtp_host="127.0.0.1", smtp_port=port) as watched:
        await until(lambda: watched.says("邮件服务器没有应答"), within=WITHIN)
        assert await watched.ready() == (200, ["mail"])
        assert ("PartAway", "mail") in await watched.alerts()
        server = await asyncio.start_server(greet, "127.0.0.1", port)
        async with server:
            await until(lambda: watched.says_nothing_of("邮件服务器"), within=WITHIN)
