"""`chunfeng backup` and `restore`: the four databases as they were at one moment, in one file, while services go on.

At one moment: every service's numbering of facts is held for some milliseconds, a snapshot of each database is begun,
and the numbering let go. So no snapshot has applied a fact that its source's snapshot does not hold, and the stream
need not be in the file: the outboxes hold every fact, and from them it is published again.
"""

import asyncio
import gzip
import hashlib
import io
import json
import posixpath
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import asyncpg
from sqlalchemy import URL

from deploy.prepare import metadata_of
from deploy.standing import Standing, dsn
from shared.migrate import migrate

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_WAIT: Final = "SET LOCAL lock_timeout = '20s'"
_HOLD: Final = "SELECT FROM outbox_counter WHERE id = 1 FOR UPDATE"
_TABLES: Final = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename
"""
_COLUMNS: Final = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY column_name
"""
_KEY: Final = """
    SELECT attribute.attname FROM pg_index JOIN pg_attribute AS attribute
        ON attribute.attrelid = indrelid AND attribute.attnum = ANY(indkey)
    WHERE indisprimary AND indrelid = CAST($1 AS regclass) ORDER BY array_position(indkey::int[], attnum::int)
"""
_IDENTITIES: Final = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_identity = 'YES'
"""
_EDITIONS: Final = "SELECT session, revision, year, number, sha256, pdf_sha256 FROM edition ORDER BY session, revision"
Say = Callable[[str], None]


class NotRestoredError(Exception):
    """The backup cannot be read, or what it holds did not come back as it was."""


@dataclass(frozen=True)
class Copied:
    """One table as it was copied: how many rows, the SHA-256 of their text, the columns in their order."""

    rows: int
    sha256: str
    columns: tuple[str, ...]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


async def _copy_out(
    connection: asyncpg.Connection, table: str, to: io.IOBase | gzip.GzipFile | None, columns: Sequence[str] = ()
) -> Copied:
    """Write a table's rows as PostgreSQL's text, in the order of its key; without `to`, only count and hash them."""
    chosen = tuple(columns or [row["column_name"] for row in await connection.fetch(_COLUMNS, table)])
    key = [row["attname"] for row in await connection.fetch(_KEY, f'public."{table}"')]
    query = f'SELECT {_quoted(chosen)} FROM "{table}" ORDER BY {_quoted(key)}'  # noqa: S608  (names of the catalogue)
    digest = hashlib.sha256()

    async def keep(data: bytes) -> None:
        digest.update(data)
        if to is not None:
            await asyncio.to_thread(to.write, data)

    status = await connection.copy_from_query(query, output=keep)
    return Copied(int(status.split()[-1]), digest.hexdigest(), chosen)


async def _snapshots(places: Standing, stack: AsyncExitStack) -> dict[str, asyncpg.Connection]:
    """Return a connection to each database, all seeing what was committed at one moment."""
    gates, readers = {}, {}
    for service, url in places.databases.items():
        gates[service] = await asyncpg.connect(dsn(url), timeout=10)
        stack.push_async_callback(gates[service].close)
        readers[service] = await asyncpg.connect(dsn(url), timeout=10)
        stack.push_async_callback(readers[service].close)
    holding = [gate.transaction() for gate in gates.values()]
    for hold, gate in zip(holding, gates.values(), strict=True):
        await hold.start()
        await gate.execute(_WAIT)
        await gate.execute(_HOLD)
    for reader in readers.values():
        await begin(reader)
    for hold in holding:
        await hold.rollback()
    return readers


async def begin(reader: asyncpg.Connection) -> None:
    """Begin a snapshot: what this connection sees from now on is what is committed now."""
    await reader.transaction(isolation="repeatable_read", readonly=True).start()
    await reader.fetchval("SELECT 1")  # it is taken with the first statement, not with BEGIN


async def backup(places: Standing, out: Path, say: Say) -> Mapping[str, Any]:
    """Write the backup to `out`, which appears whole or not at all; return its manifest."""
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as scratch:
        async with AsyncExitStack() as stack:
            readers = await _snapshots(places, stack)
            manifest: dict[str, Any] = {"format": FORMAT, "created_at": datetime.now(UTC).isoformat(), "services": {}}
            for service, reader in readers.items():
                (folder := Path(scratch) / service).mkdir()
                manifest["services"][service] = await _copy_service(reader, folder)
                told = manifest["services"][service]
                say(
                    f"{service}: {told['last']} 条事件 facts, {sum(t['rows'] for t in told['tables'].values())} 行 rows"
                )
            manifest["bulletins"] = [dict(row) for row in await readers["bulletin"].fetch(_EDITIONS)]
        (Path(scratch) / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
        await asyncio.to_thread(_pack, Path(scratch), out)
    return manifest


async def _copy_service(reader: asyncpg.Connection, folder: Path) -> dict[str, Any]:
    tables = {}
    for row in await reader.fetch(_TABLES):
        with gzip.open(folder / f"{row['tablename']}.copy.gz", "wb", compresslevel=3) as file:
            copied = await _copy_out(reader, row["tablename"], file)
        tables[row["tablename"]] = {"rows": copied.rows, "sha256": copied.sha256, "columns": copied.columns}
    return {
        "revisions": [row["version_num"] for row in await reader.fetch("SELECT version_num FROM alembic_version")],
        "last": await reader.fetchval("SELECT last FROM outbox_counter"),
        "tables": tables,
    }


def _pack(folder: Path, out: Path) -> None:
    unfinished = out.with_name(f".{out.name}.unfinished")
    unfinished.touch(mode=0o600)  # it holds names, and the hashes of keys
    with tarfile.open(unfinished, "w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                tar.add(path, arcname=str(path.relative_to(folder)))
    unfinished.replace(out)


class _Archive:
    """A backup as it lies there: read from its place, so that no room is needed beside the database's."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {posixpath.normpath(one.name): one for one in tar.getmembers() if one.isfile()}

    def open(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(self._members[name])
        assert file is not None  # noqa: S101  (a file, as its entry says)
        return file

    def manifest(self) -> dict[str, Any]:
        """Return what the backup says of itself."""
        told: dict[str, Any] = json.loads(self.open(_MANIFEST).read())
        if told.get("format") != FORMAT:
            message = f"备份格式 {told.get('format')} 不认识 (a format this version does not know)"
            raise NotRestoredError(message)
        return told


@contextmanager
def _opened(archive: Path) -> Iterator[_Archive]:
    """Open a backup; whatever is wrong with the file is said in a sentence."""
    try:
        tar = tarfile.open(archive)  # noqa: SIM115  (what is wrong with what is read later is told apart)
    except (OSError, tarfile.TarError) as error:
        raise _not_intact(archive, error) from error
    with tar:
        try:
            yield _Archive(tar)
        except (EOFError, KeyError, gzip.BadGzipFile, tarfile.TarError, json.JSONDecodeError, zlib.error) as error:
            raise _not_intact(archive, error) from error


def _not_intact(archive: Path, error: Exception) -> NotRestoredError:
    return NotRestoredError(f"{archive} 不是完好的备份 (no intact backup): {error}")


async def restore(archive: Path, databases: Mapping[str, URL], say: Say) -> Mapping[str, Any]:
    """Bring a backup into empty databases, check every table against it, then migrate to the newest revision."""
    with _opened(archive) as backed_up:
        manifest = backed_up.manifest()
        for service, url in databases.items():
            await _must_be_empty(service, url)
        for service, url in databases.items():
            told = manifest["services"][service]
            await migrate(service, url, metadata_of(service), told["revisions"])
            # A row that refers to another comes after it.
            order = [table.name for metadata in metadata_of(service) for table in metadata.sorted_tables]
            tables = dict(
                sorted(told["tables"].items(), key=lambda one: order.index(one[0]) if one[0] in order else -1)
            )
            await _load(url, backed_up, service, tables)
            await migrate(service, url, metadata_of(service))
            say(f"{service}: {told['last']} 条事件已恢复 facts restored")
    return manifest


async def _must_be_empty(service: str, url: URL) -> None:
    connection = await asyncpg.connect(dsn(url), timeout=10)
    try:
        if await connection.fetchval("SELECT to_regclass('outbox_counter')") is None:
            return
        if await connection.fetchval("SELECT last FROM outbox_counter"):
            message = (
                f"{service} 的数据库已有事件，只能恢复到空库 (it holds facts already; restore into empty databases)"
            )
            raise NotRestoredError(message)
    finally:
        await connection.close()


async def _load(url: URL, archive: _Archive, service: str, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Copy every table in within one transaction, and see that the same came back out."""
    connection = await asyncpg.connect(dsn(url), timeout=10)
    try:
        async with connection.transaction():
            await connection.execute("SET CONSTRAINTS ALL DEFERRED")
            await connection.execute(f"TRUNCATE {_quoted(list(tables))}")
            for table, told in tables.items():
                with archive.open(f"{service}/{table}.copy.gz") as packed, gzip.open(packed, "rb") as file:
                    await connection.copy_to_table(table, source=file, columns=told["columns"])
                copied = await _copy_out(connection, table, None, told["columns"])
                if (copied.rows, copied.sha256) != (told["rows"], told["sha256"]):
                    message = f"{table} 恢复后与备份不一致 (it did not come back as it was)"
                    raise NotRestoredError(message)
            for row in await connection.fetch(_IDENTITIES):
                table, column = row["table_name"], row["column_name"]
                await connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), "  # noqa: S608  (of the catalogue)
                    f'coalesce((SELECT max("{column}") FROM "{table}"), 0) + 1, false)'
                )
    finally:
        await connection.close()
