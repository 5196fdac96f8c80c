"""NATS lets every service do its own work and nothing else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats as nats_py
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

from deploy.embedded import Nats
from shared.stream import STREAM, provision, subject_of
from tests.strangers import said_to

SERVICES = ("approvals", "forums", "policy", "bulletin")


@asynccontextmanager
async def connected(server: Nats, user: str) -> AsyncIterator[tuple[Client, asyncio.Queue[str]]]:
    """Yield a connection as this user and the violations the server reports to it."""
    violations: asyncio.Queue[str] = asyncio.Queue()

    async def note(error: Exception) -> None:
        await violations.put(str(error))

    client = await nats_py.connect(server.url(user), error_cb=note, max_reconnect_attempts=0)
    try:
        yield client, violations
    finally:
        await client.close()


@pytest.fixture
async def provisioned(nats: Nats) -> Nats:
    async with connected(nats, "operator") as (operator, _):
        with contextlib.suppress(NotFoundError):  # an earlier test's, with its consumers
            await operator.jetstream().delete_stream(STREAM)
        await provision(operator.jetstream())
    return nats


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_publishes_its_facts_and_consumes_all(provisioned: Nats, service: str) -> None:
    async with connected(provisioned, service) as (client, violations):
        stream = client.jetstream()
        for _ in range(2):  # the second time the durable is there already
            inbox = await stream.pull_subscribe("chunfeng.facts.>", durable=service, stream="FACTS")
        receipt = await stream.publish(subject_of(service, "chunfeng.session.opened.v1"), b"{}")
        fetched = await inbox.fetch(1, timeout=5)
        await fetched[0].ack_sync()
        assert (await stream.consumer_info("FACTS", service)).ack_floor.stream_seq > 0
        assert (await stream.get_msg("FACTS", seq=receipt.seq, direct=True)).data == b"{}"
        assert violations.empty()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_publishes_a_batch_at_once(provisioned: Nats, service: str) -> None:
    subject = subject_of(service, "chunfeng.session.opened.v1")
    async with connected(provisioned, service) as (client, _):
        first = {"Nats-Batch-Id": service, "Nats-Batch-Sequence": "1"}
        await client.request(subject, b"1", headers=first)
        last = {"Nats-Batch-Id": service, "Nats-Batch-Sequence": "2", "Nats-Batch-Commit": "1"}
        answer = await client.request(subject, b"2", headers=last)
    assert b'"count":2' in answer.data


@pytest.mark.parametrize(
    "subject",
    [
        "chunfeng.facts.approvals.session.opened.v1",
        "chunfeng.clock",
        "$JS.API.STREAM.DELETE.FACTS",
        "$JS.API.STREAM.PURGE.FACTS",
        "$JS.API.STREAM.UPDATE.FACTS",
        "$JS.API.STREAM.MSG.DELETE.FACTS",
        "$JS.API.STREAM.CREATE.OTHER",
        "$JS.API.CONSUMER.DELETE.FACTS.approvals",
        "$JS.API.CONSUMER.MSG.NEXT.FACTS.approvals",
        "$JS.ACK.FACTS.approvals.1.1.1.1.0",
        "_INBOX.somebody.else",
    ],
)
async def test_a_service_publishes_nothing_else(provisioned: Nats, subject: str) -> None:
    async with connected(provisioned, "forums") as (client, violations):
        await client.publish(subject, b"{}")
        violation = await asyncio.wait_for(violations.get(), 5)
    assert f'permissions violation for publish to "{subject}"'.lower() in violation.lower()


@pytest.mark.parametrize("subject", ["chunfeng.facts.>", "$SYS.>", ">"])
async def test_a_service_hears_nothing_else(provisioned: Nats, subject: str) -> None:
    async with connected(provisioned, "forums") as (client, violations):
        await client.subscribe(subject)
        violation = await asyncio.wait_for(violations.get(), 5)
    assert "permissions violation for subscription" in violation.lower()


async def test_a_service_binds_no_other_consumer(provisioned: Nats) -> None:
    async with connected(provisioned, "forums") as (client, violations):
        with pytest.raises((NotFoundError, TimeoutError)):
            await client.jetstream(timeout=0.5).add_consumer("FACTS", ConsumerConfig(durable_name="approvals"))
        assert not violations.empty()


async def test_everyone_hears_the_operators_clock(provisioned: Nats) -> None:
    async with connected(provisioned, "operator") as (operator, _), connected(provisioned, "policy") as (policy, _):
        heard = await policy.subscribe("chunfeng.clock")
        await policy.flush()  # nats-py 2.16 sends this PING before the SUB,
        await policy.flush()  # so only the second PONG says that the server knows the subscription
        await operator.publish("chunfeng.clock", b"2022-04-18T09:00:00+08:00")
        assert (await heard.next_msg(timeout=2)).data.startswith(b"2022")


@pytest.mark.parametrize("login", [{"user": "forums", "pass": "guessed"}, {"user": "forums"}])
async def test_a_stranger_is_refused(nats: Nats, login: dict[str, str]) -> None:
    assert b"Authorization Violation" in await said_to(nats, login)


async def test_without_a_doorman_no_unit_gets_in(nats: Nats) -> None:
    refusals = await asyncio.gather(
        *(said_to(nats, login) for login in ({}, {"user": "x"}, {"user": "x", "pass": "y"}))
    )
    assert [b"Authorization" in refusal for refusal in refusals] == [True] * 3
