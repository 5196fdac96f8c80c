"""Policies and brochures for tests: legal ones of March 2022, any field of which may be changed."""

import itertools
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date
from typing import Any, Final

import httpx

from deploy.conductor import baton
from shared.events import BrochurePublished, Event, PolicyListed
from shared.outbox import derived_id
from tests.browsing import reachable
from tests.builders import DRC, PLAN, at, caller, plan, session_scheduled, unit
from tests.deciding import Post
from tests.posting import CALLERS, Office, cloudevent, keys
from tests.systems import System, fact, until

ENERGY: Final = caller("energy")
SUMMARY: Final = "对实施节能改造的工业企业，按节能量给予一次性奖补。"


def policy_listed(nth: int = 1, **changes: Any) -> PolicyListed:  # noqa: ANN401  (of the event)
    usual = {
        "policy": f"city-2021-{nth}",
        "title": f"鄂尔多斯市节能降碳若干措施（示例{nth}）",
        "level": "city",
        "issuer": "鄂尔多斯市人民政府办公室",
        "number": f"鄂府办发〔2021〕9{nth:02d}号",
        "issued_on": date(2021, 5, 10),
        "topics": ["energy"],
        "summary": SUMMARY,
    }
    return PolicyListed.model_validate(usual | changes)


def brochure_published(*policies: int, **changes: Any) -> BrochurePublished:  # noqa: ANN401
    usual = {
        "campaign": PLAN.campaign,
        "department": unit("energy").code,
        "topic": "energy",
        "title": "用能与节能降碳政策宣传册",
        "policies": [f"city-2021-{number}" for number in policies or (1,)],
        "published_at": at(10, days=-1),
    }
    return BrochurePublished.model_validate(usual | changes)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def batched(office: Office, posts: Sequence[Post]) -> None:
    """Post events that must be accepted, those of one caller after another in one request."""
    for by, some in itertools.groupby(posts, key=lambda post: post[1]):
        answer = await office.batch([cloudevent(event, by) for event, _ in some], by)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        assert {receipt["status"] for receipt in answer.json()["receipts"]} == {"accepted"}, answer.text


@asynccontextmanager
async def policy_office(
    system: System, *posts: Post, scheduled: bool = False, **changes: object
) -> AsyncIterator[tuple[Office, str]]:
    """Run the policy service at an address phones could reach, after it has heard of the campaign and some posts."""
    tokens = await keys(await system.database("approvals"), (*CALLERS, ENERGY, *(by for _, by in posts)))
    async with (
        baton(system.nats.url("operator"), at(10, days=-1).astimezone(UTC)),
        system.serving("approvals") as client,
    ):
        await Office(client, tokens).accepted((plan(**changes), DRC))
        if scheduled:
            await Office(client, tokens).accepted((session_scheduled(), DRC))
        port = free_port()
        public = f"http://127.0.0.1:{port}"
        async with (
            reachable(system, "policy", port=port, public_address=public, rehearsal=True) as address,
            httpx.AsyncClient(base_url=address, timeout=30) as browser,
        ):
            office = Office(browser, tokens)

            async def ready() -> bool:
                teams = f"/v1/sessions/{PLAN.campaign}-150602/teams"
                for token in tokens.values():  # keys are heard of one by one
                    seen = await browser.get(teams, headers={"Authorization": f"Bearer {token}"})
                    if seen.status_code == httpx.codes.UNAUTHORIZED:
                        return False
                answer = await browser.get(teams, headers=office.key(DRC))
                announced = await system.count("policy", "visits WHERE starts_at IS NOT NULL")
                return answer.status_code == httpx.codes.OK and announced == scheduled

            await until(ready)
            await batched(office, posts)
            yield office, address


async def heard(system: System, *facts: tuple[int, Event], service: str = "forums", first: int = 1) -> None:
    """Let the service hear facts of another one, in the order given, each with its version."""
    for place, (version, event) in enumerate(facts, start=first):
        await system.publish(service, fact(service, place, event, version=version), event.type)
    ids = [derived_id(service, place) for place in range(first, first + len(facts))]

    async def applied() -> bool:
        found = await system.rows("policy", "SELECT event_id FROM inbox WHERE event_id = ANY($1)", ids)
        return len(found) == len(ids)

    await until(applied)
