"""A trace goes through HTTP, the outbox row and NATS into the bulletin service; with no collector its context does."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import tracing
from tests.approvals.worlds import DOCKETED
from tests.builders import BANNER, approval_signed, owner, session_closed
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


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Make spans, and keep them here."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_spans", True)
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    return exporter


def trace_of(spans: InMemorySpanExporter, trace: str) -> list[ReadableSpan]:
    return [one for one in spans.get_finished_spans() if f"{one.context.trace_id:032x}" == trace]


async def test_spans_of_one_trace_from_post_to_page_and_delivery(
    system: System, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    async with (
        approvals(system, *OPENED, DOCKETED) as office,
        system.serving("bulletin", outbox_folder=str(tmp_path), look_again_before=timedelta(0)),
    ):
        await signed(office, HEADER)
        await office.accepted((session_closed(), BANNER))

        async def printed() -> bool:
            return {"printed", "apply bulletin"} <= {one.name for one in trace_of(spans, TRACE)}

        await until(printed, within=20)
        (printed_in,) = (one.links[0].context.trace_id for one in trace_of(spans, TRACE) if one.name == "printed")
        closing = f"{printed_in:032x}"

        async def delivered() -> bool:
            return {"POST /v1/events", "publish", "apply bulletin", "print", "deliver"} <= {
                one.name for one in trace_of(spans, closing)
            }

        await until(delivered, within=20)
    (page,) = (one for one in trace_of(spans, closing) if one.name == "print")
    assert int(TRACE, 16) in {link.context.trace_id for link in page.links}
    (row,) = await system.rows("bulletin", "SELECT envelope FROM outbox WHERE type LIKE '%bulletin.issued%'")
    assert json.loads(row["envelope"])["traceparent"].split("-")[1] == closing
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
