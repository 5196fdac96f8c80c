"""Hosts in other time zones, and a mail server."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bulletin.post import MailServer


@pytest.fixture(params=["UTC", "Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles"])
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Move this process to another time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    server = MailServer(tmp_path)
    async with server.open():
        yield server
