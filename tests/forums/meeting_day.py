"""A forum on its way: posted to a running service, with pages people can open."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Page

from shared.posted import Caller
from tests.browsing import picture, reachable
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, person, plan, session_scheduled, team_assigned
from tests.deciding import Post
from tests.forums.gatherings import (
    INVITED,
    agenda,
    bus,
    carried,
    confirmed,
    heads,
    local,
    need,
    official,
    officials,
    speakers,
    staffed,
)
from tests.listening import listening
from tests.posting import Office, approvals
from tests.systems import System, until

_HOST: Final = {"name": "赵旗长（虚构）", "post": "东胜区区长", "rank": "principal"}
PREPARED: Final[Sequence[Post]] = (
    (need(), BANNER),
    (need(need="need-2", tags=["融资贷款"], text="希望银企对接。"), BANNER),
    INVITED,
    officials(4),
    (confirmed(official(90, name="市领导（虚构）", post="副市长"), kind="leader"), OFFICE),
    (
        confirmed(
            local(1, "government", name="赵旗长（虚构）", post="东胜区区长", rank="principal"), local(2), kind="banner"
        ),
        BANNER,
    ),
    heads(3),
    (agenda(place="东胜经济开发区会议中心"), BANNER),
    (speakers(2, 1, 3), BANNER),
    (carried(bus(1, 8, ("city-1", "city-2", "city-3", "city-4", "city-90"), others=["记者甲（虚构）"])), OFFICE),
)
FORUM: Final = f"/v1/sessions/{BANNER_SESSION}/forum"
PAGE: Final = f"/sessions/{BANNER_SESSION}"


@asynccontextmanager
async def forum_of(system: System, *posts: Post) -> AsyncIterator[tuple[Office, Office]]:
    """Run approvals and forums; yield both front doors once the campaign is heard and the posts are taken."""
    async with (
        approvals(system, (plan(), DRC), (session_scheduled(), DRC)) as office,
        listening(system, "forums", office, f"{FORUM}/readiness") as forums,
    ):
        await forums.accepted(*posts)
        yield office, forums


@asynccontextmanager
async def open_pages(system: System, *posts: Post) -> AsyncIterator[tuple[Office, str]]:
    """Yield a prepared forum's front door, and the address of its pages."""
    async with forum_of(system, *posts) as (_, forums), reachable(system, "forums") as address:
        yield forums, address


def html(office: Office, by: Caller) -> dict[str, str]:
    """Return the headers of a browser that has logged in."""
    return {"Accept": "text/html", "Cookie": f"chunfeng_key={office.tokens[by.unit]}"}


async def with_teams(system: System, forums: Office) -> None:
    """Let a policy team be assigned, and the seats be staffed with it."""
    async with listening(system, "policy", forums, f"/v1/sessions/{BANNER_SESSION}/teams") as policy:
        await policy.accepted((team_assigned(members=[person("finance"), person("tax")]), DRC))

        async def told() -> bool:
            return await system.count("forums", "team") == 1

        await until(told)
    await forums.accepted((staffed(), BANNER))


async def snap(page: Page, name: str) -> None:
    """Leave a picture of a page for people, if they asked for it."""
    if path := picture(name):
        await page.screenshot(path=path, full_page=True)
