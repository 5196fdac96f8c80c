"""POST /v1/events: CloudEvents 1.0 in structured, binary and batch mode, answered after COMMIT."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, ParamSpec, TypeVar

import structlog
from fastapi import APIRouter, Request, Security
from starlette.responses import Response

from shared import envelope, tracing
from shared.clock import Clock
from shared.envelope import Incoming
from shared.intake import Intake, dump
from shared.keys import Keys, is_from, may_post
from shared.personal import refuse_phones
from shared.posted import Caller, Posted
from shared.problems import Malformed, Refused
from shared.receipts import Receipt, find
from shared.rounds import Answer
from shared.swift import SwiftReader
from shared.trial import Trial
from shared.web import openapi
from shared.web.problem import problem_response
from shared.web.requests import Json, headers_of, note, read_body

Submit = Callable[[Sequence[Posted]], Awaitable[Sequence[Answer]]]
P = ParamSpec("P")
T = TypeVar("T")
MOST: Final = 500
"""Most events in one batch request."""


_EMPTIED: Final = {"responses": openapi.refusals(401, 503)}


class UnknownMediaType(Refused):
    """The content type is none of CloudEvents' modes."""

    status = 415
    zh = (
        "Content-Type 应为 application/cloudevents+json、application/cloudevents-batch+json，"
        "或带 ce-* 头的 application/json"
    )
    en = (
        "Content-Type must be application/cloudevents+json, application/cloudevents-batch+json, "
        "or application/json with ce-* headers"
    )


class TooMany(Refused):
    """The batch is empty or too long."""

    status = 413
    zh = "一次须有1至{most}个事件，实有{count}个"
    en = "A batch holds 1 to {most} events, not {count}"


class NoReceipt(Refused):
    """No receipt was given for this id."""

    status = 404
    zh = "没有编号 {id} 的回执"
    en = "There is no receipt for {id}"


