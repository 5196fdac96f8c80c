"""docs/integrate.md is true: its programs are run as they stand there, against a service that holds nothing yet.

Each is run where its language is: curl, Python, Node.js, Java, Go, and C# by mono's compiler or a .NET SDK.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from services.approvals import keyring
from tests.browsing import reachable
from tests.builders import DRC, PLAN, ROOT
from tests.posting import OPENED, Office, keys
from tests.systems import System

pytestmark = pytest.mark.row(71, 75, 78, 81)
GUIDE: Final = (ROOT / "docs" / "integrate.md").read_text("utf-8")
CHINESE: Final = (ROOT / "docs" / "integrate.zh-CN.md").read_text("utf-8")
FENCED: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WATER: Final = next(unit for unit in PLAN.units if unit.code == "11150600MB0XX0086H")
EVENT: Final = json.loads(next(body for language, body in FENCED.findall(GUIDE) if language == "json"))


def snippets(language: str, containing: str = "") -> list[str]:
    return [body for name, body in FENCED.findall(GUIDE) if name == language and containing in body]


async def ran(folder: Path, environment: dict[str, str], *command: str) -> str:
    """Run a program where approval.json lies, and return what it prints."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, troubled = await process.communicate()
    assert process.returncode == 0, troubled.decode()
    return said.decode()


def programs(folder: Path) -> list[tuple[str, ...]]:
    """Write every program of the guide into a folder; return how each is run, as far as its language is here."""
    commands: list[tuple[str, ...]] = []
    for number, body in enumerate(snippets("python")):
        (folder / f"post{number}.py").write_text(body, "utf-8")
        commands.append((sys.executable, f"post{number}.py"))
    for number, body in enumerate(snippets("javascript")):
        (folder / f"post{number}.js").write_text(body, "utf-8")
        commands.append(("node", f"post{number}.js"))
    for body in snippets("java"):
        name = re.search(r"public class (\w+)", body)
        assert name
        (folder / f"{name[1]}.java").write_text(body, "utf-8")
        commands.append(("java", f"{name[1]}.java"))
    for body in snippets("go"):
        (folder / "post.go").write_text(body, "utf-8")
        commands.append(("go", "run", "post.go"))
    for body in snippets("csharp"):
        (folder / "Post.cs").write_text(body, "utf-8")
        if shutil.which("mono"):
            commands.append(("mcs", "-r:System.Net.Http", "Post.cs"))
    if shutil.which("curl"):
        commands += [("bash", "-c", body) for body in snippets("bash", "approval.json")]
    return [command for command in commands if shutil.which(command[0])]


async def test_every_program_of_the_guide_posts_the_guides_event_and_gets_its_receipt(
    system: System, tmp_path: Path
) -> None:
    (tmp_path / "approval.json").write_text(json.dumps(EVENT, ensure_ascii=False), "utf-8")
    database = await system.database("approvals")
    tokens = await keyring.issue(database, [WATER], datetime.now(UTC), grant=keyring.Grant(test=True))
    async with reachable(system, "approvals") as address:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
        environment |= {"GOCACHE": str(tmp_path / "go"), "GO111MODULE": "off"}
        environment |= {"CHUNFENG_URL": address, "CHUNFENG_KEY": tokens[WATER.code]}
        environment |= {"CHUNFENG_NATS": system.nats.url()}
        said = await asyncio.gather(*(posted(tmp_path, environment, command) for command in programs(tmp_path)))
    assert len(said) >= 3
    for command, printed in said:
        assert '"status":"accepted"' in printed, (command, printed)
        assert '"test":true' in printed or '"dry_run":true' in printed, (command, printed)
    assert await system.count("approvals", "tried") == 1
    assert await system.count("approvals", "outbox WHERE type = 'chunfeng.approval.signed.v1'") == 0


async def posted(folder: Path, environment: dict[str, str], command: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Run a program, or what a compiler makes of it; return what it prints."""
    printed = await ran(folder, environment, *command)
    if command[0] == "mcs":
        printed = await ran(folder, environment, "mono", "Post.exe")
    return command, printed


PROJECT: Final = """\
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net8.0</TargetFramework>
<ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup></Project>
"""


@pytest.mark.skipif(
    shutil.which("dotnet") is None,
    reason="no .NET SDK (Debian has none; see https://dot.net): the guide's C# is only compiled where dotnet is",
)
async def test_the_guides_csharp_compiles(tmp_path: Path) -> None:
    (body,) = snippets("csharp")
    (tmp_path / "Program.cs").write_text(body, "utf-8")
    (tmp_path / "post.csproj").write_text(PROJECT, "utf-8")
    await ran(tmp_path, dict(os.environ), "dotnet", "build", "--nologo")


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl: apt-get install curl")
async def test_reading_as_the_guide_says(system: System, tmp_path: Path) -> None:
    tokens = await keys(await system.database("approvals"))
    async with (
        reachable(system, "approvals", webhooks_here=True) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        await Office(client, tokens).accepted(*OPENED)
        environment = {"PATH": os.environ["PATH"], "CHUNFENG_URL": address, "CHUNFENG_KEY": tokens[DRC.unit]}
        (whoami,) = snippets("bash", "whoami")
        (feed,) = snippets("bash", "/v1/feed?")
        (hook,) = snippets("bash", "/v1/webhooks")
        assert json.loads(await ran(tmp_path, environment, "bash", "-c", whoami))["unit"] == DRC.unit
        first, *_ = feed.splitlines()
        assert len(json.loads(await ran(tmp_path, environment, "bash", "-c", first))["facts"]) > len(OPENED)
        made = json.loads(await ran(tmp_path, environment, "bash", "-c", hook.replace("oa.example.cn", "127.0.0.1")))
        assert made["secret"].startswith("whsec_")


@pytest.mark.row(92)
def test_both_languages_show_the_same_programs() -> None:
    assert FENCED.findall(GUIDE) == FENCED.findall(CHINESE)


def test_every_status_the_services_document_is_explained() -> None:
    documents = [json.loads(path.read_text("utf-8")) for path in (ROOT / "docs/contracts").glob("openapi-*.json")]
    statuses = {status for document in documents for status in document["paths"]["/v1/events"]["post"]["responses"]}
    assert {status for status in statuses if status not in GUIDE} == set()
