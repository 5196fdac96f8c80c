"""Recordings: CloudEvents in JSON Lines, posted as the units' own systems would post them (docs/recording.md)."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from shared.envelope import BATCH, STRUCTURED

_ATTEMPTS: Final = 24
"""A minute in all: on a busy machine a service that crashed takes long to be back."""
_TOO_BUSY: Final = (502, 503, 504)
_MOST: Final = 100
"""Events in one request, well below a body's limit."""


class RecordingError(Exception):
    """The recording cannot be played; the message says which line and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded event with its place in the file."""

    number: int
    event: dict[str, Any]
    time: datetime

    @property
    def session(self) -> str | None:
        """The session it belongs to, if any."""
        session: str | None = self.event["data"].get("session")
        return session


def read(path: Path) -> list[Line]:
    """Read a recording; raise RecordingError naming the first bad line."""
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            event = json.loads(text)
            lines.append(Line(number, event, datetime.fromisoformat(event["time"])))
            _ = event["source"], event["type"], event["id"], event["data"]
        except (ValueError, KeyError, TypeError) as error:
            message = f"{path}:{number}: 不是一条 CloudEvents 记录 not a recorded CloudEvent ({error!r})"
            raise RecordingError(message) from None
    if not lines:
        message = f"{path}: 文件为空 the file is empty"
        raise RecordingError(message)
    return lines


def together(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield lines as they were sent: what one system sent at one moment was one batch."""
    for _, sent in itertools.groupby(lines, key=lambda line: (line.event["source"], line.event["time"])):
        batch = list(sent)
        for first in range(0, len(batch), _MOST):
            yield batch[first : first + _MOST]


@dataclass
class Played:
    """What became of the posted lines."""

    answers: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[Line, dict[str, Any]]] = field(default_factory=list)


class Player:
    """Posts recorded events to the services that take their types, each with its unit's key."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str], tokens: Mapping[str, str]) -> None:
        """Take the services' addresses and the tokens by credit code."""
        self._client = client
        self._addresses = dict(addresses)
        self._tokens = dict(tokens)
        self._routes: dict[str, str] = {}
        self.played = Played()

    async def prepare(self) -> None:
        """Ask each service which event types it takes."""
        for address in self._addresses.values():
            answer = await self._client.get(f"{address}/v1/schemas")
            if answer.status_code == httpx.codes.OK:
                self._routes |= dict.fromkeys(answer.json(), address)

    async def post(self, line: Line) -> httpx.Response:
        """Post one line, again with the same id while the service is away; count the answer."""
        answer = await self._post_patiently(line, line.event, STRUCTURED)
        self._count(line, answer.json(), refused=not answer.is_success)
        return answer

    async def post_together(self, lines: Sequence[Line]) -> None:
        """Post lines of one system as a batch to each service that takes some of them; count the answers."""
        for _, some in itertools.groupby(lines, key=lambda line: self._routes.get(line.event["type"])):
            batch = list(some)
            answer = await self._post_patiently(batch[0], [line.event for line in batch], BATCH)
            body = answer.json()
            answers = body["receipts"] if "receipts" in body else [body] * len(batch)
            for line, one in zip(batch, answers, strict=True):
                self._count(line, one, refused="type" in one and str(one["type"]).startswith("/problems/"))

    def _count(self, line: Line, body: dict[str, Any], *, refused: bool) -> None:
        if refused:
            self.played.answers["refused"] += 1
            self.played.refused.append((line, body))
        else:
            self.played.answers["duplicate" if body.get("duplicate") else body["status"]] += 1

    async def _post_patiently(self, line: Line, content: Any, media_type: str) -> httpx.Response:  # noqa: ANN401  (JSON)
        event = line.event
        address = self._routes.get(event["type"])
        token = self._tokens.get(event["source"].removeprefix("/units/"))
        if address is None or token is None:
            what = f"type {event['type']}" if address is None else f"key for {event['source']}"
            message = f"line {line.number}: 没有对应的服务或密钥 no service or key: {what}"
            raise RecordingError(message)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": media_type}
        for attempt in range(_ATTEMPTS):
            try:
                answer = await self._client.post(f"{address}/v1/events", json=content, headers=headers)
            except httpx.TransportError:
                answer = None
            # A key reaches the other services through the stream: just issued, it may be a moment early.
            if answer is not None and answer.status_code not in (*_TOO_BUSY, 401):
                return answer
            await asyncio.sleep(min(0.1 * 2**attempt, 3))
        if answer is None:
            message = f"line {line.number}: {address} 无应答 does not answer"
            raise RecordingError(message)
        return answer
