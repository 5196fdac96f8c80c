"""How long a bulletin's page takes, beside bare WeasyPrint on the same HTML: `python -m deploy.bench.pages`.

Ratios of processor time, so that they mean the same on any machine however busy: the whole way of 200 applications,
warm, at most 1.15 times bare WeasyPrint; 2,000 applications at most 12 times 200; memory at most that of plain
WeasyPrint with the system's fonts. The service's own way, in a child under limits, must be open to 2,000 too.
"""

import asyncio
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from services.bulletin.domain.edition import Application, Cell, Edition, Licence, Totals
from services.bulletin.pdf.page import TEMPLATES, Page
from services.bulletin.pdf.press import BulletinPress
from services.bulletin.pdf.renderer import EditionRenderer
from shared.printing import fonts
from shared.printing.press import Press, weasyprint
from shared.vocabulary import Formality, Level, Outcome, SessionKind

ROOT: Final = Path(__file__).resolve().parents[2]
FONTS: Final = ROOT / ".chunfeng" / "fonts"
MOST: Final = {"whole / bare": 1.15, "t(2000) / t(200)": 12.0, "memory / plain": 1.0}
_ROUNDS: Final = 5


def _application(number: int) -> Application:
    outcome = [*Outcome][number % 3 if number % 5 == 0 else 0]
    deferred, forwarded = outcome is Outcome.DEFERRED, outcome is Outcome.FORWARDED
    return Application(
        number=number,
        project_code=f"2203-150621-04-01-{number:06d}",
        project_name=f"达拉特旗新型建材循环经济产业园第{number // 4 + 1}号项目",
        owner_name=f"内蒙古喆昇建材科技第{number // 4 % 60 + 1}有限公司",
        level=[*Level][number % 2],
        formality=[*Formality][number % 8],
        unit="达拉特旗住房和城乡建设局",
        outcome=outcome,
        document_number=None if forwarded else f"达建审字〔2022〕{number}号",
        licences=() if forwarded or number % 2 else (Licence(licence_type="许可证", number=f"1506212022{number:05d}"),),
        commitment_letter=f"容缺承诺〔2022〕{number}号" if deferred else None,
        missing=("社会稳定风险评估报告", "用地红线图") if deferred else (),
        due=date(2022, 3, 25) if deferred else None,
        target_body="自治区住房和城乡建设厅" if forwarded else None,
        opinion="经初审，材料齐全，拟同意上报" if forwarded else None,
    )


def _totals(rows: tuple[Application, ...]) -> Totals:
    keys = dict.fromkeys((row.level, row.formality, row.outcome) for row in rows)
    counted = {key: sum((row.level, row.formality, row.outcome) == key for row in rows) for key in keys}
    return Totals(
        docketed=len(rows),
        withdrawn=0,
        decided=len(rows),
        undecided=0,
        licences=sum(len(row.licences) for row in rows),
        projects=len(rows) // 4,
        owners=60,
        cells=tuple(Cell(level=k[0], formality=k[1], outcome=k[2], applications=n) for k, n in counted.items()),
    )


