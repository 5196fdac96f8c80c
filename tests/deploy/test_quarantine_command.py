"""`chunfeng quarantine`: the same as on the page, in a terminal; the running service replays."""

import json
from pathlib import Path

import pytest

from shared.events import SessionClosed
from tests.deploy.commanding import command, folder_of
from tests.shared.test_quarantine import audit, held, poison
from tests.systems import System


@pytest.mark.row(85)
async def test_list_show_mend_replay_and_dismiss(system: System, tmp_path: Path) -> None:
    for number in (1, 2):
        await system.publish("approvals", poison(number, f"fact-poison-{number}"), SessionClosed.type)
    async with system.serving("bulletin"):
        await held(system, "bulletin", 2)
        by = await folder_of(system, tmp_path, ("bulletin",))
        listed = (await command("quarantine", "list", folder=by)).stdout
        assert listed.count("chunfeng.facts.approvals.session.closed.v1") == 2
        first, second = (
            str(row["id"]) for row in await system.rows("bulletin", "SELECT id FROM quarantine ORDER BY id")
        )
        shown = await command("quarantine", "show", "bulletin", first, folder=by)
        message = json.loads(shown.stdout)
        assert message["data"]["closed_at"] == "the evening"

        failed = await command("quarantine", "replay", "bulletin", first, folder=by)
        assert (failed.exit_code, "closed_at: " in failed.stdout) == (1, True)
        message["data"]["closed_at"] = "2022-03-16T17:00:00+08:00"
        (tmp_path / "message.json").write_text(json.dumps(message))
        file = str(tmp_path / "message.json")
        mended = await command("quarantine", "mend", "bulletin", first, file, "--why", "已与来文单位核对", folder=by)
        assert mended.exit_code == 0, mended.output
        assert (await command("quarantine", "replay", "bulletin", first, folder=by)).exit_code == 0
        assert (await command("quarantine", "dismiss", "bulletin", second, "--why", "重复", folder=by)).exit_code == 0
        assert "没有隔离的消息" in (await command("quarantine", "list", folder=by)).stdout
        gone = await command("quarantine", "replay", "bulletin", "9999", folder=by)
        assert (gone.exit_code, "没有待处理的第 9999 号消息" in str(gone.exception) + gone.output) == (1, True)
        assert await system.count("bulletin", "closing") == 1
    steps = await audit(system, "bulletin")
    assert [what for what, _ in steps] == ["mended", "replayed", "dismissed"]
    assert {by for _, by in steps} <= {steps[0][1]}
    assert steps[0][1].startswith("/operators/")
