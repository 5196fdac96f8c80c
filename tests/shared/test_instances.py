"""Two instances of a service on one database: what is posted to both at once is recorded once (rows 72, 82)."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from shared.events import Event
from shared.posted import Caller
from tests.builders import DRC, application_docketed, approval_signed, licence_issued, owner, project_code
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, together

COUNT, CLIENTS = 60, 6


async def post_to_both(offices: Sequence[Office], events: Sequence[Event], by: Caller, seed: int) -> list[Any]:
    """Post the same events to each office from several clients, each in an order and in portions of its own."""
    raws = [cloudevent(event, by, f"{event.type}-{number}") for number, event in enumerate(events)]

    async def client(number: int) -> list[Any]:
        chance = random.Random(seed + number)  # noqa: S311  (an order, no secret)
        mine, receipts = chance.sample(raws, len(raws)), []
        while mine:
            portion = [mine.pop() for _ in range(min(len(mine), chance.choice((1, 1, 7, 20))))]
            answer = await offices[number % len(offices)].batch(portion, by)
            assert answer.status_code == 202, answer.text
            receipts += answer.json()["receipts"]
        return receipts

    return [receipt for mine in await together(*map(client, range(CLIENTS))) for receipt in mine]


@pytest.mark.row(72, 82)
async def test_the_same_events_posted_to_two_instances_at_once_are_recorded_once(system: System) -> None:
    async with approvals(system, *OPENED) as first, system.serving("approvals", relay=False) as client:
        offices = (first, Office(client, first.tokens))
        codes = [project_code(number) for number in range(COUNT)]
        docketed = [application_docketed(project_code=code) for code in codes]
        signed = [approval_signed(project_code=code) for code in codes]
        receipts = await post_to_both(offices, docketed, DRC, seed=1)
        receipts += await post_to_both(offices, signed, owner(), seed=2)
        issued = [licence_issued(project_code=code, number=f"鄂环证{code}") for code in codes]
        receipts += await post_to_both(offices, issued, owner(), seed=3)
    firsts = {receipt["id"]: receipt for receipt in receipts if "duplicate" not in receipt}
    assert len(receipts) == CLIENTS * 3 * COUNT
    assert len(firsts) == 3 * COUNT
    assert all(receipt | {"duplicate": True} == firsts[receipt["id"]] | {"duplicate": True} for receipt in receipts)
    assert sum("duplicate" not in receipt for receipt in receipts) == 3 * COUNT
    facts = await system.rows("approvals", "SELECT sequence, event_id FROM outbox ORDER BY sequence")
    assert [fact["sequence"] for fact in facts] == list(range(1, len(facts) + 1))
    told = sorted(fact["id"] for receipt in firsts.values() for fact in receipt["facts"])
    assert told == sorted(fact["event_id"] for fact in facts[-3 * COUNT :])
    assert await system.count("approvals", "receipt") == len(OPENED) + 3 * COUNT
    decided = await system.rows("approvals", "SELECT outcome, licences, count(*) FROM application GROUP BY 1, 2")
    assert decided == [{"outcome": "approved", "licences": 1, "count": COUNT}]
