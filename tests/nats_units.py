"""Units' systems that post over NATS, as docs/integrate.md tells them to."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import nats as nats_py
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.posted import Caller
from tests.posting import Office
from tests.systems import System


@asynccontextmanager
async def unit(system: System, office: Office, by: Caller) -> AsyncIterator[Client]:
    """Connect as a unit's system."""
    options: dict[str, Any] = {"user": by.unit, "password": office.tokens[by.unit]}
    options |= {"inbox_prefix": f"_INBOX_{by.unit}".encode(), "allow_reconnect": False, "connect_timeout": 3}

    async def quiet(_: Exception) -> None: ...

    client = await nats_py.connect(system.nats.url(), error_cb=quiet, **options)
    try:
        yield client
    finally:
        await client.close()


def subject(office: Office, by: Caller, service: str = "approvals") -> str:
    return f"chunfeng.post.{service}.{by.unit}.{office.tokens[by.unit].split('_')[1]}"


async def request(client: Client, where: str, body: object) -> tuple[int, Any]:
    """Send a request and return status and answer."""
    message: Msg = await client.request(where, json.dumps(body).encode(), timeout=5)
    return int((message.headers or {})["status"]), json.loads(message.data)
