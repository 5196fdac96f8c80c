import asyncio
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from shared.printing import fonts, press, scratch
from shared.printing.glyphs import MissingGlyphs
from shared.printing.papers import Attachment, Papers
from shared.printing.renderer import PrintingFailed
from shared.printing.widths import _characters, _named, widths

ROOT = Path(__file__).parents[2]
FONTS = ROOT / ".chunfeng" / "fonts"
CSS = "@page { size: A5 } h1 { font: 700 22pt var(--title) } p { font: 16pt var(--text) } p::before { content: '—' }"
CREATED = datetime(2022, 3, 16, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
async def papers() -> AsyncIterator[Papers]:
    printer = Papers(FONTS)
    async with printer.running():
        yield printer


async def printed(papers: Papers, body: str = "<h1>桌签</h1><p>市能源局</p>", *, signs: bool = False) -> bytes:
    return await papers.print(body, CSS, identifier="a test", created=CREATED, signs=signs)


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


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


async def test_any_page_is_printed_the_same_every_time(papers: Papers) -> None:
    first = await printed(papers)
    assert "桌签" in text(first)
    assert "—市能源局" in text(first).replace(" ", "")
    assert await printed(papers) == first
    other = Papers(FONTS)
    async with other.running():
        assert await printed(other) == first, "by any process"


async def test_the_pages_of_a_pdf_are_counted(papers: Papers) -> None:
    pages = "".join(f"<p style='break-after: page'>{number}</p>" for number in range(14)) + "<p>end</p>"
    assert fonts.pages_of(await printed(papers)) == 1
    assert fonts.pages_of(await printed(papers, pages)) == 15


async def test_the_first_print_starts_the_child_and_the_end_stops_it() -> None:
    printer = Papers(FONTS)
    async with printer.running():
        assert printer.pid is None
        await printed(printer)
        child = printer.pid
        assert child is not None
    assert gone(child)


@pytest.mark.row(68)
async def test_a_paper_is_pdf_a_with_its_typefaces_its_time_and_its_attachments(papers: Papers) -> None:
    data = Attachment("data.json", b"{}", "its data")
    pdf = await papers.print("<title>台签</title><p>甲", CSS, identifier="x", created=CREATED, attachments=[data])
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.open_metadata().pdfa_status == "3U"
        assert str(opened.docinfo["/CreationDate"]) == "D:20220316013000Z"
        assert opened.attachments["data.json"].get_file().read_bytes() == b"{}"
        assert len(opened.Root.AF) == 1
    assert any(face.startswith("Fandol") or "Serif" in face for face in fonts.used(pdf))


@pytest.mark.row(68)
@pytest.mark.parametrize("written", ["😀", "&#128512;", "&#x1F600;"])
async def test_a_character_no_typeface_has_is_refused_by_name_or_printed_as_a_sign(
    papers: Papers, written: str
) -> None:
    page = f"<p class=name>王{written}先生 &lt;甲&gt;"
    with pytest.raises(MissingGlyphs) as refused:
        await printed(papers, page)
    assert refused.value.places == {"😀": "p.name"}
    assert "王〓先生 <甲>" in text(await printed(papers, page, signs=True))


async def test_what_is_not_printed_need_not_have_glyphs(papers: Papers) -> None:
    assert (await printed(papers, "<title>😀</title><style>/* 😀 */</style><p>甲")).startswith(b"%PDF")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x", "data:text/plain,x", "page.css"])
async def test_a_page_may_fetch_nothing(papers: Papers, address: str) -> None:
    with pytest.raises(PrintingFailed, match="不得引用外部资源"):
        await printed(papers, f'<img src="{address}">')


async def test_inline_pictures_are_drawn_and_theirs_may_fetch_nothing_either(papers: Papers) -> None:
    square = '<svg width="9" height="9" viewBox="0 0 9 9"><path d="M0 0h9v9z"/>{}</svg>'
    assert (await printed(papers, square.format(""))).startswith(b"%PDF")
    inner = '<image href="file:///etc/passwd" width="9" height="9"/>'
    with pytest.raises(PrintingFailed, match="不得引用外部资源"):
        await printed(papers, square.format(inner))


async def test_a_child_that_crashes_is_replaced(papers: Papers) -> None:
    before = papers.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert (await printed(papers)).startswith(b"%PDF")
    assert papers.pid != before


async def test_a_child_that_hangs_is_killed_and_replaced(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    before = papers.pid
    assert before is not None
    os.kill(before, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(papers._renderer, "_seconds", 0.3)  # noqa: SLF001  (a shorter limit)
        with pytest.raises(PrintingFailed, match="已中止"):
            await printed(papers)
    assert gone(before)
    assert (await printed(papers)).startswith(b"%PDF")


async def test_a_long_page_is_given_more_time(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers._renderer, "_seconds", 0.0)  # noqa: SLF001  (none but what its length gives)
    with pytest.raises(PrintingFailed, match="已中止"):
        await printed(papers)
    monkeypatch.setattr(papers._renderer, "_seconds", 90.0)  # noqa: SLF001  (its child must start first)
    await printed(papers)
    monkeypatch.setattr(papers._renderer, "_seconds", 0.0)  # noqa: SLF001  (as above)
    assert (await printed(papers, f"<!--{'长' * 20_000}--><p>甲")).startswith(b"%PDF")


async def test_a_caller_who_gives_up_spoils_nothing_for_the_next(papers: Papers) -> None:
    impatient = asyncio.create_task(printed(papers, "<p>天地玄黄" * 2000))
    await asyncio.sleep(0.2)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    both = await asyncio.gather(printed(papers, "<p>甲"), printed(papers, "<p>乙"))
    assert both[0] != both[1]
    assert papers.pid is not None


def test_the_child_dies_with_its_parent_and_the_next_one_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import asyncio; from pathlib import Path; from shared.printing.renderer import Renderer\n"
        f"r = Renderer('shared.printing.worker', Path({str(FONTS)!r}))\n"
        "async def main(): await r.start(); print('pid', r.pid, flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    command, environment = [sys.executable, "-c", program], os.environ | {"TMPDIR": str(tmp_path)}
    parent = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603  (likewise)
    assert parent.stdout is not None
    child = next(int(line.split()[1]) for line in parent.stdout if line.startswith("pid "))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (folder,) = tmp_path.glob("chunfeng-renderer-*")
    scratch.sweep()
    assert folder.exists(), "what a living process uses stays"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while not gone(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(child)
    scratch.Scratch().remove()
    assert not list(tmp_path.glob("chunfeng-renderer-*"))


def test_processor_time_is_limited() -> None:
    program = "from shared.printing.worker import limit_processor; limit_processor(1)\nwhile True: pass"
    assert run(program).returncode == -signal.SIGXCPU


@pytest.mark.skipif(sys.platform != "linux", reason="a network can be left on Linux only")
def test_a_child_that_left_the_network_reaches_nothing() -> None:
    program = (
        "import socket; from shared.printing.worker import leave_the_network\n"
        "listener = socket.create_server(('127.0.0.1', 0)); outcome = leave_the_network()\n"
        "try: socket.create_connection(listener.getsockname(), 1); print('reached', outcome)\n"
        "except OSError: print('shut', outcome)"
    )
    assert run(program).stdout.strip() == "shut none" or "reached reachable (" in run(program).stdout


def test_widths_are_read_as_fonttools_reads_them() -> None:
    faces = {face.path.name: face for face in fonts.find(FONTS).faces}
    for face in (faces["FandolFang-Regular.otf"], faces["NotoSansMongolian-Regular.ttf"]):
        with TTFont(face.path, fontNumber=face.index) as font:
            advances, em = font["hmtx"].metrics, font["head"].unitsPerEm
            known = {code: advances[glyph][0] / em for code, glyph in font.getBestCmap().items()}
            read = widths(face.path, face.index)
            assert {code: width for code in range(0x30000) if (width := read.of(code)) is not None} == known
            # The long way round, which a face with an unusual table takes.
            assert dict(_named(font)) == dict(_characters(font.reader["cmap"]))


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
