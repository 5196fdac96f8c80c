"""CloudEvents 1.0 over HTTP in all three modes, with the CloudEvents project's own library as the judge."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.approvals.store import Desk
from shared import envelope, web
from shared.intake import Intake
from shared.keys import Keys
from shared.posted import Caller, Posted
from shared.receipts import Receipt
from shared.rounds import Answer
from shared.settings import ServiceSettings
from shared.spine import Spine
from tests.builders import approval_signed, at, owner

ECOLOGY = owner()
DATA: dict[str, Any] = approval_signed().model_dump(mode="json", exclude_none=True)
ATTRIBUTES: dict[str, Any] = {
    "specversion": "1.0",
    "id": 'ecology-2022-1%20"a"',
    "source": ECOLOGY.source,
    "type": "chunfeng.approval.signed.v1",
    "time": at(9, 5),
    "datacontenttype": "application/json",
    "subject": "批复",
    "correlationid": "day-1",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


class Recorder(Intake):
    """An intake that accepts everything and shows what reached it."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.desk = Desk()
        self.posted: list[Posted] = []

    async def submit(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        self.posted += posted
        return [Receipt(f'{{"id":{json.dumps(one.id)},"status":"accepted"}}', "accepted") for one in posted]


class OneKey(Keys):
    """Keys that let everybody in as one unit."""

    def __init__(self) -> None:
        """Need no database."""

    async def caller(self, authorization: str | None) -> Caller:  # noqa: ARG002  (whatever it says)
        return ECOLOGY


@pytest.fixture
def intake() -> Recorder:
    return Recorder()


@pytest.fixture
async def client(intake: Recorder) -> AsyncIterator[httpx.AsyncClient]:
    settings = ServiceSettings(port=0, database_url="postgresql+asyncpg://nowhere/", nats_url="nats://nowhere")
    spine = Spine("approvals", settings, desk=intake.desk)
    spine.intake, spine.keys = intake, OneKey()
    spine.front = web.Desk(intake, spine.keys, spine.clock, settings.max_body_bytes)
    app = spine.application(summary="", routes=[])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://forum") as client:
        yield client


def event(**changes: object) -> CloudEvent:
    return CloudEvent(ATTRIBUTES | changes, DATA)


async def post(client: httpx.AsyncClient, message: HTTPMessage) -> httpx.Response:
    return await client.post("/v1/events", headers=message.headers, content=message.body)


def batch(*events: CloudEvent) -> HTTPMessage:
    """Write a batch (JSON format, section 4), which the library has not."""
    body = b"[" + b",".join(JSONFormat().write(one) for one in events) + b"]"
    return HTTPMessage({"content-type": "application/cloudevents-batch+json; charset=utf-8"}, body)


@pytest.mark.row(71)
@pytest.mark.parametrize("mode", [to_structured_event, to_binary_event, batch], ids=["structured", "binary", "batch"])
async def test_an_event_the_library_writes_arrives_whole_in_each_mode(
    client: httpx.AsyncClient, intake: Recorder, mode: Callable[[CloudEvent], HTTPMessage]
) -> None:
    answer = await post(client, mode(event()))
    assert answer.status_code == 202, answer.text
    (posted,) = intake.posted
    assert (posted.id, posted.source, posted.time) == (ATTRIBUTES["id"], ECOLOGY.source, at(9, 5))
    assert (posted.correlation_id, posted.traceparent) == ("day-1", ATTRIBUTES["traceparent"])
    assert posted.event == approval_signed()


async def test_the_three_modes_say_the_same_so_that_a_repeat_in_another_is_a_repeat(
    client: httpx.AsyncClient, intake: Recorder
) -> None:
    for message in (to_structured_event(event()), to_binary_event(event()), batch(event())):
        await post(client, message)
    assert len({(posted.source, posted.id, posted.body_sha256) for posted in intake.posted}) == 1


async def test_a_batch_is_answered_in_its_order_and_a_refusal_harms_no_neighbour(
    client: httpx.AsyncClient, intake: Recorder
) -> None:
    answer = await post(client, batch(event(id="a"), event(id="b", type="com.example.other"), event(id="c")))
    assert answer.status_code == 207
    assert [receipt["status"] for receipt in answer.json()["receipts"]] == ["accepted", "refused", "accepted"]
    assert [posted.id for posted in intake.posted] == ["a", "c"]


@pytest.mark.parametrize("count", [0, 501])
async def test_a_batch_holds_one_to_five_hundred_events(
    client: httpx.AsyncClient, intake: Recorder, count: int
) -> None:
    answer = await post(client, batch(*[event()] * count))
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-many")
    assert not intake.posted


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("id", ""),
        ("source", None),
        ("type", None),
        ("specversion", "0.3"),
        ("time", datetime(2022, 3, 16, 9, 5)),  # noqa: DTZ001  (that is what is wrong with it)
        ("Extension", "x"),
        ("my-extension", "x"),
    ],
)
async def test_what_the_library_calls_no_event_is_refused(
    client: httpx.AsyncClient, attribute: str, value: object
) -> None:
    with pytest.raises(CloudEventValidationError):
        event(**{attribute: value})
    wrong = {**ATTRIBUTES, "data": DATA, attribute: value}
    content = json.dumps(wrong, default=datetime.isoformat)
    answer = await client.post("/v1/events", content=content, headers={"content-type": envelope.STRUCTURED})
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [attribute]


