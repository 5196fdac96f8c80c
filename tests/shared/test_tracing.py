"""A trace goes through HTTP, the outbox row and NATS into the bulletin service; with no collector its context does."""

import json

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import tracing
from tests.approvals.worlds import DOCKETED
from tests.builders import approval_signed, owner
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, until

pytestmark = pytest.mark.row(84)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADER = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


async def signed(office: Office, header: dict[str, str]) -> None:
    """Post a decision as a system that traces its requests."""
    body = json.dumps(cloudevent(approval_signed(), owner(), "signed-1"))
    headers = {**office.key(owner()), "Content-Type": "application/cloudevents+json", **header}
    assert (await office.client.post("/v1/events", content=body, headers=headers)).status_code == 202


async def kept(system: System) -> str | None:
    """Return the trace context in the decision's outbox row."""
    (row,) = await system.rows("approvals", "SELECT envelope FROM outbox WHERE type LIKE '%approval.signed%'")
    told: str | None = json.loads(row["envelope"]).get("traceparent")
    return told


async def test_spans_of_one_trace_from_post_to_bulletin(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(tracing, "_spans", True)
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)

    def names() -> set[str]:
        return {one.name for one in spans.get_finished_spans() if f"{one.context.trace_id:032x}" == TRACE}

    async def all_there() -> bool:
        return names() == {"POST /v1/events", "publish", "apply bulletin"}

    async with approvals(system, *OPENED, DOCKETED) as office, system.serving("bulletin"):
        await signed(office, HEADER)
        await until(all_there)
    told = await kept(system)
    assert told is not None
    assert told.split("-")[1] == TRACE
    assert told != HEADER["traceparent"]  # the service's own span, within the caller's trace


@pytest.mark.parametrize(("header", "expected"), [(HEADER, HEADER["traceparent"]), ({"traceparent": "rubbish"}, None)])
async def test_without_a_collector_the_callers_context_is_kept_and_rubbish_is_not(
    system: System, header: dict[str, str], expected: str | None
) -> None:
    async with approvals(system, *OPENED, DOCKETED) as office:
        await signed(office, header)
    assert await kept(system) == expected


def test_a_collector_without_its_extra_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(tracing.NoSdkError, match="extra `otel`"):
        tracing.configure("forums", "http://127.0.0.1:4318")
