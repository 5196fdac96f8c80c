"""HTTP singly, HTTP in batches, NATS and a spreadsheet: the same events make the same facts and the same bulletin."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import pytest

from services.approvals import keyring
from services.bulletin.pdf.renderer import EditionRenderer
from shared import keys, sheets
from shared.events import ApplicationDocketed, ApprovalSigned, Event
from shared.eventsheets import Sheet
from shared.posted import Caller
from shared.stream import provision
from tests.builders import (
    BANNER,
    DRC,
    PLAN,
    ROOT,
    application_docketed,
    approval_signed,
    at,
    owner,
    project_code,
    session_closed,
)
from tests.bulletin.stories import CLOSED_AT, Hand
from tests.nats_units import request, subject, unit
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, together, until

pytestmark = pytest.mark.row(71, 72, 77)
COUNT: Final = 75
ECOLOGY: Final = owner()
KINDS: Final[dict[str, tuple[type[Event], Caller]]] = {
    ApplicationDocketed.type: (ApplicationDocketed, DRC),
    ApprovalSigned.type: (ApprovalSigned, ECOLOGY),
}


def events() -> list[dict[str, Any]]:
    """Return 150 events: 75 dockets of the DRC's and 75 decisions of a bureau's, each with its time."""
    codes = [project_code(number) for number in range(1, COUNT + 1)]
    docketed = [(application_docketed(project_code=code), DRC) for code in codes]
    signed = [
        (approval_signed(project_code=code, document_number=f"鄂环审字〔2022〕{number}号"), ECOLOGY)
        for number, code in enumerate(codes, start=1)
    ]
    return [
        cloudevent(event, by, f"event-{n:03d}", time=(at(9) + timedelta(seconds=n)).isoformat())
        for n, (event, by) in enumerate([*docketed, *signed])
    ]


def by_caller(posts: Sequence[dict[str, Any]]) -> list[tuple[Caller, str, list[dict[str, Any]]]]:
    return [(by, kind, [one for one in posts if one["type"] == kind]) for kind, (_, by) in KINDS.items()]


async def singly(office: Office, _system: System, posts: Sequence[dict[str, Any]]) -> None:
    for by, _kind, mine in by_caller(posts):
        for one in mine:
            assert (await office.send(one, by)).json()["status"] == "accepted"


async def in_batches(office: Office, _system: System, posts: Sequence[dict[str, Any]]) -> None:
    for by, _kind, mine in by_caller(posts):
        assert (await office.batch(mine, by)).status_code == 202


async def over_nats(office: Office, system: System, posts: Sequence[dict[str, Any]]) -> None:
    for by, _, mine in by_caller(posts):
        async with unit(system, office, by) as client:
            for one in mine:
                assert (await request(client, subject(office, by), one))[0] == 202


async def as_tables(office: Office, _system: System, posts: Sequence[dict[str, Any]]) -> None:
    for by, kind, mine in by_caller(posts):
        columns = Sheet(KINDS[kind][0]).columns
        content = sheets.write_xlsx("表", columns, [_row(one) for one in mine])
        answer = await office.client.post(f"/v1/imports/{kind}", content=content, headers=office.key(by))
        run = answer.json()["run"]

        async def finished(run: str = run, by: Caller = by) -> bool:
            told = (await office.client.get(f"/v1/imports/runs/{run}", headers=office.key(by))).json()
            assert not told["refused"], told["refused"]
            return bool(told["finished"])

        await until(finished, within=20)


def _row(post: dict[str, Any]) -> dict[str, Any]:
    flat = {"id": post["id"], "time": post["time"]}
    for name, value in post["data"].items():
        flat |= {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    return flat


Way = Callable[[Office, System, Sequence[dict[str, Any]]], Awaitable[None]]


class Outcome(NamedTuple):
    """What a service recorded, to the letter, and the bulletin that the bulletin service issued of it."""

    outbox: list[str]
    edition: str
    pdf: str


async def same_keys(system: System) -> dict[str, str]:
    """Issue the units' keys; the same each time, for facts name the key of who caused them."""
    database = await system.database("approvals")
    units = [unit for unit in PLAN.units if unit.code in {by.unit for by in (DRC, BANNER, ECOLOGY)}]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "secrets", Random(7))  # noqa: S311  (a test's own keys)
        return await keyring.issue(database, units, CLOSED_AT)


