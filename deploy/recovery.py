"""What an administrator types for recovery: backup, restore, verify; each says what it did and ends with a status."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg

from deploy.backup import NotRestoredError
from deploy.backup import backup as write_backup
from deploy.backup import restore as bring_back
from deploy.rebuild import republish
from deploy.standing import Standing, dsn, standing
from deploy.verify import Verified
from deploy.verify import verify as look

Say = Callable[[str], None]


def backup(folder: Path, out: Path, say: Say) -> int:
    """Back a system up, running or not, into one file."""
    if out.exists():
        say(f"{out} 已存在，不覆盖 (it exists already and is left as it is)")
        return 1
    out.parent.mkdir(parents=True, exist_ok=True)
    with standing(folder) as places:
        manifest = asyncio.run(write_backup(places, out.absolute(), say))
    say(f"已备份 backed up: {out}，{out.stat().st_size / 1e6:.1f} MB，{len(manifest['bulletins'])} 期 editions")
    return 0


def restore(archive: Path, folder: Path, say: Say) -> int:
    """Restore into an empty system, publish its stream again and verify all; 0 if everything is as it was."""
    try:
        with standing(folder) as places:
            if places.local is not None:
                for service in places.databases:
                    places.local.postgres.create_database(service)
            manifest = asyncio.run(bring_back(archive, places.databases, say))
            if places.local is None:
                say("服务启动后自行补发事件流，之后请运行 verify (start the services, they publish again; then verify)")
                return 0
            verified = asyncio.run(_republish_and_verify(places))
            same = asyncio.run(_same_bulletins(places, manifest))
    except NotRestoredError as error:
        say(f"未恢复 not restored: {error}")
        return 1
    _tell(verified, say)
    verdict = "与备份一致 are those of the backup" if same else "与备份不一致 DIFFER"
    say(f"{len(manifest['bulletins'])} 期简报的哈希 the editions' hashes: {verdict}")
    return 0 if same and not verified.faults else 1


async def _republish_and_verify(places: Standing) -> Verified:
    await republish(places)
    return await look(places)


async def _same_bulletins(places: Standing, manifest: Mapping[str, Any]) -> bool:
    connection = await asyncpg.connect(dsn(places.databases["bulletin"]), timeout=10)
    try:
        rows = await connection.fetch("SELECT session, revision, sha256, pdf_sha256 FROM edition")
    finally:
        await connection.close()
    told = {(one["session"], one["revision"], one["sha256"], one["pdf_sha256"]) for one in manifest["bulletins"]}
    return {tuple(row) for row in rows} == told


def verify(folder: Path, say: Say) -> int:
    """Hold every fact and bulletin against its copies; 0 if nothing was altered."""
    with standing(folder) as places:
        verified = asyncio.run(look(places))
    _tell(verified, say)
    return 1 if verified.faults else 0


def _tell(verified: Verified, say: Say) -> None:
    for fault in verified.faults:
        say(f"✗ {fault}")
    waiting = f"，待发布 to be published: {verified.unpublished}" if verified.unpublished else ""
    verdict = f"{len(verified.faults)} 处有问题 faults" if verified.faults else "全部一致 all as recorded"
    say(f"核对 verified: {verified.facts} 条事件 facts，{verified.editions} 期 editions{waiting}：{verdict}")
