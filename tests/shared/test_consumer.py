"""The consumer on real servers: each fact once, effect and inbox together, acknowledged last, nothing vanishes."""

import ast
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import nats.errors
import pytest
from nats.js.api import ConsumerInfo
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.consumer import On, Reaction, on_every
from shared.envelope import Fact
from shared.spine import Spine
from shared.stream import STREAM, provision
from tests.builders import ROOT, session_scheduled
from tests.systems import System, fact, until

SERVICE = "forums"
EVENT = session_scheduled()
# Any table of the service will do for an effect; the primary key would betray a second one.
_EFFECT = text("INSERT INTO campaign (campaign, plan) VALUES (:id, '')")


class Effects:
    """A reaction that leaves one row per fact, and stumbles as often as it is told to."""

    def __init__(self, *stumbles: Exception) -> None:
        self.stumbles = list(stumbles)
        self.seen: list[str] = []

    async def __call__(self, facts: Sequence[Fact], session: AsyncSession) -> None:
        self.seen += [one.id for one in facts]
        for one in facts:
            await (await session.connection()).execute(_EFFECT, {"id": one.id})
        if self.stumbles:
            raise self.stumbles.pop(0)


@asynccontextmanager
async def consuming(system: System, effects: Reaction) -> AsyncIterator[Spine]:
    """Run the spine of a service that has one reaction."""
    spine = Spine(SERVICE, await system.settings(SERVICE))
    spine.react([on_every(effects)])
    async with spine.running():
        yield spine


async def info(system: System) -> ConsumerInfo:
    state: ConsumerInfo = await system.operator.jetstream().consumer_info(STREAM, SERVICE)
    return state


async def settled(system: System) -> bool:
    """Tell whether everything in the stream has been acknowledged."""
    state = await info(system)
    return not state.num_pending and not state.num_ack_pending


async def effects_of(system: System) -> list[str]:
    rows = await system.rows(SERVICE, "SELECT campaign FROM campaign ORDER BY campaign")
    inbox = await system.rows(SERVICE, "SELECT event_id FROM inbox ORDER BY event_id")
    assert [row["campaign"] for row in rows] == [row["event_id"] for row in inbox]
    return [row["campaign"] for row in rows]


async def publish(system: System, *payloads: bytes) -> None:
    for payload in payloads:
        await system.publish("approvals", payload, EVENT.type)


def facts(*sequences: int) -> list[bytes]:
    return [fact("approvals", sequence, EVENT, event_id=f"fact-{sequence:03d}") for sequence in sequences]


@pytest.mark.row(73)
async def test_a_fact_published_twice_takes_effect_once(system: System) -> None:
    await publish(system, *facts(1, 2, 1))
    effects = Effects()
    async with consuming(system, effects):
        await until(lambda: settled(system))
        await publish(system, *facts(2, 3))
        await until(lambda: settled(system))
    assert sorted(effects.seen) == await effects_of(system) == ["fact-001", "fact-002", "fact-003"]


async def test_what_was_in_the_stream_before_the_service_is_applied_too(system: System) -> None:
    await publish(system, *facts(*range(1, 101)))
    async with consuming(system, Effects()):
        await until(lambda: settled(system))
    assert len(await effects_of(system)) == 100


async def test_a_service_that_is_told_to_stop_finishes_and_acknowledges_the_batch_in_hand(system: System) -> None:
    begun = asyncio.Event()

    async def slowly(facts: Sequence[Fact], session: AsyncSession) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        await Effects()(facts, session)

    async with consuming(system, slowly):
        await publish(system, *facts(1, 2, 3))
        await begun.wait()
    assert len(await effects_of(system)) == 3
    assert await settled(system)


@pytest.mark.row(73)
async def test_two_instances_share_the_facts_and_apply_each_once(system: System) -> None:
    one, other = Effects(), Effects()
    async with consuming(system, one), consuming(system, other):
        for start in range(1, 101, 10):
            await publish(system, *facts(*range(start, start + 10)))
        await until(lambda: settled(system))
    assert len(await effects_of(system)) == 100
    assert sorted(one.seen + other.seen) == await effects_of(system)


async def test_an_effect_that_fails_leaves_no_inbox_row_and_comes_again(system: System) -> None:
    effects = Effects(OSError("not now"), RuntimeError("nor now"))
    async with consuming(system, effects):
        await publish(system, *facts(1))
        await until(lambda: settled(system))
    assert effects.seen == ["fact-001"] * 3
    assert await effects_of(system) == ["fact-001"]


async def test_a_batch_that_fails_as_a_whole_is_applied_one_by_one(system: System) -> None:
    await publish(system, *facts(*range(1, 21)))
    async with consuming(system, Effects(RuntimeError("all of it"))):
        await until(lambda: settled(system))
    assert len(await effects_of(system)) == 20
    assert await system.count(SERVICE, "quarantine") == 0


GOOD = fact("approvals", 900, EVENT, event_id="poison")
POISON = {
    "no JSON": b"\xff\xfe",
    "empty": b"",
    "no fact": b"{}",
    "a list": b"[1]",
    "deep": b'{"id":' * 20_000 + b"1" + b"}" * 20_000,
    "no data": GOOD.replace(b'"data":', b'"date":'),
    "data that breaks the schema": GOOD.replace(b'"starts_at"', b'"start"'),
    "data that is no object": GOOD.partition(b'"data":')[0] + b'"data":[]}',
    "unknown type without data": GOOD.replace(b"session.scheduled", b"session.dreamt").partition(b'"data":')[0]
    + b'"data":null}',
    "id that is no text": GOOD.replace(b'"id":"poison"', b'"id":5'),
    "sequence that is no number": GOOD.replace(b'"sequence":"', b'"sequence":"x'),
    "NUL": GOOD.replace(b'"id":"poison"', b'"id":"poi\\u0000son"'),
    "lone surrogate": GOOD.replace(b'"id":"poison"', b'"id":"\\ud800"'),
}


