"""Seeded bugs, the harness's own negative controls: `python -m deploy.chaos.sabotage BUG MODULE` starts it with one.

Each is the mistake its name says, put in place of the spine's own code before the service starts. A harness that does
not catch all of them proves nothing by finding nothing.
"""

import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
from nats.aio.msg import Msg
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import consumer, faults, relay
from shared.envelope import Fact


@dataclass(frozen=True, slots=True)
class _Acknowledged:
    """A message that was acknowledged too early: whatever is said about it later, the stream no longer listens."""

    message: Msg

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (the message's own)
        return getattr(self.message, name)

    async def ack(self) -> None:
        """Do nothing: it was acknowledged."""

    async def nak(self, delay: float | None = None) -> None:
        """Do nothing: it was acknowledged."""

    async def term(self) -> None:
        """Do nothing: it was acknowledged."""


def ack_before_commit() -> None:
    """Acknowledge a batch first and apply it afterwards: a crash in between loses it."""
    apply = consumer.Consumer._apply  # noqa: SLF001  (sabotage)

    async def hasty(self: consumer.Consumer, arrived: Sequence[Any]) -> None:
        for one in arrived:
            await one.message.ack()
            one.message = _Acknowledged(one.message)
        await apply(self, arrived)

    consumer.Consumer._apply = hasty  # type: ignore[method-assign]  # noqa: SLF001


def mark_before_publish() -> None:
    """Move the published mark first and publish afterwards: a crash in between leaves a hole in the stream.

    The relay also compares its mark with the stream whenever it is about to publish, and publishes again what is
    missing. That would heal these holes, so the comparison is switched off as well.
    """

    async def trusting(self: relay.Relay, published: int, *, counting: bool) -> int:  # noqa: ARG001  (same form)
        return published

    async def hasty(self: relay.Relay, connection: asyncpg.Connection, published: int) -> int:
        while rows := await connection.fetch(relay._READ, published, relay.BATCH):  # noqa: SLF001
            published = rows[-1]["sequence"]
            await connection.execute(relay._MARK, published)  # noqa: SLF001
            faults.crash_at("relay.after_mark")
            await self.publish(rows)
        return published

    relay.Relay._there = trusting  # type: ignore[method-assign]  # noqa: SLF001
    relay.Relay._drain = hasty  # type: ignore[method-assign]  # noqa: SLF001


def no_inbox_check() -> None:
    """Take every delivered fact for a new one: a redelivery takes effect again."""

    async def forgetful(
        consumer: str,  # noqa: ARG001  (same form as the original)
        session: AsyncSession,  # noqa: ARG001
        facts: Sequence[Fact],
        now: datetime,  # noqa: ARG001
    ) -> set[str]:
        return {fact.id for fact in facts}

    consumer.remember_in_inbox = forgetful


BUGS: Final[Mapping[str, Callable[[], None]]] = {
    "ack-before-commit": ack_before_commit,
    "mark-before-publish": mark_before_publish,
    "no-inbox-check": no_inbox_check,
}

if __name__ == "__main__":
    BUGS[sys.argv[1]]()
    runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)