def edition(applications: int) -> Edition:
    """Return a session with so many applications."""
    rows = tuple(_application(number + 1) for number in range(applications))
    day = datetime(2022, 3, 16, 1, 30, tzinfo=UTC)
    nothing: dict[str, Any] = dict.fromkeys(("leaders", "withdrawn", "issues", "teams", "owed", "changes"), ())
    return Edition(
        campaign_title="“服务入园政策暖企”春风行动",
        notice="鄂府办发〔2022〕30号",
        masthead="春风行动简报",
        issuer="鄂尔多斯市发展和改革委员会",
        demo=False,
        session="bench-150621",
        session_name="达拉特旗专场",
        kind=SessionKind.BANNER,
        venue="达拉特经济开发区",
        opened_at=day,
        closed_at=day,
        declared_by="达拉特旗旗长苏和",
        enterprises=12,
        seats=("达拉特旗住房和城乡建设局",),
        year=2022,
        number=1,
        revision=0,
        issued_at=day,
        due_at=day,
        complete=True,
        cutoff={},
        totals=_totals(rows),
        applications=rows,
        addressees=(),
        print_count=60,
        **nothing,
    )


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor's seconds: what others do on the machine meanwhile is not counted."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _times() -> dict[str, float]:
    """Measure warm, in turns: what the machine does meanwhile strikes both alike."""
    faces = fonts.find(FONTS)
    whole, page, bare = BulletinPress(faces), Page(faces), Press(faces)
    style = bare.style((TEMPLATES / "bulletin.css").read_text(encoding="utf-8"))
    few, many = edition(200), edition(2000)
    html = page.html(few)
    whole.print(few)
    pairs = [
        (
            _seconds(lambda: whole.print(few)),
            _seconds(lambda: bare._set(html, style).write_pdf(pdf_variant="pdf/a-3u")),  # noqa: SLF001  (bare)
        )
        for _ in range(_ROUNDS)
    ]
    return {
        "whole, 200": statistics.median(pair[0] for pair in pairs),
        "bare, 200": statistics.median(pair[1] for pair in pairs),
        "whole / bare": statistics.median(pair[0] / pair[1] for pair in pairs),
        "whole, 2000": _seconds(lambda: whole.print(many)),
    }


async def _by_the_child(applications: int) -> None:
    """Print as the service does, in a child under its limits; raises if such a page is beyond them."""
    renderer = EditionRenderer(FONTS)
    async with renderer.running():
        await renderer.render(edition(applications))


def _ours(_: object) -> float:
    press = BulletinPress(fonts.find(FONTS))
    press.print(edition(200))
    return _peak()


def _plain(html: str) -> float:
    """Print the same page as anybody would: WeasyPrint and the system's Chinese font, nothing else done about it.

    The system's font is Noto, which `apt-get install fonts-noto-cjk` brings; else setup's copy stands in.
    """
    with tempfile.TemporaryDirectory() as scratch:
        world = Path(scratch) / "fonts.conf"
        folders = f"<dir>/usr/share/fonts</dir><dir>{FONTS}</dir><cachedir>{scratch}</cachedir>"
        world.write_text(f'<?xml version="1.0"?><fontconfig>{folders}</fontconfig>', encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(world)
        return _printed_plainly(html)


def _printed_plainly(html: str) -> float:
    module = weasyprint()
    css = (TEMPLATES / "bulletin.css").read_text(encoding="utf-8")
    for role in fonts.Role:
        css = css.replace(f"var(--{role})", '"Noto Serif CJK SC", serif')
    module.HTML(string=html).write_pdf(stylesheets=[module.CSS(string=css)], pdf_variant="pdf/a-3u")
    return _peak()


def _peak() -> float:
    """Return this process's own peak, not that of the one that started it, which getrusage would count in."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _alone(work: Callable[..., float], argument: object) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (argument,))


def measure() -> dict[str, float]:
    """Return seconds, megabytes and their ratios."""
    found = _times()
    html = Page(fonts.find(FONTS)).html(edition(200))
    ours, plain = _alone(_ours, None), _alone(_plain, html)
    found["t(2000) / t(200)"] = found["whole, 2000"] / found["whole, 200"]
    asyncio.run(_by_the_child(2000))
    found |= {"MB, ours": ours, "MB, plain": plain, "memory / plain": ours / plain}
    return {name: round(value, 3) for name, value in found.items()}


def main() -> int:
    """Measure, write out/bench-pages.json, say which bars were missed."""
    found = measure()
    out = ROOT / "out" / "bench-pages.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    for name, value in found.items():
        most = MOST.get(name)
        print(f"{name:>18}  {value:8.3f}" + (f"  (at most {most:g}){'' if value <= most else '  ✗'}" if most else ""))  # noqa: T201
    return int(any(found[name] > most for name, most in MOST.items()))


if __name__ == "__main__":
    raise SystemExit(main())