@pytest.mark.row(81)
@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("text/plain", b"{}", 415),
        (envelope.STRUCTURED, b"[]", 400),
        (envelope.STRUCTURED, b"{", 400),
        (envelope.BATCH, b"{}", 400),
        (envelope.BATCH, b"[7]", 207),
        (envelope.STRUCTURED, b" " * (1024 * 1024 + 1), 413),
    ],
)
async def test_a_body_that_is_not_what_its_media_type_says_is_refused(
    client: httpx.AsyncClient, media: str, body: bytes, status: int
) -> None:
    answer = await client.post("/v1/events", content=body, headers={"content-type": media})
    assert answer.status_code == status
    if status != 207:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] != answer.json()["title_en"]


async def test_an_event_of_another_unit_is_refused_in_every_mode(client: httpx.AsyncClient, intake: Recorder) -> None:
    foreign = event(source="/units/11150600MB0XX0027E")
    for message in (to_structured_event(foreign), to_binary_event(foreign)):
        answer = await post(client, message)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (403, "source")
    assert (await post(client, batch(foreign))).json()["receipts"][0]["problem"]["status"] == 403
    assert not intake.posted


def test_a_published_fact_is_an_event_to_the_library() -> None:
    written = envelope.write(
        approval_signed(),
        event_id="5f0c",
        source="/chunfeng/approvals",
        time=datetime(2022, 3, 16, 1, 5, tzinfo=UTC),
        version=2,
        correlation_id="day-1",
        traceparent=ATTRIBUTES["traceparent"],
    )
    read = JSONFormat().read(CloudEvent, envelope.with_sequence(written, 143))
    assert (read.get_id(), read.get_source(), read.get_type()) == (
        "5f0c",
        "/chunfeng/approvals",
        approval_signed().type,
    )
    assert (read.get_subject(), read.get_time()) == (approval_signed().subject, datetime(2022, 3, 16, 1, 5, tzinfo=UTC))
    assert read.get_extension("sequence") == "000000000143"
    assert read.get_extension("aggregateversion") == 2
    assert read.get_data() == json.loads(approval_signed().model_dump_json())


def test_a_published_fact_reads_back_as_it_was_written() -> None:
    now = datetime(2022, 3, 16, 1, 5, tzinfo=UTC)
    written = envelope.write(
        approval_signed(), event_id="5f0c", source="/chunfeng/approvals", time=now, version=2, correlation_id="day-1"
    )
    fact = envelope.read_published(envelope.with_sequence(written, 143))
    assert (fact.sequence, fact.version, fact.session, fact.time) == (143, 2, approval_signed().session, now)
    assert fact.event() == approval_signed()
    assert fact.without_sequence() == written
