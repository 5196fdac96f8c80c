"""`chunfeng keys`: issue, list, replace, pause, resume and revoke the units' keys, beside the running system."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from shared.vocabulary import Role

ROOT: Final = Path(__file__).parent.parent
app = typer.Typer(
    help="密钥：签发、查看、更换、停用、吊销。Issue, list, replace, pause and revoke the units' keys.",
    no_args_is_help=True,
)
Folder = Annotated[Path, typer.Option(help="系统数据所在文件夹。Where the running system keeps its data")]
KeyName = Annotated[
    str, typer.Argument(help="密钥名称，即 cf_ 或 cftest_ 之后的八个字符。The eight characters after cf_ or cftest_")
]
FOLDER: Final = ROOT / ".chunfeng" / "local"
PLAN: Final = ROOT / "services/approvals/campaigns/spring-2022.json"


@app.command("issue")
def issue(  # noqa: PLR0913, PLR0917  (a command's options)
    units: Annotated[
        list[str] | None,
        typer.Argument(help="信用代码，缺省为计划中全部单位。Credit codes; every unit of the plan if left out"),
    ] = None,
    plan: Annotated[Path, typer.Option(help="行动计划（含单位名单）。The campaign's plan with its units")] = PLAN,
    role: Annotated[
        Role | None, typer.Option(help="另定角色。Another role than the unit's own: operator, viewer …")
    ] = None,
    label: Annotated[str | None, typer.Option(help="用途。What it is for")] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="只可报送这些类型。The only event types it may post")
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="只读，不可报送。It may post nothing")] = False,  # noqa: FBT002
    test: Annotated[bool, typer.Option("--test", help="测试密钥，不作登记。For trying out only")] = False,  # noqa: FBT002
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="有效天数，缺省为长期。Days it is valid; for good if left out")
    ] = None,
    folder: Folder = FOLDER,
) -> None:
    """签发密钥，只显示一次。Issue keys; each token is shown this once, as JSON by credit code.

    Example: chunfeng keys issue 11150600MB0XX0027E

    Example: chunfeng keys issue 11150600MB0XX0086H --test --days 30 --label "供应商联调"

    Example: chunfeng keys issue 11150600MB0XX0027E --role operator
    """
    from deploy import keywork  # noqa: PLC0415  (each command loads only what it needs)
    from services.approvals.keyring import Grant  # noqa: PLC0415

    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    allowed = () if read_only else tuple(types) if types else None
    grant = Grant(role, label, test=test, types=allowed, expires_at=expires_at)
    typer.echo(json.dumps(keywork.issue(folder, plan, units, grant), indent=1))


@app.command("list")
def list_(folder: Folder = FOLDER) -> None:
    """列出密钥及其最近使用时间。List keys, newest first, with their last use.

    Example: chunfeng keys list
    """
    from deploy import keywork  # noqa: PLC0415

    for line in keywork.listed(folder):
        typer.echo(line)


@app.command("rotate")
def rotate(
    key: KeyName,
    overlap: Annotated[
        int, typer.Option(min=0, max=90, help="旧密钥并用天数。Days for which the old key works too")
    ] = 7,
    folder: Folder = FOLDER,
) -> None:
    """更换密钥，新旧并用若干天。Replace a key; both work for some days, so that nobody is cut off.

    Example: chunfeng keys rotate ab12cd34 --overlap 7
    """
    from deploy import keywork  # noqa: PLC0415

    token, until = keywork.rotate(folder, key, timedelta(days=overlap))
    typer.echo(json.dumps({"token": token, "replaces": key, "both_until": until.isoformat()}, indent=1))


@app.command("pause")
def pause(
    key: KeyName,
    reason: Annotated[str | None, typer.Option(help="原因，记入审计。Why, for the record")] = None,
    folder: Folder = FOLDER,
) -> None:
    """停用密钥，可恢复。Let a key open nothing until it is resumed.

    Example: chunfeng keys pause ab12cd34 --reason "系统检修"
    """
    from deploy import keywork  # noqa: PLC0415

    keywork.pause(folder, key, reason)
    typer.echo(f"已停用 paused: {key}")


@app.command("resume")
def resume(key: KeyName, folder: Folder = FOLDER) -> None:
    """恢复停用的密钥。Let a paused key open again.

    Example: chunfeng keys resume ab12cd34
    """
    from deploy import keywork  # noqa: PLC0415

    keywork.resume(folder, key)
    typer.echo(f"已恢复 resumed: {key}")


@app.command("revoke")
def revoke(key: KeyName, folder: Folder = FOLDER) -> None:
    """吊销密钥，各服务两秒内生效。Revoke a key; every service refuses it within two seconds.

    Example: chunfeng keys revoke ab12cd34
    """
    from deploy import keywork  # noqa: PLC0415

    keywork.revoke(folder, key)
    typer.echo(f"已吊销 revoked: {key}")