class Desk:
    """The route's work: read, check, submit, answer."""

    def __init__(self, intake: Intake, keys: Keys, clock: Clock, limit: int) -> None:
        """Take what a request passes through."""
        self._intake = intake
        self._keys = keys
        self._clock = clock
        self._limit = limit
        self._swift = SwiftReader(intake.desk.accepts)
        self.trial = Trial(intake, clock)

    async def post(self, request: Request) -> Response:
        """Answer one request."""
        with tracing.posting(headers_of(request).get(b"traceparent")):
            return await self._handle(request, self._submit, 202)

    async def validate(self, request: Request) -> Response:
        """Answer what a post would be answered now, and record nothing."""
        return await self._handle(request, self.trial.validate, 200)

    async def _submit(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        """Record events, or try them out if the key is for that."""
        return await (self.trial if posted[0].caller.test else self._intake).submit(posted)

    async def _handle(self, request: Request, submit: Submit, good: int) -> Response:
        headers = headers_of(request)
        key = headers.get(b"authorization")
        caller = await self._keys.caller(None if key is None else key.decode("latin-1"))
        note(request, unit=caller.unit)
        body = await read_body(request, headers, self._limit)
        media = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        if media == envelope.BATCH:
            incoming = self._read_batch(body)
            note(request, correlation_ids=[one.correlation_id for one in incoming if isinstance(one, Incoming)])
            return _of_batch(request, await self._settle(incoming, caller, submit), good)
        if media == envelope.STRUCTURED:
            swift = self._swift.read(body, batch=False)
            one = swift[0] if swift else self._read(envelope.decode(body))
        elif b"ce-specversion" in headers and media in ("application/json", ""):
            one = self._read(envelope.binary_event(request.scope["headers"], body))
        else:
            raise UnknownMediaType(path="Content-Type")
        return await self._single(request, self._posted(one, caller), submit, good)

    async def submit(self, caller: Caller, event_type: str, data: Mapping[str, Any], event_id: str) -> Receipt:
        """Record an event for a caller who fills in a form or a table, as if his system had posted it.

        The same id again is the same event again; raises what a post would be refused with, paths below `data`.
        """
        raw = {"specversion": "1.0", "id": event_id, "source": caller.source, "type": event_type, "data": dict(data)}
        (answer,) = await self._submit([self._posted(self._read(raw), caller)])
        if isinstance(answer, Refused):
            raise answer
        return answer

    async def receive(self, caller: Caller, body: bytes, *, batch: bool) -> tuple[int, str]:
        """Return status and answer of a body that came by another way than HTTP; raises Refused.

        What it was about is bound to the log lines of the task.
        """
        if batch:
            incoming = self._read_batch(body)
            ids = [one.correlation_id for one in incoming if isinstance(one, Incoming)]
            structlog.contextvars.bind_contextvars(correlation_ids=ids)
            answers = await self._settle(incoming, caller, self._submit)
            refused = any(isinstance(answer, Refused) for answer in answers)
            return 207 if refused else 202, _receipts(answers)
        swift = self._swift.read(body, batch=False)
        posted = self._posted(swift[0] if swift else self._read(envelope.decode(body)), caller)
        about = {"event_id": posted.id, "event_type": posted.event.type, "correlation_id": posted.correlation_id}
        structlog.contextvars.bind_contextvars(**about)
        (answer,) = await self._submit([posted])
        if isinstance(answer, Refused):
            raise answer
        return 202, answer.text

    async def settle(self, caller: Caller, raws: Sequence[object]) -> list[Answer]:
        """Record events for a caller as a batch of his would; each has its answer, a refusal harms no neighbour."""
        return await self._settle([self._try(self._read, raw) for raw in raws], caller, self._submit)

    async def rehearse(self, caller: Caller, raws: Sequence[object]) -> list[Answer]:
        """Answer events as `settle` would just now, and record nothing."""
        return await self._settle([self._try(self._read, raw) for raw in raws], caller, self.trial.validate)

    async def _single(self, request: Request, posted: Posted, submit: Submit, good: int) -> Response:
        event = posted.event
        about = {"event_type": event.type, "subject": event.subject}
        note(request, event_id=posted.id, correlation_id=posted.correlation_id, **about)
        (answer,) = await submit([posted])
        if isinstance(answer, Refused):
            note(request, refused=answer.code)
            return problem_response(answer.problem())
        note(request, receipt=answer.status)
        return Json(answer.text, good)

    async def _settle(self, incoming: Sequence[Incoming | Refused], caller: Caller, submit: Submit) -> list[Answer]:
        read = [one if isinstance(one, Refused) else self._try(self._posted, one, caller) for one in incoming]
        good = [one for one in read if isinstance(one, Posted)]
        settled = iter(await submit(good) if good else [])
        return [next(settled) if isinstance(one, Posted) else one for one in read]

    def _read_batch(self, body: bytes) -> Sequence[Incoming | Refused]:
        if (swift := self._swift.read(body, batch=True)) is not None and len(swift) <= MOST and swift:
            return swift
        raws = envelope.decode(body)
        if not isinstance(raws, list):
            raise Malformed(reason="应为 CloudEvents 数组", reason_en="expected an array of CloudEvents")
        if not 1 <= len(raws) <= MOST:
            raise TooMany(most=MOST, count=len(raws))
        return [self._try(self._read, raw) for raw in raws]

    def _try(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Refused:
        try:
            return step(*args, **kwargs)
        except Refused as refusal:
            return refusal

    def _read(self, raw: object) -> Incoming:
        return envelope.read_posted(raw, self._intake.desk.accepts)

    def _posted(self, incoming: Incoming, caller: Caller) -> Posted:
        is_from(caller, incoming.source)
        may_post(caller, incoming.event.type)
        refuse_phones(incoming.payload, incoming.event)
        return Posted(
            incoming.source,
            incoming.id,
            incoming.event,
            incoming.time or self._clock.now(),
            caller,
            incoming.correlation_id,
            tracing.context(incoming.traceparent),
            incoming.body_sha256,
            incoming.payload,
        )


def _of_batch(request: Request, answers: Sequence[Answer], good: int) -> Response:
    refused = sum(isinstance(answer, Refused) for answer in answers)
    note(request, events=len(answers), refusals=refused)
    return Json(_receipts(answers), 207 if refused else good)


def _receipts(answers: Sequence[Answer]) -> str:
    return f'{{"receipts":[{",".join([dump(answer) for answer in answers])}]}}'


def events_route(intake: Intake, keys: Keys, desk: Desk) -> APIRouter:
    """Return the routes of the intake: posting events, reading receipts and schemas."""
    router = APIRouter()
    described = openapi.post_events(intake.desk.accepts, MOST)

    @router.post("/v1/events", status_code=202, openapi_extra=described, response_class=Response)
    async def post_events(request: Request) -> Response:
        """Record one CloudEvent, or a batch of up to 500; the answer is the receipt."""
        return await desk.post(request)

    dry = openapi.post_events(intake.desk.accepts, MOST, good="200")

    @router.post("/v1/validate", openapi_extra=dry, response_class=Response)
    async def validate(request: Request) -> Response:
        """Answer what `POST /v1/events` would answer just now, and record nothing."""
        return await desk.validate(request)

    @router.delete("/v1/sandbox", status_code=204, dependencies=[Security(openapi.KEY)], openapi_extra=_EMPTIED)
    async def empty(request: Request) -> Response:
        """Forget what was posted with the caller's key for trying out."""
        await desk.trial.empty(await keys.caller(request.headers.get("authorization")))
        return Response(status_code=204)

    @router.get("/v1/receipts", dependencies=[Security(openapi.KEY)], openapi_extra=openapi.get_receipt())
    async def receipt(request: Request, id: str) -> dict[str, Any]:  # noqa: A002  (the CloudEvents attribute)
        """Return the caller's receipt for an event id, as it stands now."""
        caller = await keys.caller(request.headers.get("authorization"))
        if caller.test:
            found = await desk.trial.receipt(caller, id)
        else:
            async with intake.database.reading() as session:
                found = await find(session, caller.source, id)
        if found is None:
            raise NoReceipt(id=id)
        return found

    @router.get(envelope.SCHEMAS)
    async def schemas() -> dict[str, str]:
        """List the event types accepted here, with the address of each JSON Schema."""
        return {name: f"{envelope.SCHEMAS}/{name}" for name in sorted(intake.desk.accepts)}

    @router.get(envelope.SCHEMAS + "/{event_type}")
    async def schema(event_type: str) -> dict[str, Any]:
        """Return the JSON Schema of one event type's data."""
        kind = intake.desk.accepts.get(event_type)
        if kind is None:
            raise envelope.UnknownType(type=event_type[:128], schemas=envelope.SCHEMAS)
        return openapi.json_schema(kind)

    return router
