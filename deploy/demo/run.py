"""The demo: a whole campaign on a simulated clock, from departments' posts to delivered bulletins."""

import asyncio
import contextlib
import hashlib
import json
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy import interrupt
from deploy.conductor import Conductor, baton
from deploy.demo import report
from deploy.demo.at_the_table import Ledger
from deploy.demo.handed_out import Brochures
from deploy.demo.plugged import plug_in
from deploy.local import ROOT, Local, free_port
from deploy.recording import Line, Player, read
from services.approvals import keyring
from shared.clock import SHANGHAI, shanghai_time
from shared.database import Database
from shared.events import CampaignPlanned
from shared.vocabulary import CITY_DIVISION, Level

SAMPLE: Final = Path(__file__).with_name("campaign.jsonl")
EXPECTED: Final = Path(__file__).with_name("expected.json")


Beside = Callable[[Local, str], contextlib.AbstractAsyncContextManager[None]]
"""What goes on beside the demo as long as it plays, with a key that sees everything."""


@contextlib.asynccontextmanager
async def _nothing(_: Local, __: str) -> AsyncIterator[None]:
    yield


class _Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802  (aiosmtpd's)
        self._count += 1
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        (self._folder / f"{self._count:03d}-{envelope.rcpt_tos[0]}.eml").write_bytes(content)
        return "250 kept"


@contextlib.contextmanager
def mailbox(folder: Path) -> Iterator[int]:
    """Run a mail server on a free port as long as the block lasts; yield the port."""
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Mailbox(folder), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def sha256(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def plan_in(lines: list[Line]) -> CampaignPlanned:
    """Return the plan a recording starts with."""
    return CampaignPlanned.model_validate(lines[0].event["data"])


async def play(
    local: Local, lines: list[Line], out: Path, console: Console, beside: Beside = _nothing
) -> list[report.Session]:
    """Play a recording against running services, and collect what became of it."""
    plan = plan_in(lines)
    addresses = {service: local.address(service) for service in local.ports}
    start = lines[0].time - timedelta(minutes=1)
    async with baton(local.nats.url("operator"), start) as held, httpx.AsyncClient(timeout=30) as client:
        await asyncio.to_thread(local.await_live)
        database = Database(local.database("approvals"))
        tokens = await keyring.issue(database, plan.units, start.astimezone(UTC))
        await database.close()
        drc = next(u for u in plan.units if (u.level, u.division, u.bureau) == (Level.CITY, CITY_DIVISION, "drc"))
        player = Player(client, addresses, tokens)
        await player.prepare()
        conductor = Conductor(held, player, client, addresses, tokens[drc.code])
        columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("春风行动", total=len(lines))
            names = {one.session: one.name for one in plan.sessions}

            def at_rest(what: str) -> None:
                now = shanghai_time(held.now())
                ended = "结束 closed" if what in names else "到点检查 due"
                progress.console.print(f"  {now}  {names.get(what, '')}{ended}")

            async with beside(local, tokens[drc.code]):
                await conductor.play(lines, posted=lambda _: progress.advance(task), at_rest=at_rest)
        for line, problem in player.played.refused:
            console.print(f"[red]line {line.number} refused: {problem.get('title')} / {problem.get('title_en')}")
        answers = ", ".join(f"{count} {answer}" for answer, count in sorted(player.played.answers.items()))
        console.print(f"  {len(lines)} 个事件 events: {answers}")
        return await _collected(local, plan, client, tokens[drc.code], out, console)


async def _collected(  # noqa: PLR0913, PLR0917  (where from, for whom, where to)
    local: Local, plan: CampaignPlanned, client: httpx.AsyncClient, token: str, out: Path, console: Console
) -> list[report.Session]:
    """Fetch what became of a campaign, as each witness tells it; and let a bureau's system try out and be told."""
    addresses = {service: local.address(service) for service in local.ports}
    sessions = await report.Reporter(client, addresses, token).collect(out)
    first = sessions[0]
    first.disagreements += await Brochures(client, addresses["policy"], token).collect(plan.campaign, out / "brochures")
    ledger = Ledger(client, addresses["approvals"], token)
    first.disagreements += await ledger.collect(plan, out / "approvals")
    came_to, wrong = await plug_in(local, plan, client, token, sum(len(one.editions) for one in sessions))
    first.disagreements += wrong
    console.print(f"  接入 plugged in: {came_to}")
    console.print("  台账 ledger: 红灯 red {red}, 黄灯 yellow {yellow}, 绿灯 green {green}".format(**ledger.lights))
    return sessions


def show(sessions: list[report.Session], console: Console) -> None:
    """Print the table of bulletins."""
    table = Table(title="简报 Bulletins", box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("期", "专场 Session", "事项", "审批", "容缺", "转报", "证照", "印发 Issued", "送达"):
        left = name in ("专场 Session", "印发 Issued")
        table.add_column(name, justify="left" if left else "right", no_wrap=True, min_width=4)
    for one in sessions:
        delivered = sum(row["state"] == "delivered" for row in one.deliveries)
        corrected = f" +{len(one.editions) - 1}更正" if len(one.editions) > 1 else ""
        issued = datetime.fromisoformat(one.editions[0]["issued_at"]).astimezone(SHANGHAI)
        table.add_row(
            ("增" if one.is_wrapup else "") + str(one.editions[-1]["number"]),
            one.data["session_name"] + corrected,
            *(str(one.printed.get(name, "?")) for name in ("decided", "approved", "deferred", "forwarded", "licences")),
            issued.strftime("%m-%d %H:%M"),
            f"{delivered}/{len(one.deliveries)}",
        )
    console.print(table)


def _anothers(out: Path) -> bool:
    """Tell whether a folder holds what no demo wrote: it must not be emptied."""
    return out.is_dir() and any(out.iterdir()) and not (out / "mail").is_dir()


def run(
    out: Path,
    recording: Path = SAMPLE,
    *,
    folder: Path = ROOT / ".chunfeng" / "demo",
    beside: Beside = _nothing,
) -> int:
    """Run the demo; return the exit code: 0 only if the PDFs, the bulletin and the approvals service agree."""
    console = Console(soft_wrap=True)
    started = time.monotonic()
    lines = read(recording)
    if _anothers(out):
        console.print(f"[red]✗ {out} 中有别的文件，不予清空，请另选 --out (it holds other files and is left as it is)")
        return 1
    # Ctrl-C and a polite kill both unwind the stack, so that nothing is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    Local(folder).wipe()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with mailbox(out / "mail") as smtp_port:
        settings = {
            "CHUNFENG_REHEARSAL": "1",
            "CHUNFENG_CORRECTION_QUIET": "PT0.3S",
            "CHUNFENG_SMTP_HOST": "127.0.0.1",
            "CHUNFENG_SMTP_PORT": str(smtp_port),
            "CHUNFENG_OUTBOX_FOLDER": str(out / "deliveries"),
            "CHUNFENG_WEBHOOKS_HERE": "1",
        }
        local = Local(folder, settings=settings, say=lambda what: console.print(f"启动 starting: {what}"))
        try:
            local.start()
            sessions = interrupt.run(play(local, lines, out, console, beside))
        finally:
            console.print("停止 stopping")
            local.stop()
    return conclude(sessions, out, recording, console, time.monotonic() - started)


def conclude(sessions: list[report.Session], out: Path, recording: Path, console: Console, seconds: float) -> int:
    """Write summary.json, print the table, and say whether all agree."""
    show(sessions, console)
    (out / "summary.json").write_text(json.dumps(report.summary(sessions), ensure_ascii=False, indent=1), "utf-8")
    wrong = [text for one in sessions for text in one.disagreements]
    wrong += report.unexpected(sessions, EXPECTED) if recording == SAMPLE else []
    own = [one for one in sessions if not one.is_wrapup]
    if len(own) != len(plan_in(read(recording)).sessions):
        wrong.append(f"{len(own)} bulletins, one for each session expected")
    if len(sessions) != len(own) + 1:
        wrong.append("no wrap-up of the campaign")
    for text in wrong:
        console.print(f"[bold red]✗ {text}")
    if wrong:
        return 1
    console.print(
        f"✓ PDF、简报数据与审批台账三方一致 all three agree · {len(sessions)} 期 bulletins · {out}/ · {seconds:.0f} s"
    )
    return 0
