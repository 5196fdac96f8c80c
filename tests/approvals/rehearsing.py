"""The approvals service on the campaign's own clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from deploy.conductor import Baton, baton
from shared.posted import Caller
from tests.approvals.worlds import DOCKETED
from tests.builders import at
from tests.deciding import Post
from tests.posting import CALLERS, OPENED, Office, keys
from tests.systems import System, until


@asynccontextmanager
async def on_the_campaigns_clock(
    system: System, *posts: Post, callers: tuple[Caller, ...] = ()
) -> AsyncIterator[tuple[Office, Baton]]:
    """Run the service in a rehearsal that begins on the day of the session, after some posts."""
    tokens = await keys(await system.database("approvals"), (*CALLERS, *callers, *(by for _, by in posts)))
    async with (
        baton(system.nats.url("operator"), at(10).astimezone(UTC)) as held,
        system.serving("approvals", rehearsal=True) as client,
    ):
        office = Office(client, tokens)
        await office.accepted(*OPENED, DOCKETED, *posts)
        yield office, held


async def pass_to(office: Office, held: Baton, time: datetime) -> None:
    """Let time pass, and the service do all that falls due until then."""
    await held.leap(time)

    async def done() -> bool:
        ready = (await office.client.get("/health/ready")).json()
        return datetime.fromisoformat(ready["agenda"]) >= time

    await until(done)
