"""POST /v1/events: CloudEvents 1.0 in structured, binary and batch mode, answered after COMMIT."""

import json
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request, Security
from starlette.responses import Response

from shared import envelope
from shared.clock import Clock
from shared.intake import Answer, Intake, dump
from shared.keys import Keys, is_from
from shared.posted import Caller, Posted
from shared.problems import Malformed, Refused
from shared.receipts import find
from shared.web import openapi
from shared.web.problem import problem_response
from shared.web.requests import read_body

MOST: Final = 500
"""Most events in one batch request."""


class UnknownMediaType(Refused):
    """The content type is none of CloudEvents' modes."""

    status = 415
    zh = "Content-Type 应为 application/cloudevents+json、其 -batch+json 形式，或带 ce-* 头的 application/json"
    en = "Content-Type must be application/cloudevents+json, -batch+json, or application/json with ce-* headers"


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

    async def post(self, request: Request) -> Response:
        """Answer one request."""
        caller = await self._keys.caller(request.headers.get("authorization"))
        structlog.contextvars.bind_contextvars(unit=caller.unit)
        body = await read_body(request, self._limit)
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media == envelope.BATCH:
            return await self._batch(envelope.decode(body), caller)
        if media == envelope.STRUCTURED:
            return await self._single(envelope.decode(body), caller)
        if "ce-specversion" in request.headers and media in ("application/json", ""):
            return await self._single(envelope.binary_event(request.scope["headers"], body), caller)
        raise UnknownMediaType(path="Content-Type")

    async def _single(self, raw: object, caller: Caller) -> Response:
        posted = self._read(raw, caller)
        structlog.contextvars.bind_contextvars(event_id=posted.id, correlation_id=posted.correlation_id)
        structlog.contextvars.bind_contextvars(event_type=posted.event.type, subject=posted.event.subject)
        (answer,) = await self._intake.submit([posted])
        if isinstance(answer, Refused):
            structlog.contextvars.bind_contextvars(refused=answer.code)
            return problem_response(answer.problem())
        structlog.contextvars.bind_contextvars(receipt=answer["status"])
        return _json(answer, 202)

    async def _batch(self, raws: object, caller: Caller) -> Response:
        if not isinstance(raws, list):
            raise Malformed(reason="应为 CloudEvents 数组", reason_en="expected an array of CloudEvents")
        if not 1 <= len(raws) <= MOST:
            raise TooMany(most=MOST, count=len(raws))
        read = [self._try(raw, caller) for raw in raws]
        good = [one for one in read if isinstance(one, Posted)]
        settled = iter(await self._intake.submit(good) if good else [])
        answers: list[Answer] = [next(settled) if isinstance(one, Posted) else one for one in read]
        refused = sum(isinstance(answer, Refused) for answer in answers)
        structlog.contextvars.bind_contextvars(
            events=len(raws), refusals=refused, correlation_ids=[one.correlation_id for one in good]
        )
        return _json({"receipts": [dump(answer) for answer in answers]}, 207 if refused else 202)

    def _try(self, raw: object, caller: Caller) -> Posted | Refused:
        try:
            return self._read(raw, caller)
        except Refused as refusal:
            return refusal

    def _read(self, raw: object, caller: Caller) -> Posted:
        incoming = envelope.read_posted(raw, self._intake.desk.accepts)
        is_from(caller, incoming.source)
        return Posted(
            source=incoming.source,
            id=incoming.id,
            event=incoming.event,
            time=incoming.time or self._clock.now(),
            caller=caller,
            correlation_id=incoming.correlation_id,
            traceparent=incoming.traceparent,
            body_sha256=incoming.body_sha256,
            payload=incoming.payload,
        )


def _json(body: dict[str, Any], status: int) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status_code=status, media_type="application/json")


def events_route(intake: Intake, keys: Keys, desk: Desk) -> APIRouter:
    """Return the routes of the intake: posting events, reading receipts and schemas."""
    router = APIRouter()
    described = openapi.post_events(intake.desk.accepts, MOST)

    @router.post("/v1/events", status_code=202, openapi_extra=described, response_class=Response)
    async def post_events(request: Request) -> Response:
        """Record one CloudEvent, or a batch of up to 500; the answer is the receipt."""
        return await desk.post(request)

    @router.get("/v1/receipts", dependencies=[Security(openapi.KEY)], openapi_extra=openapi.get_receipt())
    async def receipt(request: Request, id: str) -> dict[str, Any]:  # noqa: A002  (the CloudEvents attribute)
        """Return the caller's receipt for an event id, as it stands now."""
        caller = await keys.caller(request.headers.get("authorization"))
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
