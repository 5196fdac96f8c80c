"""The CloudEvents project's JavaScript SDK as a client that nobody here wrote, in every mode (row 71).

It is not among our dependencies: npm fetches it once into .chunfeng, or CHUNFENG_NODE_MODULES names where it is.
"""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.browsing import reachable
from tests.builders import DRC, ROOT, application_docketed, project_code
from tests.posting import OPENED, Office, cloudevent, keys
from tests.systems import System

FOLDER: Final = ROOT / ".chunfeng" / "npm"
WANTED: Final = "cloudevents@10"
PROGRAM: Final = """
const { CloudEvent, HTTP } = require("cloudevents");
const send = (message) => fetch(process.env.CHUNFENG_URL + "/v1/events", {
  method: "POST", body: message.body,
  headers: { ...message.headers, Authorization: "Bearer " + process.env.CHUNFENG_KEY },
}).then(async (answer) => ({ status: answer.status, body: await answer.json() }));

(async () => {
  const [one, two] = JSON.parse(process.env.EVENTS).map((raw) => new CloudEvent(raw));
  const told = [await send(HTTP.structured(one)), await send(HTTP.binary(one)), await send(HTTP.binary(two))];
  const feed = await fetch(process.env.CHUNFENG_URL + "/v1/feed?after=0", {
    headers: { Authorization: "Bearer " + process.env.CHUNFENG_KEY },
  }).then((answer) => answer.json());
  const read = feed.facts.map((fact) => HTTP.toEvent({
    headers: { "content-type": "application/cloudevents+json" }, body: JSON.stringify(fact),
  }));
  console.log(JSON.stringify({ told, valid: read.every((event) => event.validate()), facts: read.length }));
})();
"""


def modules() -> str:
    """Return the folder with the SDK, fetched if need be; skip where it cannot be had, and say what would help."""
    if (named := os.environ.get("CHUNFENG_NODE_MODULES")) is not None:
        return named
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("no Node.js with npm: install them, or set CHUNFENG_NODE_MODULES to a folder with cloudevents")
    if not (FOLDER / "node_modules" / "cloudevents").is_dir():
        command = [npm, "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund", "--ignore-scripts", WANTED]
        try:
            fetched = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  (our own)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm did not fetch {WANTED} in a minute: run {' '.join(command[1:])} by hand")
        if fetched.returncode:
            pytest.skip(f"npm cannot fetch {WANTED} ({fetched.stderr.strip()[-200:]}): run it with a network once")
    return str(FOLDER / "node_modules")


@pytest.mark.row(71, 78)
async def test_the_javascript_sdk_posts_in_each_mode_and_reads_the_feed(system: System, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": await asyncio.to_thread(modules)}
    (tmp_path / "post.js").write_text(PROGRAM, "utf-8")
    posts = [cloudevent(application_docketed(project_code=project_code(n)), DRC, f"js-{n}") for n in (1, 2)]
    tokens = await keys(await system.database("approvals"))
    async with reachable(system, "approvals") as address, httpx.AsyncClient(base_url=address) as client:
        await Office(client, tokens).accepted(*OPENED)
        environment |= {"CHUNFENG_URL": address, "CHUNFENG_KEY": tokens[DRC.unit], "EVENTS": json.dumps(posts)}
        process = await asyncio.create_subprocess_exec(
            "node", "post.js", cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE
        )
        said = json.loads((await process.communicate())[0])
    structured, again, binary = said["told"]
    assert (structured["status"], structured["body"]["status"]) == (202, "accepted")
    assert again["body"] == {**structured["body"], "duplicate": True}
    assert (binary["status"], binary["body"]["id"]) == (202, "js-2")
    assert (said["valid"], said["facts"]) == (True, await system.count("approvals", "outbox"))
