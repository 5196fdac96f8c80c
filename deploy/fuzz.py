"""`python -m deploy.fuzz`: every service's OpenAPI put to schemathesis, against a whole system of its own.

It generates requests that fit the documents and requests that do not, and chains of them; no answer may be a 5xx, and
each must be one the documents name. schemathesis is no dependency of ours:

    .chunfeng/bin/uv run --with schemathesis python -m deploy.fuzz --examples 100
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.administration import units_in
from deploy.keys import PLAN
from deploy.local import Local
from deploy.recording import Player, read
from services.approvals import keyring
from shared.database import Database

ROOT: Final = Path(__file__).parent.parent
CHECKS: Final = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
_POSTS: Final = "^/v1/(events|validate)$"
# Of the many events' schemas the systematic phase makes tens of thousands of cases: random ones do.
_PASSES: Final = {
    "others": ("--exclude-path-regex", _POSTS),
    "posts": ("--include-path-regex", _POSTS, "--phases", "fuzzing"),
}
_WHO: Final = "11150600MB0XX0027E"
_MORNING: Final = 60
"""So many events of the sample campaign are there before: something to find and to collide with."""


async def _prepared(local: Local) -> str:
    """Issue keys, post the beginning of the sample campaign; return the city DRC's token."""
    database = Database(local.database("approvals"))
    try:
        tokens = await keyring.issue(database, units_in(PLAN), datetime.now(UTC))
    finally:
        await database.close()
    async with httpx.AsyncClient(timeout=30) as client:
        player = Player(client, {service: local.address(service) for service in local.ports}, tokens)
        await player.prepare()
        for line in read(ROOT / "deploy" / "demo" / "campaign.jsonl")[:_MORNING]:
            await player.post(line)
    return tokens[_WHO]


def _document(address: str, folder: Path, service: str) -> Path:
    """Return a service's own document as a file, without what would only wait."""
    document: dict[str, Any] = httpx.get(f"{address}/openapi.json").json()
    document["paths"].pop("/v1/feed/stream", None)  # it never ends
    for parameter in document["paths"].get("/v1/feed", {}).get("get", {}).get("parameters", []):
        if parameter["name"] == "wait":
            parameter["schema"] |= {"maximum": 0}
    path = folder / f"openapi-{service}.json"
    path.write_text(json.dumps(document))
    return path


def run(examples: int, out: Path) -> int:
    """Put every service to it; return how many of them failed."""
    program = shutil.which("schemathesis")
    if program is None:
        sys.exit("没有 schemathesis；用法见本文件开头 (schemathesis is not there; see the top of this file)")
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="chunfeng-fuzz-") as folder, Local(Path(folder) / "system") as local:
        local.await_ready()
        token = asyncio.run(_prepared(local))
        for service in local.ports:
            document = _document(local.address(service), out, service)
            command = [program, "run", str(document), "-u", local.address(service), "-c", CHECKS, "-n", str(examples)]
            command += ["-H", f"Authorization: Bearer {token}", "--continue-on-failure", "--request-timeout", "60"]
            command += ["--suppress-health-check", "all", "--seed", "7", "--warnings", "off", "--no-color"]
            for name, chosen in _PASSES.items():
                report = out / f"{service}-{name}.txt"
                with report.open("w") as file:
                    ended = subprocess.run(  # noqa: S603  (our own command)
                        [*command, *chosen], stdout=file, stderr=subprocess.STDOUT, check=False, cwd=out
                    )
                failed += ended.returncode != 0
                print(f"{service} {name}: {'✗' if ended.returncode else '✓'} {report}", flush=True)  # noqa: T201  (its result)
        for service in local.ports:
            shutil.copy(local.log(service), out / f"{service}.jsonl")
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100, help="for each operation and phase")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "fuzz")
    asked = parser.parse_args()
    sys.exit(run(asked.examples, asked.out))
