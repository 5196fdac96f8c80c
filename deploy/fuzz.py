"""`make fuzz`: every service's OpenAPI put to schemathesis, against a whole system of its own.

It generates requests that fit the documents and requests that do not, and chains of them, more than 10,000; no answer
may be a 5xx, and each must be one the documents name. What was found is told in out/fuzz, one report for each pass.
"""

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
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
CHECKED: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
_POSTS: Final = "^/v1/(events|validate)$"
# Of the many events' schemas the systematic phase makes tens of thousands of cases: random ones do.
_PASSES: Final = {
    "others": ("--exclude-path-regex", _POSTS),
    "posts": ("--include-path-regex", _POSTS, "--phases", "fuzzing"),
}
_TIMES: Final = {"others": 1, "posts": 3}
"""Posts are what units send: more cases of them than of anything else."""
_GENERATED: Final = re.compile(r"^ *([0-9]+) generated", re.MULTILINE)
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


def tamed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a service's document without what would only wait."""
    document["paths"].pop("/v1/feed/stream", None)  # it never ends
    for parameter in document["paths"].get("/v1/feed", {}).get("get", {}).get("parameters", []):
        if parameter["name"] == "wait":
            parameter["schema"] |= {"maximum": 0}
    return document


def _put(to: Sequence[str], examples: int, name: str, report: Path) -> bool:
    """Put one pass to one service and keep what was found; tell whether nothing was."""
    command = [*to, "-c", ",".join(CHECKED), "-n", str(examples * _TIMES[name]), *_PASSES[name]]
    command += ["--continue-on-failure", "--request-timeout", "60", "--suppress-health-check", "all"]
    command += ["--warnings", "off", "--no-color"]
    with report.open("w") as file:
        ended = subprocess.run(  # noqa: S603  (our own command)
            command, stdout=file, stderr=subprocess.STDOUT, check=False, cwd=report.parent
        )
    return ended.returncode == 0


def cases_in(report: str) -> int:
    """Return how many cases a report of schemathesis tells of."""
    return sum(int(found) for found in _GENERATED.findall(report))


def run(asked: argparse.Namespace) -> int:
    """Put every service to it; return 0 if nothing was found in as many cases as are asked for."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    if program is None:
        sys.exit("没有 schemathesis，请先 make setup (schemathesis is not there: make setup)")
    out: Path = asked.out
    out.mkdir(parents=True, exist_ok=True)
    failed, cases = 0, 0
    with tempfile.TemporaryDirectory(prefix="chunfeng-fuzz-") as folder, Local(Path(folder) / "system") as local:
        local.await_ready()
        token = asyncio.run(_prepared(local))
        for service in local.ports:
            address = local.address(service)
            document = tamed(httpx.get(f"{address}/openapi.json").json())
            described = out / f"openapi-{service}.json"
            described.write_text(json.dumps(document))
            to = [program, "run", str(described), "-u", address, "--seed", str(asked.seed)]
            to += ["-H", f"Authorization: Bearer {token}"]
            for name in _PASSES:
                report = out / f"{service}-{name}.txt"
                good = _put(to, asked.examples, name, report)
                count = cases_in(report.read_text())
                failed, cases = failed + (not good), cases + count
                print(f"{'✓' if good else '✗'} {service} {name}: {count} 例 cases, {report}", flush=True)  # noqa: T201  (its result)
        for service in local.ports:
            shutil.copy(local.log(service), out / f"{service}.jsonl")
    enough = cases >= asked.cases
    print(f"{'✓' if enough and not failed else '✗'} 共 {cases} 例 cases in all, {asked.cases} wanted")  # noqa: T201  (its result)
    return 0 if enough and not failed else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=150, help="for each operation and phase; of posts three times")
    parser.add_argument("--cases", type=int, default=10_000, help="fewer than these in all are a failure")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "fuzz")
    sys.exit(run(parser.parse_args()))
