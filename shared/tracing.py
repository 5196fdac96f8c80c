"""Traces: a post's W3C trace context kept with its facts, and spans along the way where a collector is set (row 84).

The context travels as CloudEvents' `traceparent`: taken from the event or the HTTP header, written into the outbox row,
published with the fact. Spans themselves (post, publish, apply, print, deliver) are only made with
CHUNFENG_OTLP_ENDPOINT set and the extra `otel` installed; without, this costs one look at a flag.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.envelope import Fact

_FORM: Final = TraceContextTextMapPropagator()
_NAME: Final = "chunfeng"
_MOST_LINKS: Final = 128
"""As many as OpenTelemetry keeps of a span's, unless it is told otherwise."""
_spans = False
_HEADER: ContextVar[str | None] = ContextVar("traceparent", default=None)


class NoSdkError(RuntimeError):
    """A collector is set, and what sends to it is not installed."""


def configure(service: str, endpoint: str | None) -> None:
    """Send spans to a collector (OTLP over HTTP); without an endpoint none are made."""
    if endpoint is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  (an extra)
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as missing:
        message = "CHUNFENG_OTLP_ENDPOINT is set, but the extra `otel` is not installed (uv sync --extra otel)"
        raise NoSdkError(message) from missing
    provider = TracerProvider(resource=Resource.create({"service.name": f"chunfeng-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    use(provider)


def use(provider: trace.TracerProvider) -> None:
    """Make spans with this provider from now on."""
    global _spans  # noqa: PLW0603  (a process traces or does not)
    trace.set_tracer_provider(provider)
    _spans = True


def on() -> bool:
    """Tell whether spans are made."""
    return _spans


def _span_context(traceparent: str | None) -> SpanContext:
    return trace.get_current_span(_context(traceparent)).get_span_context()


def _context(traceparent: str | None) -> Context:
    return _FORM.extract({"traceparent": traceparent} if traceparent else {}, context=Context())


def valid(traceparent: str | None) -> str | None:
    """Return a trace context if it is one; somebody else's header may hold anything."""
    span = trace.get_current_span(_context(traceparent))
    return traceparent if isinstance(span, NonRecordingSpan) and span.get_span_context().is_valid else None


def current() -> str | None:
    """Return the current span's context, as it is kept with facts."""
    carrier: dict[str, str] = {}
    _FORM.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def posting(header: bytes | None) -> Iterator[None]:
    """Trace a post: within the block, `context` tells what to keep with its facts."""
    told = header.decode("latin-1") if header else None
    if not _spans:
        token = _HEADER.set(valid(told) if told else None)
        try:
            yield
        finally:
            _HEADER.reset(token)
        return
    tracer = trace.get_tracer(_NAME)
    with tracer.start_as_current_span("POST /v1/events", context=_context(told), kind=SpanKind.SERVER):
        yield


def context(own: str | None) -> str | None:
    """Return what is kept with a posted event: its own context, else that of the request that brought it."""
    if own is not None:
        return own
    return current() if _spans else _HEADER.get()


def passing(name: str, kind: SpanKind, facts: Sequence[tuple[str, str | None]]) -> None:
    """Note that facts, as (id, traceparent), were published or applied: a span in each one's own trace."""
    tracer = trace.get_tracer(_NAME)
    for fact, traceparent in facts:
        if traceparent is not None:
            span = tracer.start_span(name, context=_context(traceparent), kind=kind, attributes={"chunfeng.fact": fact})
            span.end()


@contextmanager
def going_on(
    name: str, kind: SpanKind, traceparent: str | None, particulars: Mapping[str, str], links: Sequence[Link] = ()
) -> Iterator[str | None]:
    """Trace a piece of work within a trace that began elsewhere; yield the context to keep with what comes of it."""
    if not _spans or traceparent is None:
        yield traceparent
        return
    tracer = trace.get_tracer(_NAME)
    with tracer.start_as_current_span(
        name, context=_context(traceparent), kind=kind, attributes=particulars, links=links
    ):
        yield current()


@contextmanager
def gathering(name: str, facts: Sequence[Fact], particulars: Mapping[str, str]) -> Iterator[str | None]:
    """Trace what is made of many facts: in the last one's trace, linked with the others', each of which gets a note."""
    others = [fact for fact in facts if fact.traceparent is not None]
    last = others.pop().traceparent if others else None
    links = [Link(_span_context(fact.traceparent)) for fact in others[-_MOST_LINKS:]] if _spans else []
    with going_on(name, SpanKind.INTERNAL, last, particulars, links) as made:
        yield made
    if _spans and made is not None:
        tracer, there = trace.get_tracer(_NAME), [Link(_span_context(made))]
        for fact in others:
            noted = {"chunfeng.fact": fact.id, **particulars}
            tracer.start_span(f"{name}ed", context=_context(fact.traceparent), attributes=noted, links=there).end()
