"""`chunfeng quarantine`: what could not be applied, at any service; look, mend, replay, dismiss (row 85)."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.folders import FOLDER

app = typer.Typer(
    help="隔离区：查看、修复、重放、注销无法应用的消息。Messages that could not be applied.", no_args_is_help=True
)
Folder = Annotated[Path, typer.Option(help="系统数据所在文件夹。Where the system keeps its data")]
Service = Annotated[str, typer.Argument(help="服务：approvals, forums, policy or bulletin")]
Number = Annotated[int, typer.Argument(help="消息号，见 `list`。The message's number, as `list` shows it")]
Why = Annotated[str, typer.Option("--why", help="原因，记入审计。The reason, for the audit trail")]


@app.command("list")
def list_all(
    everything: Annotated[bool, typer.Option("--all", help="连同已处理的。Also what has been dealt with")] = False,  # noqa: FBT002
    folder: Folder = FOLDER,
) -> None:
    """列出各服务隔离的消息。List what waits in quarantine, at every service.

    Example: chunfeng quarantine list
    """
    from deploy import wards  # noqa: PLC0415  (each command loads only what it needs)

    wards.listing(folder, typer.echo, everything=everything)


@app.command("show")
def show_one(service: Service, number: Number, folder: Folder = FOLDER) -> None:
    """查看一条的全文和原因；输出可存为文件供修复。One message whole; its text can be kept in a file and mended.

    Example: chunfeng quarantine show forums 3 > message.json
    """
    from deploy import wards  # noqa: PLC0415

    wards.show(folder, service, number, typer.echo, lambda line: typer.echo(line, err=True))


@app.command("mend")
def mend(
    service: Service,
    number: Number,
    file: Annotated[Path, typer.Argument(help="修复后的消息文件。The message with its data mended")],
    why: Why,
    folder: Folder = FOLDER,
) -> None:
    """用文件中的内容修复一条（只可改 data）。Keep mended data beside a message; then replay it.

    Example: chunfeng quarantine mend forums 3 message.json --why "日期缺时区，经来文单位确认"
    """
    from deploy import wards  # noqa: PLC0415

    wards.mend(folder, service, number, file.read_text("utf-8"), why)
    typer.echo("已保存，待重放 kept; replay it now")


@app.command("dismiss")
def dismiss(service: Service, number: Number, why: Why, folder: Folder = FOLDER) -> None:
    """注销一条，不再应用；全文保留。Put a message away for good; it stays readable.

    Example: chunfeng quarantine dismiss forums 4 --why "测试时误发"
    """
    from deploy import wards  # noqa: PLC0415

    wards.dismiss(folder, service, number, why)
    typer.echo("已注销 dismissed")


@app.command("replay")
def replay(
    service: Service,
    number: Annotated[
        int | None, typer.Argument(help="消息号，缺省为全部待处理。One message; all that wait if left out")
    ] = None,
    folder: Folder = FOLDER,
) -> None:
    """重放一条或全部，由运行中的服务执行。Replay one message, or all; the running service does it.

    Example: chunfeng quarantine replay forums
    """
    from deploy import wards  # noqa: PLC0415

    wards.replay(folder, service, number, typer.echo)
