"""The real servers every test may use, started once a run and gone with it, however it ends."""

import gc
import io
import logging
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from deploy.embedded import Nats, Postgres
from shared import logs
from tests import browsing
from tests.systems import Databases, System

# structlog's own choice for a terminal writes down every local variable of a traceback, which takes seconds. And not to
# whatever sys.stdout is just now: while a test runs a command in a thread, that is where the command says its answer.
structlog.configure(
    logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__),
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.set_exc_info,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ],
)
# How long an example takes is the machine's affair, and the first text ever drawn takes seconds.
settings.register_profile("chunfeng", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("chunfeng")


@pytest.fixture(scope="session")
def servers() -> Iterator[Path]:
    """Yield a folder of the run that PostgreSQL's user may enter too; pytest's own is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="chunfeng-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(servers: Path) -> Iterator[Postgres]:
    with Postgres(servers / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def nats(servers: Path) -> Iterator[Nats]:
    with Nats(servers / "nats") as server:
        yield server


@pytest.fixture(scope="session")
async def databases(postgres: Postgres) -> AsyncIterator[Databases]:
    """Yield the services' databases, migrated when first asked for."""
    made = Databases(postgres)
    yield made
    await made.leave()


@pytest.fixture(scope="session", autouse=True)
async def browser() -> AsyncIterator[None]:
    """End the run's browser, if a test has started it."""
    yield
    await browsing.gone()


@pytest.fixture
async def system(postgres: Postgres, nats: Nats, databases: Databases) -> AsyncIterator[System]:
    """Yield an empty system: a new stream, empty databases, no service running."""
    async with System(postgres, nats, databases).running() as empty:
        yield empty


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Send every line of this process to one text, as JSON."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level, lines = root.handlers[:], root.level, io.StringIO()
    logs.configure("approvals", to=lines)
    yield lines
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = handlers, level


def pytest_collection_finish() -> None:
    """Leave what is loaded by now alone: to look through it again and again is an eighth of the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start what plays a whole campaign first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Spell out what is no UTF-8 in a test's output: a worker could not send its report."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report
