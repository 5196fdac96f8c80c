"""The one declaration of the stream FACTS, its provisioning, and connections to it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import nats
import nats.errors
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared import logs
from shared.envelope import read_published
from shared.settings import ServiceSettings

STREAM: Final = "FACTS"
SUBJECTS: Final = "chunfeng.facts"
"""Facts travel as chunfeng.facts.<service>.<type without its prefix>."""
ASK: Final = "$JS.API.INFO"
"""To be asked something harmless: a server that hangs keeps its connections, and does not answer."""
DUPLICATE_WINDOW_SECONDS: Final = 24 * 60 * 60


def subject_of(service: str, event_type: str) -> str:
    """Return the NATS subject of a service's fact of this type."""
    return f"{SUBJECTS}.{service}.{event_type.removeprefix('chunfeng.')}"


def declaration(replicas: int = 1) -> StreamConfig:
    """Return the stream's configuration: kept for ever, never deleted from, new messages refused when full."""
    return StreamConfig(
        name=STREAM,
        description="Every fact of the campaign, in order, kept for ever",
        subjects=[f"{SUBJECTS}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
        allow_atomic=True,
    )


HUNG_UP: Final = (nats.errors.Error, OSError, RuntimeError)
"""Closing a connection to a server that is gone; uvloop's word for a transport that is closed is RuntimeError."""


async def provision(stream: JetStreamContext, replicas: int = 1) -> None:
    """Create the stream, or bring it to the declaration."""
    try:
        await stream.stream_info(STREAM)
    except NotFoundError:
        await stream.add_stream(declaration(replicas))
    else:
        await stream.update_stream(declaration(replicas))


def connection_options(name: str) -> dict[str, Any]:
    """Return options for a connection that never stops reconnecting (reliability E3)."""
    return {
        "name": name,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.5,
        "connect_timeout": 5,
        "ping_interval": 10,
        "max_outstanding_pings": 3,
    }


def login(settings: ServiceSettings) -> SASLPlaintext | None:
    """Return who the service is to NATS, where its address does not say it: with compose the password is a file."""
    if settings.nats_user is None or settings.nats_password is None:
        return None
    return SASLPlaintext(settings.nats_user, settings.nats_password.get_secret_value(), use_ssl=False)


async def close(client: Client) -> None:
    """Close a connection, also to a server that is gone."""
    try:
        await client.close()
    except HUNG_UP:
        logs.get().warning("nats.closed_without_nats")


async def connect(settings: ServiceSettings, name: str) -> Client:
    """Open a connection of its own, beside the broker's."""
    log, known = logs.get(), login(settings)
    options = connection_options(name) | ({"user": known.username, "password": known.password} if known else {})
    return await dial(settings.nats_urls, lambda what: log.warning("nats.error", error=what), **options)


async def dial(urls: Sequence[str], say: Callable[[str], None], **options: Any) -> Client:  # noqa: ANN401  (NATS' own)
    """Open a connection that says what goes wrong with it: the same only now and then, as it may be tried for ever."""
    sparing = logs.Sparing()

    async def report(error: Exception) -> None:
        what = str(error) or type(error).__name__
        if sparing.may_say(what):
            say(what)

    return await nats.connect(list(urls), error_cb=report, **options)


async def last_in_stream(client: Client, service: str) -> int | None:
    """Return the sequence of a service's newest fact in the stream: 0 if there is none, None if it is no fact."""
    try:
        message = await client.jetstream().get_last_msg(STREAM, f"{SUBJECTS}.{service}.>")
    except NotFoundError:
        return 0
    try:
        return read_published(message.data or b"").sequence
    except (ValueError, KeyError, TypeError):  # somebody published by hand; the consumers put it into quarantine
        return None


async def count_in_stream(client: Client, service: str) -> int:
    """Count a service's facts in the stream."""
    try:
        info = await client.jetstream().stream_info(STREAM, subjects_filter=f"{SUBJECTS}.{service}.>")
    except NotFoundError:
        return 0
    return sum((info.state.subjects or {}).values())
