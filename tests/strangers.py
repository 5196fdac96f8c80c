"""Those whom NATS does not know, by hand: nats-py leaves its socket open after a refusal."""

import asyncio
import json
from collections.abc import Mapping

from deploy.embedded import Nats


async def said_to(server: Nats, login: Mapping[str, str]) -> bytes:
    """Return what the server answers to a login beside asking whether we live: +OK and PONG, or why not."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        assert (await reader.readline()).startswith(b"INFO")
        writer.write(f"CONNECT {json.dumps(dict(login))}\r\nPING\r\n".encode())
        async with asyncio.timeout(12):
            while (line := await reader.readline()).startswith((b"PING", b"+OK")):
                writer.write(b"PONG\r\n")
        return line
    finally:
        writer.close()
        await writer.wait_closed()
