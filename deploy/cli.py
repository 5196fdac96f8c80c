"""chunfeng: the one command line. `chunfeng --help` shows every command with an example."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from deploy import keys, quarantine
from deploy.folders import FOLDER, ROOT

SAMPLE: Final = ROOT / "deploy" / "demo" / "campaign.jsonl"

app = typer.Typer(
    help="春风 Chunfeng：集中审批当日办，简报一日内印发。\n\n"
    "Approvals recorded as facts, one official bulletin within a day of each session.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
rebuild = typer.Typer(help="从事件重建。Rebuild from the facts.", no_args_is_help=True)
app.add_typer(keys.app, name="keys")
app.add_typer(rebuild, name="rebuild")
app.add_typer(quarantine.app, name="quarantine")

Folder = Annotated[Path, typer.Option(help="系统数据所在文件夹。Where the running system keeps its data")]


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="简报存放处，先清空。Where the bulletins go; emptied first")] = ROOT
    / "out"
    / "demo",
    recording: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="记录文件，缺省为示例行动。A recording; the sample campaign if left out"
        ),
    ] = SAMPLE,
) -> None:
    """十场活动全程演示：模拟时钟，真实部件，十期简报。Play the whole campaign on a simulated clock.

    Example: chunfeng demo --out out/demo
    """
    from deploy.children import InUseError  # noqa: PLC0415  (each command loads only what it needs)
    from deploy.demo import run  # noqa: PLC0415
    from deploy.recording import RecordingError  # noqa: PLC0415

    try:
        raise typer.Exit(run.run(out, recording))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (InUseError, RecordingError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from None


@app.command()
def up(folder: Folder = FOLDER) -> None:
    """启动全部服务，直至 Ctrl-C。Run everything until Ctrl-C; data stays in .chunfeng/local.

    Example: chunfeng up
    """
    from deploy.up import run  # noqa: PLC0415

    raise typer.Exit(run(folder))


@app.command()
def replay(
    recording: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="记录文件，格式见 docs/recording.md。A recording, see docs/recording.md"
        ),
    ],
    folder: Folder = FOLDER,
    tokens: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="各单位密钥，`keys issue` 的输出，缺省为系统文件夹中的 keys.json。"
            "Keys by credit code, as `keys issue` prints them; the folder's keys.json if left out",
        ),
    ] = None,
) -> None:
    """把一份记录按各单位身份逐条报送到运行中的服务。Post a recording to running services.

    Example: chunfeng replay deploy/demo/campaign.jsonl
    """
    from deploy.up import replay as play  # noqa: PLC0415

    raise typer.Exit(play(recording, folder, tokens))


@app.command()
def prepare() -> None:
    """建立事件流并升级四个数据库（compose 用）。Provision the stream and migrate the databases, by CHUNFENG_* settings.

    Example: docker compose run --rm prepare
    """
    from deploy.administration import prepare_all  # noqa: PLC0415

    prepare_all()


@app.command()
def logs(  # noqa: PLR0913, PLR0917  (a command's options)
    source: Annotated[
        str | None, typer.Argument(help="`-` 从管道读取。`-` reads lines piped in, from docker compose logs say")
    ] = None,
    session: Annotated[str | None, typer.Option(help="只看这一场。Only what concerns this session")] = None,
    event: Annotated[
        str | None, typer.Option(help="只看这一事件的全程。Only this event's way, from POST to delivery")
    ] = None,
    level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"],
        typer.Option(help="只看此级别及以上。From this level up"),
    ] = "info",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="持续显示新增的。Go on showing what is added")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="原样输出各行。The lines as they are")] = False,  # noqa: FBT002
    folder: Folder = FOLDER,
) -> None:
    """合并各服务日志；可只看一场、一条事件的全程。The services' logs in order; one session's or one event's way.

    Example: chunfeng logs --follow --session spring-2022-150602

    Example: docker compose logs --no-log-prefix | chunfeng logs - --event ecology-2022-000123
    """
    from deploy.logbook import Wanted, run  # noqa: PLC0415

    raise typer.Exit(run(folder, Wanted(session, event, level), follow=follow, as_json=as_json, source=source))


@app.command()
def trace(
    event: Annotated[
        str, typer.Argument(help="事件编号、关联号或事实编号。An event's id, its correlation id, or a fact's id")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。For machines")] = False,  # noqa: FBT002
    folder: Folder = FOLDER,
) -> None:
    """一条事件的全程：回执、登记、发布、应用、简报、送达、日志。One event's whole way, from POST to PDF and recipients.

    Example: chunfeng trace ecology-2022-000123
    """
    from deploy.trace import run  # noqa: PLC0415

    raise typer.Exit(run(folder, event, typer.echo, as_json=as_json))


@rebuild.command("bulletin")
def rebuild_bulletin(folder: Folder = FOLDER) -> None:
    """清空并由事件流重建简报库，逐期核对。Rebuild the bulletin's database from the stream, compare every PDF.

    Example: chunfeng rebuild bulletin   (while `chunfeng up` is stopped)
    """
    from deploy.rebuild import rebuild_bulletin as work  # noqa: PLC0415

    raise typer.Exit(work(folder, typer.echo))


@rebuild.command("stream")
def rebuild_stream(folder: Folder = FOLDER) -> None:
    """由四个发件箱重发事件流。Publish every outbox again into the stream, after the stream was lost.

    Example: chunfeng rebuild stream   (while `chunfeng up` is stopped)
    """
    from deploy.rebuild import rebuild_stream as work  # noqa: PLC0415

    raise typer.Exit(work(folder, typer.echo))


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="备份文件名。The file to write, such as chunfeng-2022-03-16.tar")],
    folder: Folder = FOLDER,
) -> None:
    """备份四个数据库于同一时刻，不必停机。Back all four databases up as of one moment, running or not.

    Example: chunfeng backup /backups/chunfeng-2022-03-16.tar
    """
    from deploy.recovery import backup as work  # noqa: PLC0415

    raise typer.Exit(work(folder, out, typer.echo))


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="`chunfeng backup` 写出的文件。A file `chunfeng backup` wrote")],
    folder: Folder = FOLDER,
) -> None:
    """恢复到空系统，重发事件流，逐项核对。Restore into an empty folder, publish the stream again, verify all.

    Example: chunfeng restore /backups/chunfeng-2022-03-16.tar --folder .chunfeng/restored
    """
    from deploy.recovery import restore as work  # noqa: PLC0415

    raise typer.Exit(work(archive, folder, typer.echo))


@app.command()
def verify(folder: Folder = FOLDER) -> None:
    """核对每条事件、每期简报，指出被改动的。Hold every fact and bulletin against its copies; name what was altered.

    Example: chunfeng verify
    """
    from deploy.recovery import verify as work  # noqa: PLC0415

    raise typer.Exit(work(folder, typer.echo))


@app.command()
def chaos(
    kills: Annotated[int, typer.Option(help="杀进程的次数。How many processes to kill")] = 60,
    seed: Annotated[int | None, typer.Option(help="用此种子重演。Replay the run with this seed")] = None,
    out: Annotated[Path, typer.Option(help="结果存放处。Where the result goes")] = ROOT / "out" / "chaos.json",
) -> None:
    """随机杀进程，核对一条不丢一条不重。Kill random processes under load and check that nothing is lost or doubled.

    Example: chunfeng chaos --kills 60 --seed 7
    """
    from deploy.chaos.run import run  # noqa: PLC0415

    raise typer.Exit(run(kills=kills, seed=seed, out=out))


@app.command()
def bench(
    out: Annotated[Path, typer.Option(help="结果存放处。Where the result goes")] = ROOT / "out" / "bench.json",
) -> None:
    """与同轮基线相比的性能。Measure ingest, relay, consume and end to end beside baselines of the same run.

    Example: chunfeng bench
    """
    from deploy.bench.run import run  # noqa: PLC0415

    raise typer.Exit(run(out=out))


if __name__ == "__main__":
    app()
