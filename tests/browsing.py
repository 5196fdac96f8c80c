"""A real browser and a service it can reach: pages are tested as people see them."""

import asyncio
import importlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ctypes.util import find_library
from typing import Final

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from shared.serve import listening
from tests.systems import System

_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_REFUSED: Final = "the server responded with a status of 4"
PHONE: Final = (360, 740)
DESK: Final = (1280, 900)


_running: Final = AsyncExitStack()
_started: Final[list[Browser]] = []


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield the run's one Chromium, started by the first test that asks; visits share nothing in it.

    Where there is none the test is skipped (deploy/setup.sh installs it as root).
    """
    if not any(browser.is_connected() for browser in _started):
        _started[:] = [await _start()]
    yield _started[0]


async def gone() -> None:
    """End what was started."""
    _started.clear()
    await _running.aclose()


async def _start() -> Browser:
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium-headless-shell")
    if sys.platform == "linux" and find_library("atomic") is None:
        pytest.skip("what drives Chromium cannot start: apt-get install libatomic1")
    playwright = await _running.enter_async_context(async_playwright())
    browser = await playwright.chromium.launch(executable_path=path, args=list(_QUIET))
    _running.push_async_callback(browser.close)
    return browser


@asynccontextmanager
async def reachable(system: System, service: str, *, port: int = 0, **changes: object) -> AsyncIterator[str]:
    """Run a service of this process on a port of its own, or the one named, and yield its address."""
    module = importlib.import_module(f"services.{service}.app")
    config = uvicorn.Config(module.build(await system.settings(service, **changes)), port=port, log_config=None)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    listener = listening(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        async with asyncio.timeout(30):
            while not server.started:
                if serving.done():
                    await serving
                await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def visit(
    browser: Browser, address: str, *, token: str | None = None, size: tuple[int, int] = DESK
) -> AsyncIterator[Page]:
    """Open a page as a visitor with this key; what goes wrong in it, or is asked of another host, fails the test."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    if token is not None:
        await context.add_cookies([{"name": "chunfeng_key", "value": token, "url": address}])
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if _is_trouble(message) else None)
    page.on("request", lambda one: None if one.url.startswith((address, "data:")) else troubles.append(one.url))
    try:
        yield page
    finally:
        await context.close()
    assert troubles == []


def _is_trouble(message: ConsoleMessage) -> bool:
    """Tell a fault from a page that says no: Chromium reports the status of a refusal as an error too."""
    return message.type == "error" and _REFUSED not in message.text


def picture(name: str) -> str | None:
    """Return where to leave a screenshot for people: a folder named by CHUNFENG_PICTURES, else nowhere."""
    folder = os.environ.get("CHUNFENG_PICTURES")
    return f"{folder}/{name}.png" if folder else None
