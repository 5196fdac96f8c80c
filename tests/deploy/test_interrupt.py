"""Ctrl-C in the middle of a demo ends it in order, at the first time of asking, and nothing of it stays."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo import run
from tests.builders import ROOT

DEMO = """
import sys
from pathlib import Path
from deploy.demo import run
sys.exit(run.run(Path(sys.argv[1]) / "out", folder=Path(sys.argv[1]) / "system"))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that PostgreSQL's user may enter too."""
    with tempfile.TemporaryDirectory(prefix="chunfeng-interrupt-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def left_in(folder: Path) -> list[str]:
    """Return the commands of processes that have to do with a folder (Linux only; elsewhere none can be seen)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            about = command + (process / "environ").read_bytes().decode(errors="replace")
        except OSError:  # gone meanwhile, or another user's
            continue
        if str(folder) in about and int(process.name) != os.getpid():
            found.append(command)
    return found


def test_a_folder_with_other_files_is_not_emptied_for_a_demo(tmp_path: Path) -> None:
    (tmp_path / "minutes.docx").touch()
    assert run.run(tmp_path, folder=tmp_path / "system") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["minutes.docx"]


@pytest.mark.row(90, 91)
def test_one_ctrl_c_ends_a_demo_that_is_playing_and_leaves_nothing(folder: Path) -> None:
    command = [sys.executable, "-c", DEMO, str(folder)]
    with (folder / "said").open("wb") as said:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)  # noqa: S603
    log, deadline = folder / "system" / "logs" / "approvals.jsonl", time.monotonic() + 90
    try:
        while not (log.exists() and log.read_text().count('"path": "/v1/events"') > 20):
            assert demo.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        assert second.returncode == 1
        assert "正由另一个进程使用" in second.stderr, "a second one in this folder is refused, and harms nothing"
        assert demo.poll() is None
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) != 0
    finally:
        demo.kill()
        demo.wait()
    gone = time.monotonic() + 5
    while left_in(folder) and time.monotonic() < gone:
        time.sleep(0.1)
    assert left_in(folder) == []
