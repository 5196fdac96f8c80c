"""The forums service alone, on the campaign's own clock, knowing the campaign and the units' keys."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from deploy.conductor import Baton, baton
from services.forums.store import Heard
from shared import keyfacts, keys
from shared.database import Database
from shared.events import CampaignPlanned, KeyIssued
from shared.posted import Caller
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, PLAN, at
from tests.deciding import Post
from tests.forums.issuing import HOUSING, LAND, PARK, WATER
from tests.posting import Office
from tests.systems import System, until

CALLERS = (DRC, OFFICE, BANNER, LAND, WATER, HOUSING, PARK)


async def known(database: Database, callers: Sequence[Caller], plan: CampaignPlanned = PLAN) -> dict[str, str]:
    """Let the service's database know the campaign and keys of these units; return the tokens."""
    tokens, events = {}, []
    for caller in callers:
        made = keys.make()
        tokens[caller.unit] = made.token
        events.append(
            KeyIssued(
                key=made.key,
                secret_sha256=made.secret_sha256,
                unit=caller.unit,
                unit_name=caller.unit_name,
                role=caller.role,
                level=caller.level,
                division=caller.division,
                issued_at=datetime.now(UTC),
            )
        )
    async with database.transaction() as session:
        await Heard(session).expect([plan])
        await keyfacts.learn(events, session)
    return tokens


async def announce(system: System, starts_at: datetime) -> None:
    """Let the service know on which day the session is."""
    async with (await system.database("forums")).transaction() as session:
        await Heard(session).announce(BANNER_SESSION, 1, forum_at=None, plan={"scheduled_at": starts_at, "venue": None})


@asynccontextmanager
async def at_desk(system: System, *posts: Post, callers: Sequence[Caller] = ()) -> AsyncIterator[tuple[Office, Baton]]:
    """Run the service in a rehearsal that begins on the day of the session, after some posts."""
    tokens = await known(await system.database("forums"), (*CALLERS, *callers))
    async with (
        baton(system.nats.url("operator"), at(9).astimezone(UTC)) as held,
        system.serving("forums", rehearsal=True) as client,
    ):
        office = Office(client, tokens)
        await office.accepted(*posts)
        yield office, held


async def pass_to(office: Office, held: Baton, time: datetime) -> None:
    """Let time pass, and the service do all that falls due until then."""
    await held.leap(time)

    async def done() -> bool:
        ready = (await office.client.get("/health/ready")).json()
        return datetime.fromisoformat(ready["agenda"]) >= time

    await until(done)


def cookie(office: Office, by: Caller) -> dict[str, str]:
    """Return the headers of somebody's browser."""
    return {"Accept": "text/html", "Cookie": f"chunfeng_key={office.tokens[by.unit]}"}
