import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.bulletin import fonts
from services.bulletin.pdf import press
from services.bulletin.pdf.glyphs import MissingGlyphs
from services.bulletin.pdf.press import Press
from services.bulletin.pdf.renderer import PrintingFailed, Renderer
from tests.bulletin.editions import edition

ROOT = Path(__file__).parents[2]
FONTS = ROOT / ".chunfeng" / "fonts"


@pytest.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    printer = Renderer(FONTS)
    async with printer.running():
        yield printer


def run(program: str, *, seconds: float = 20) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Where nobody reaps orphans a dead one stays as a zombie.
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.row(56)
async def test_the_child_prints_the_same_bytes_as_this_process(renderer: Renderer) -> None:
    assert await renderer.render(edition(1)) == Press(fonts.find(FONTS)).print(edition(1))


@pytest.mark.row(68)
async def test_missing_glyphs_come_back_by_name_and_the_child_goes_on(renderer: Renderer) -> None:
    before = renderer.pid
    with pytest.raises(MissingGlyphs, match=r"U\+1F600"):
        await renderer.render(edition(0, venue="😀"))
    assert (await renderer.render(edition(0, venue="😀"), signs=True)).startswith(b"%PDF")
    assert renderer.pid == before


async def test_a_child_that_crashes_is_replaced(renderer: Renderer) -> None:
    before = renderer.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert (await renderer.render(edition(0))).startswith(b"%PDF")
    assert renderer.pid != before


async def test_a_child_that_hangs_is_killed_and_replaced(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    before = renderer.pid
    assert before is not None
    os.kill(before, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(renderer, "_seconds", 0.3)
        with pytest.raises(PrintingFailed, match="已中止"):
            await renderer.render(edition(0))
    assert gone(before)
    assert (await renderer.render(edition(0))).startswith(b"%PDF")


async def test_a_caller_who_gives_up_spoils_nothing_for_the_next(renderer: Renderer) -> None:
    impatient = asyncio.create_task(renderer.render(edition(3)))
    await asyncio.sleep(0.2)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    both = await asyncio.gather(renderer.render(edition(0)), renderer.render(edition(1)))
    assert both[0] != both[1]
    assert renderer.pid is not None


def test_the_child_dies_with_its_parent() -> None:
    program = (
        "import asyncio; from pathlib import Path; from services.bulletin.pdf.renderer import Renderer\n"
        f"r = Renderer(Path({str(FONTS)!r}))\n"
        "async def main(): await r.start(); print('pid', r.pid, flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", program]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603  (likewise)
    assert parent.stdout is not None
    child = next(int(line.split()[1]) for line in parent.stdout if line.startswith("pid "))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while not gone(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(child)


def test_processor_time_is_limited() -> None:
    program = "from services.bulletin.pdf.worker import limit_processor; limit_processor(1)\nwhile True: pass"
    assert run(program).returncode == -signal.SIGXCPU


@pytest.mark.skipif(sys.platform != "linux", reason="a network can be left on Linux only")
def test_a_child_that_left_the_network_reaches_nothing() -> None:
    program = (
        "import socket; from services.bulletin.pdf.worker import leave_the_network\n"
        "listener = socket.create_server(('127.0.0.1', 0)); outcome = leave_the_network()\n"
        "try: socket.create_connection(listener.getsockname(), 1); print('reached', outcome)\n"
        "except OSError: print('shut', outcome)"
    )
    assert run(program).stdout.strip() == "shut none" or "reached reachable (" in run(program).stdout


def test_without_pango_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(fonts.PrintingUnavailable, match=r"apt-get install libpango-1\.0-0 libpangoft2-1\.0-0"):
        press.weasyprint()


def test_without_fontconfig_or_fonts_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_listed", lambda *_: iter(()))
    with pytest.raises(fonts.PrintingUnavailable, match="没有可用的中文字体"):
        fonts.find()
    monkeypatch.setattr(fonts, "which", lambda _: None)
    with pytest.raises(fonts.PrintingUnavailable, match="apt-get install"):
        fonts.find()