class Press(EditionRenderer):
    """A printer that goes on from one bulletin service to the next: to warm it up takes longer than to print."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


def hashes_below(folder: Path) -> set[str]:
    return {sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.pdf")}


async def outcome(system: System, way: Way, folder: Path, clock: Hand) -> Outcome:
    """Post by one way; return what was recorded, and what was issued at the limit and delivered."""
    for service in ("approvals", "bulletin"):
        await system.empty(service)
    await system.lose_stream()
    await provision(system.operator.jetstream())
    clock.after()
    tokens = await same_keys(system)
    async with system.serving("bulletin", outbox_folder=str(folder)):
        async with system.serving("approvals") as client:
            office = Office(client, tokens)
            for number, (event, by) in enumerate(OPENED):
                await office.send(cloudevent(event, by, f"opened-{number}"), by)
            await way(office, system, events())
            await office.send(cloudevent(session_closed(), BANNER, "closed"), BANNER)
            rows = await system.rows("approvals", "SELECT envelope FROM outbox ORDER BY sequence")

            async def heard() -> bool:
                return await system.count("bulletin", "fact WHERE source = '/chunfeng/approvals'") == len(rows)

            await until(heard)
        clock.after(hours=23, minutes=40)

        async def delivered() -> bool:
            return bool(hashes_below(folder))

        await until(delivered, within=90)  # to print 150 applications takes long on a busy machine
        (edition,) = await system.rows("bulletin", "SELECT sha256, pdf_sha256 FROM edition")
    assert hashes_below(folder) == {edition["pdf_sha256"]}
    return Outcome([row["envelope"] for row in rows], edition["sha256"], edition["pdf_sha256"])


async def test_150_events_come_to_the_same_facts_and_the_same_bulletin_by_each_of_four_ways(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, press = Hand(), Press(ROOT / ".chunfeng" / "fonts")
    for module in ("shared.spine", "services.bulletin.app"):
        monkeypatch.setattr(f"{module}.clock_of", lambda *, rehearsal: clock)  # noqa: ARG005  (a clock's form)
    monkeypatch.setattr("services.bulletin.app.EditionRenderer", lambda *_: press)
    async with EditionRenderer.running(press):
        first = await outcome(system, singly, tmp_path / "singly", clock)
        told = [json.loads(envelope) for envelope in first.outbox]
        for kind in KINDS:
            codes = {fact["data"]["project_code"] for fact in told if fact["type"] == kind}
            assert codes == {project_code(number) for number in range(1, COUNT + 1)}
        for way in (in_batches, over_nats, as_tables):
            assert await outcome(system, way, tmp_path / way.__name__, clock) == first, way.__name__


async def test_a_thousand_events_from_eight_clients_five_times_each_are_recorded_once(system: System) -> None:
    posts = [
        cloudevent(application_docketed(project_code=project_code(number)), DRC, f"once-{number}")
        for number in range(1, 1001)
    ]
    copies = [post for _ in range(5) for post in posts]
    Random(7).shuffle(copies)  # noqa: S311  (a test's own order)
    answers: dict[str, set[str]] = {post["id"]: set() for post in posts}
    firsts: list[str] = []

    async def client(mine: list[dict[str, Any]], office: Office) -> None:
        for place in range(0, len(mine), 25):
            some = mine[place : place + 25]
            if place % 125:
                told = (await office.batch(some, DRC)).json()["receipts"]
            else:
                told = [(await office.send(one, DRC)).json() for one in some]
            for receipt in told:
                if not receipt.pop("duplicate", False):
                    firsts.append(receipt["id"])
                answers[receipt["id"]].add(json.dumps(receipt, sort_keys=True))

    async with approvals(system, *OPENED) as office:
        before = await system.count("approvals", "outbox")
        await together(*(client(copies[each::8], office) for each in range(8)))
        assert await system.count("approvals", "outbox") == before + 1000
        assert await system.count("approvals", "application") == 1000
        assert {len(different) for different in answers.values()} == {1}
        assert sorted(firsts) == sorted(answers)
        other = posts[0] | {"data": posts[1]["data"]}
        refused = await office.send(other, DRC)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/same-id-other-body")
