"""Hosts in other time zones."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(params=["UTC", "Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles"])
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Move this process to another time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()
