"""Lets an idle fetch end as FastStream expects.

nats-py 2.16 sometimes ends one with a bare asyncio.TimeoutError, FastStream 0.7.8 expects nats' own: its loop then
starts again and forgets the messages in hand, which come back only after `ack_wait` (docs/decisions/0006).
"""

from typing import Any

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext


def make_patient(stream: JetStreamContext) -> None:
    """Translate the time-outs of all pull subscriptions made from here on."""
    pull_subscribe = stream.pull_subscribe

    async def patient(*args: Any, **options: Any) -> JetStreamContext.PullSubscription:  # noqa: ANN401  (passed on)
        subscription = await pull_subscribe(*args, **options)
        fetch = subscription.fetch

        async def fetch_or_time_out(*fetch_args: Any, **fetch_options: Any) -> list[Msg]:  # noqa: ANN401  (likewise)
            try:
                return await fetch(*fetch_args, **fetch_options)
            except TimeoutError as error:
                raise nats.errors.TimeoutError from error

        subscription.fetch = fetch_or_time_out  # type: ignore[method-assign]
        return subscription

    stream.pull_subscribe = patient  # type: ignore[method-assign]
