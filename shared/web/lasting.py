"""Connections that last: streams, and readers that wait. So many of a key and of a process, so that there is room.

Each costs a descriptor and a look at whatever is new; whoever opens thousands would leave none for those who post.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.metrics import CONNECTIONS_LIMIT, CONNECTIONS_OPEN
from shared.problems import Refused

_UNBUFFERED: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class TooManyOfAKey(Refused):
    """A system opens connection after connection, and closes none."""

    status = 429
    row = 78
    zh = "同一密钥最多同时保持{most}个连接；请关闭不再使用的，稍后再试"
    en = "A key may hold {most} connections open at a time; close those no longer used and try again"


class TooManyOpen(Refused):
    """All there is room for are open."""

    status = 503
    row = 78
    zh = "保持中的连接已达上限{most}个，请稍后再试"
    en = "All {most} connections that may be held open are taken; try again in a moment"


class Lasting:
    """Counts the connections that are held open."""

    def __init__(self, service: str, kind: str, *, of_a_key: int, of_all: int) -> None:
        """Take what they are called in the metrics, how many there may be of one key, and in this process."""
        self._of_a_key = of_a_key
        self._of_all = of_all
        self._open: Counter[str] = Counter()
        self._called = service, kind
        CONNECTIONS_LIMIT.labels(service, kind, "key").set(of_a_key)
        CONNECTIONS_LIMIT.labels(service, kind, "all").set(of_all)
        self._tell()

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        """Hold a connection as long as the block lasts, or refuse it."""
        if self._open[key] >= self._of_a_key:
            raise TooManyOfAKey(most=self._of_a_key)
        if self._open.total() >= self._of_all:
            raise TooManyOpen(most=self._of_all)
        self._open[key] += 1
        self._tell()
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
            self._tell()

    def _tell(self) -> None:
        CONNECTIONS_OPEN.labels(*self._called, "key").set(max(self._open.values(), default=0))
        CONNECTIONS_OPEN.labels(*self._called, "all").set(self._open.total())


class Sent(StreamingResponse):
    """Server-sent events, on a connection that is held as long as it is open."""

    def __init__(
        self, events: AsyncIterator[str], held: AbstractContextManager[None], headers: Mapping[str, str] | None = None
    ) -> None:
        """Take what is sent, and what counts the connection."""
        super().__init__(events, media_type="text/event-stream", headers={**_UNBUFFERED, **(headers or {})})
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send; counted here, where it also ends when the first event was never asked for."""
        with self._held:
            await super().__call__(scope, receive, send)
