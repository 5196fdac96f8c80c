"""A command's connection to NATS: what goes wrong with it is a line for people, no traceback."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.client import Client

from shared.stream import close, dial


def _say(what: str) -> None:
    sys.stderr.write(f"NATS: {what}\n")


@asynccontextmanager
async def connection(url: str, **options: Any) -> AsyncIterator[Client]:  # noqa: ANN401  (NATS' own)
    """Hold a connection to one of the servers as long as the block lasts."""
    client = await dial(url.split(","), _say, **options)
    try:
        yield client
    finally:
        await close(client)