@pytest.mark.row(85)
@pytest.mark.parametrize("payload", POISON.values(), ids=POISON)
async def test_poison_goes_into_quarantine_and_harms_nobody(system: System, payload: bytes) -> None:
    await publish(system, *facts(1, 2), payload, *facts(3, 4))
    async with consuming(system, Effects()):
        await until(lambda: settled(system))
    assert await effects_of(system) == ["fact-001", "fact-002", "fact-003", "fact-004"]
    (row,) = await system.rows(SERVICE, "SELECT * FROM quarantine")
    assert (row["consumer"], row["stream_sequence"]) == (SERVICE, 3)
    assert row["payload"] == payload.decode(errors="backslashreplace")
    assert row["reason"]


@pytest.mark.row(85)
async def test_what_fails_for_ever_ends_in_quarantine_with_its_reason(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.consumer.PATIENCE", 3)
    async with consuming(system, Effects(*[RuntimeError("the reaction is broken")] * 3)):
        await publish(system, *facts(1))
        await until(lambda: settled(system))
    (row,) = await system.rows(SERVICE, "SELECT * FROM quarantine")
    assert row["reason"] == "RuntimeError: the reaction is broken"
    assert await effects_of(system) == []


@pytest.mark.row(85)
async def test_received_is_applied_plus_quarantined(system: System) -> None:
    await publish(system, *(one for pair in zip(facts(*range(1, 11)), POISON.values(), strict=False) for one in pair))
    async with consuming(system, Effects()):
        await until(lambda: settled(system))
    received = (await system.operator.jetstream().stream_info(STREAM)).state.messages
    assert received == len(await effects_of(system)) + await system.count(SERVICE, "quarantine") == 20


async def test_while_the_database_is_away_nothing_is_acknowledged(system: System) -> None:
    async with consuming(system, Effects()):
        system.postgres.kill()
        try:
            await publish(system, *facts(1, 2, 3), b"{}")
            await until(lambda: delivered(system, 4))
            floor = (await info(system)).ack_floor
            assert floor is not None
            assert floor.stream_seq == 0
        finally:
            system.postgres.start()
        await until(lambda: settled(system), within=20)
    assert len(await effects_of(system)) == 3
    assert await system.count(SERVICE, "quarantine") == 1


async def delivered(system: System, count: int) -> bool:
    reached = (await info(system)).delivered
    return reached is not None and reached.stream_seq == count


async def test_a_deleted_consumer_is_made_again_and_goes_on(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.consumer._WATCH_SECONDS", 0.2)
    async with consuming(system, Effects()):
        await publish(system, *facts(1))
        await until(lambda: settled(system))
        await system.operator.jetstream().delete_consumer(STREAM, SERVICE)
        await publish(system, *facts(2))
        await until(lambda: applied(system, 2))
    assert await effects_of(system) == ["fact-001", "fact-002"]


async def applied(system: System, count: int) -> bool:
    return await system.count(SERVICE, "inbox") == count


async def test_a_service_that_listens_to_more_after_an_upgrade_hears_what_was_published_before(system: System) -> None:
    heard = Effects()
    spine = Spine(SERVICE, await system.settings(SERVICE))
    spine.react([On(frozenset({"chunfeng.key.issued.v1"}), Effects())])
    async with spine.running():
        await publish(system, *facts(1))
    spine = Spine(SERVICE, await system.settings(SERVICE))
    spine.react([On(frozenset({"chunfeng.key.issued.v1"}), Effects()), On(frozenset({EVENT.type}), heard)])
    async with spine.running():
        await until(lambda: applied(system, 1))
    assert heard.seen == ["fact-001"]


async def test_a_stream_made_anew_is_consumed_from_its_start(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.consumer._WATCH_SECONDS", 0.2)
    async with consuming(system, Effects()):
        await publish(system, *facts(1))
        await until(lambda: settled(system))
        await system.lose_stream()
        await provision(system.operator.jetstream())
        await publish(system, *facts(1, 2))
        await until(lambda: applied(system, 2))


async def answers(system: System) -> bool:
    try:
        await system.operator.flush(1)
    except (nats.errors.Error, OSError):
        return False
    return True


async def test_a_consumer_goes_on_when_nats_comes_back(system: System) -> None:
    async with consuming(system, Effects()):
        await publish(system, *facts(1))
        await until(lambda: settled(system))
        system.nats.kill()
        system.nats.start()
        await until(lambda: answers(system))
        await publish(system, *facts(2))
        await until(lambda: applied(system, 2), within=20)


async def test_consumers_acknowledge_by_hand_and_are_redelivered_for_ever(system: System) -> None:
    async with consuming(system, Effects()):
        config = (await info(system)).config
    assert (config.ack_policy, config.max_deliver) == ("explicit", -1)


def test_no_subscriber_leaves_its_acknowledgement_to_a_default() -> None:
    """FastStream's own default terminates a message whose handler raised: lost for ever (reliability 1, E4a)."""
    calls = [
        ast.unparse(node)
        for path in sorted([*Path(ROOT / "shared").rglob("*.py"), *Path(ROOT / "services").rglob("*.py")])
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".subscriber")
    ]
    assert calls
    assert all("ack_policy=AckPolicy.MANUAL" in call for call in calls)
