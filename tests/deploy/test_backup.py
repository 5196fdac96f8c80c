"""A backup is of one moment, whatever is recorded meanwhile."""

import asyncio
import gzip
import json
import tarfile
from pathlib import Path

import asyncpg
import pytest

from deploy import backup as backups
from deploy.backup import NotRestoredError, backup, restore
from deploy.prepare import SERVICES, prepare_stream
from deploy.standing import Standing
from shared.database import Database
from tests.builders import BANNER, session_closed
from tests.deploy.commanding import command
from tests.posting import OPENED, approvals, keys
from tests.systems import System, until

pytestmark = pytest.mark.row(86)
_IN_ORDER = "SELECT event_id FROM outbox ORDER BY sequence"
_HEARD = "SELECT event_id FROM fact WHERE source = '/chunfeng/approvals' ORDER BY sequence"


async def places_of(system: System) -> Standing:
    databases = {service: (await system.database(service)).url for service in SERVICES}
    return Standing(databases, system.nats.url("operator"))


def rows_of(archive: Path, service: str, table: str, column: str) -> list[str]:
    """Return one column of a table in a backup."""
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        member = tar.extractfile(f"{service}/{table}.copy.gz")
        assert member is not None
        text = gzip.decompress(member.read()).decode()
    place = manifest["services"][service]["tables"][table]["columns"].index(column)
    return [line.split("\t")[place] for line in text.splitlines()]


async def test_no_service_has_applied_a_fact_its_source_does_not_hold(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(reader: asyncpg.Connection) -> None:
        await begin(reader)
        await asyncio.sleep(0.3)  # time enough for a fact to be published and applied

    begin = backups.begin
    monkeypatch.setattr(backups, "begin", slowly)
    async with approvals(system, *OPENED), system.serving("forums"):
        posting = asyncio.create_task(_issue_keys_for_ever(await system.database("approvals")))
        try:
            await until(lambda: _applied(system), within=15)
            for number in range(2):
                archive = tmp_path / f"{number}.tar"
                manifest = await backup(await places_of(system), archive, print)
                recorded = set(rows_of(archive, "approvals", "outbox", "event_id"))
                assert set(rows_of(archive, "forums", "inbox", "event_id")) <= recorded
                assert len(recorded) > 50
                assert len(recorded) == manifest["services"]["approvals"]["last"]
        finally:
            posting.cancel()


async def _issue_keys_for_ever(database: Database) -> None:
    while True:
        await keys(database)


async def _applied(system: System) -> bool:
    return await system.count("forums", "inbox") > 50


async def test_what_is_no_backup_is_refused_in_a_sentence(system: System, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"not a tar")
    with pytest.raises(NotRestoredError, match="不是完好的备份"):
        await restore(broken, (await places_of(system)).databases, print)


async def test_a_damaged_backup_restores_nothing(system: System, tmp_path: Path) -> None:
    async with approvals(system, *OPENED):
        await backup(await places_of(system), tmp_path / "whole.tar", print)
    await system.empty("approvals")
    with tarfile.open(tmp_path / "whole.tar") as tar:
        tar.extractall(tmp_path / "parts")  # noqa: S202  (just written; Debian 12's Python has no filters)
    damaged = tmp_path / "parts" / "approvals" / "outbox.copy.gz"
    text = gzip.decompress(damaged.read_bytes()).replace(b"spring", b"autumn")
    damaged.write_bytes(gzip.compress(text))
    with tarfile.open(tmp_path / "damaged.tar", "w") as tar:
        tar.add(tmp_path / "parts", arcname=".")
    with pytest.raises(NotRestoredError, match="不一致"):
        await restore(tmp_path / "damaged.tar", (await places_of(system)).databases, print)
    assert await system.count("approvals", "outbox") == 0


def as_composed(system: System, places: Standing, patch: pytest.MonkeyPatch) -> None:
    """Give the settings that compose gives to its `prepare`: addresses, users, passwords, no folder."""
    for service, url in places.databases.items():
        patch.setenv(f"CHUNFENG_{service.upper()}_DATABASE_URL", url.render_as_string(hide_password=False))
    patch.setenv("CHUNFENG_NATS_URL", f"{system.nats.url()},{system.nats.url()}")  # as with the profile cluster
    patch.setenv("CHUNFENG_NATS_USER", "operator")
    patch.setenv("CHUNFENG_NATS_PASSWORD", system.nats.password("operator"))


@pytest.mark.row(86, 91)
async def test_all_recovery_works_by_addresses_alone_and_what_is_restored_goes_on(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with approvals(system, *OPENED), system.serving("bulletin"):
        as_composed(system, await places_of(system), monkeypatch)
        before = [fact.id for fact in await system.stream()]
        busy = await command("rebuild", "bulletin", folder=tmp_path)
        assert (busy.exit_code, "请先停止简报服务" in busy.stdout) == (1, True)
    await system.lose_stream()
    assert (await command("rebuild", "stream", folder=tmp_path)).exit_code == 0
    assert [fact.id for fact in await system.stream()][: len(before)] == before
    await (await system.database("bulletin")).close()
    rebuilt = await command("rebuild", "bulletin", folder=tmp_path)
    assert (rebuilt.exit_code, await system.count("bulletin", "fact")) == (0, len(await system.stream()))
    saved = await command("backup", str(tmp_path / "saved.tar"), folder=tmp_path)
    assert saved.exit_code == 0, saved.stdout
    assert (await command("verify", folder=tmp_path)).exit_code == 0
    for service in SERVICES:
        await system.empty(service)
    await system.lose_stream()
    restored = await command("restore", str(tmp_path / "saved.tar"), folder=tmp_path)
    assert restored.exit_code == 0, restored.stdout
    await prepare_stream(system.nats.url("operator"))
    monkeypatch.undo()  # services have settings of their own
    async with approvals(system) as office, system.serving("bulletin"):
        await office.accepted((session_closed(), BANNER))
        recorded = [row["event_id"] for row in await system.rows("approvals", _IN_ORDER)]

        async def all_there() -> bool:
            return [row["event_id"] for row in await system.rows("bulletin", _HEARD)] == recorded

        await until(all_there, within=15)
        assert recorded[: len(before)] == before, "and what follows has the next numbers"
    as_composed(system, await places_of(system), monkeypatch)
    assert (await command("verify", folder=tmp_path)).exit_code == 0
