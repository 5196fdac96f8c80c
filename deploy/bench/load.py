"""Load: prepared HTTP requests over kept-alive connections, as light as a client can be."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from shared.envelope import BATCH, STRUCTURED

_ACCEPTED: Final = b"202"


class NotAcceptedError(Exception):
    """A request was not answered with 202; the message is the answer."""


def request(address: str, token: str, body: bytes, media: str) -> bytes:
    """Return the bytes of one POST /v1/events."""
    parts = urlsplit(address)
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def singles(address: str, token: str, events: Sequence[dict[str, Any]]) -> list[bytes]:
    """Return one request for each event."""
    return [request(address, token, json.dumps(event, ensure_ascii=False).encode(), STRUCTURED) for event in events]


def batches(address: str, token: str, events: Sequence[dict[str, Any]], size: int) -> list[bytes]:
    """Return one request for every `size` events."""
    return [
        request(address, token, json.dumps(events[at : at + size], ensure_ascii=False).encode(), BATCH)
        for at in range(0, len(events), size)
    ]


async def send(address: str, requests: Sequence[bytes], callers: int) -> float:
    """Send requests from `callers` connections at once; return the seconds until the last answer."""
    parts = urlsplit(address)
    streams = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(callers)]
    pending = iter(requests)
    started = time.perf_counter()
    await asyncio.gather(*(_call(reader, writer, pending) for reader, writer in streams))
    seconds = time.perf_counter() - started
    for _, writer in streams:
        writer.close()
    return seconds


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pending: Iterator[bytes]) -> None:
    for one in pending:
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        if head[9:12] != _ACCEPTED:
            raise NotAcceptedError((head + body).decode()[:600])
