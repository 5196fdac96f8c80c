"""Webhooks over HTTP and on a page: a unit has its facts sent to an address of its own (row 78)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Security
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from shared import reference
from shared.keys import Keys, may_read
from shared.posted import Caller
from shared.problems import Refused, invalid
from shared.tables import Webhook, WebhookAttempt
from shared.web import openapi
from shared.web.forms import EMPTY
from shared.web.pages import Pages
from shared.webhooks import Sender, Webhooks

Type = Annotated[str, Field(max_length=100)]


class Wanted(BaseModel):
    """An address to which facts are to be sent."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=8, max_length=500, pattern=r"^https?://[!-~]+$")]
    types: Annotated[list[Type], Field(max_length=50)] | None = None
    """Only these event types."""
    after: Annotated[int, Field(ge=0, le=2**62)] | None = None
    """From after this sequence on; from now on if left out."""


class Told(BaseModel):
    """A webhook as its unit sees it; `secret` only when it was just made."""

    webhook: str
    url: str
    types: list[str] | None
    state: str
    cursor: int
    delivered: int
    failures: int
    last_answer: str | None
    secret: str | None = None


class Tried(BaseModel):
    """One sending: of which fact (none, if the address was tried out), when, how long, what was answered."""

    sequence: int | None
    tried_at: datetime
    milliseconds: int
    taken: bool
    answer: str


def tried(row: WebhookAttempt) -> Tried:
    """Return what is told of a sending."""
    return Tried(**row.model_dump(exclude={"id", "webhook"}))


def told(row: Webhook, *, secret: bool = False) -> Told:
    """Return what is told of a webhook."""
    types = None if row.types is None else json.loads(row.types)
    shown = row.model_dump(include={"webhook", "url", "state", "cursor", "delivered", "failures", "last_answer"})
    return Told(**shown, types=types, secret=row.secret if secret else None)


def webhooks_route(webhooks: Webhooks, sender: Sender, keys: Keys) -> APIRouter:
    """Return the routes of webhooks."""
    router = APIRouter(prefix="/v1/webhooks", dependencies=[Security(openapi.KEY)])
    refusals = {"responses": openapi.refusals(401, 403, 404, 409, 422, 503)}

    async def caller_of(request: Request) -> Caller:
        caller = await keys.caller(request.headers.get("authorization"))
        may_read(caller)
        return caller

    @router.get("", openapi_extra=refusals)
    async def listed(request: Request) -> list[Told]:
        """List the unit's webhooks: how far each is, and what it answered last."""
        return [told(row) for row in await webhooks.of(await caller_of(request))]

    @router.post("", status_code=201, openapi_extra={"responses": openapi.refusals(400, 401, 403, 409, 422, 503)})
    async def add(request: Request, wanted: Wanted) -> Told:
        """Have the facts that the key may see sent to an address; the secret in the answer is shown this once."""
        caller = await caller_of(request)
        return told(await webhooks.add(caller, wanted.url, wanted.types, wanted.after), secret=True)

    @router.delete("/{webhook}", status_code=204, openapi_extra=refusals)
    async def remove(request: Request, webhook: str) -> Response:
        """Send no more to an address."""
        await webhooks.remove(await caller_of(request), webhook)
        return Response(status_code=204)

    @router.post("/{webhook}/pause", status_code=204, openapi_extra=refusals)
    async def pause(request: Request, webhook: str) -> Response:
        """Send nothing until asked `again`; nothing is missed."""
        await webhooks.pause(await caller_of(request), webhook)
        return Response(status_code=204)

    @router.post("/{webhook}/again", status_code=204, openapi_extra=refusals)
    async def again(request: Request, webhook: str) -> Response:
        """Try now what was put off, paused, or given up after 410; from now on with the key of who asks."""
        await webhooks.again(await caller_of(request), webhook)
        return Response(status_code=204)

    @router.post("/{webhook}/test", openapi_extra=refusals)
    async def test(request: Request, webhook: str) -> Tried:
        """Send a signed `chunfeng.webhook.tested.v1`, which is no fact, and tell what was answered."""
        await sender.test(caller := await caller_of(request), webhook)
        return tried((await webhooks.attempts(caller, webhook, 1))[0])

    @router.post("/{webhook}/secret", openapi_extra=refusals)
    async def rotate(request: Request, webhook: str) -> Told:
        """Give it another secret, shown this once; for 24 hours what is sent is signed with both."""
        return told(await webhooks.rotate(await caller_of(request), webhook), secret=True)

    @router.get("/{webhook}/attempts", openapi_extra=refusals)
    async def attempts(request: Request, webhook: str) -> list[Tried]:
        """List the last sendings, the newest first, with what was answered."""
        return [tried(one) for one in await webhooks.attempts(await caller_of(request), webhook)]

    return router


class _Page:
    """The page as it stands for a unit."""

    def __init__(self, webhooks: Webhooks, pages: Pages) -> None:
        self._webhooks = webhooks
        self._pages = pages

    async def show(
        self,
        request: Request,
        caller: Caller,
        *,
        trouble: Refused | None = None,
        made: Webhook | None = None,
        filled: FormData = EMPTY,
    ) -> Response:
        """Show a unit's webhooks with their last sendings; a secret just made, this once; a form as it was refused."""
        rows = await self._webhooks.of(caller)
        return await self._pages.show(
            request,
            "webhooks.html",
            status=trouble.status if trouble else 200,
            hooks=[(row, await self._webhooks.attempts(caller, row.webhook, _SHOWN)) for row in rows],
            behind={row.webhook: await self._webhooks.waiting(row) for row in rows},
            wanted={row.webhook: None if row.types is None else json.loads(row.types) for row in rows},
            types=self._types(),
            made=made,
            problem=trouble.problem() if trouble else None,
            filled=filled,
        )

    def _types(self) -> Mapping[str, tuple[str, str]]:
        """Return the names of the facts this service publishes, in Chinese and in English."""
        known = reference.events().items()
        return {name: reference.named(name) for name, told in known if told["publisher"] == self._pages.service}


_SHOWN: Final = 10


def wanted(form: FormData) -> Wanted:
    """Return what a form asks for; raises Refused."""
    asked: dict[str, Any] = {"url": str(form.get("url", "")).strip()}
    if form.get("which") == "some":
        asked["types"] = [str(one) for one in form.getlist("types")]
    if form.get("since") == "start":
        asked["after"] = 0
    try:
        return Wanted.model_validate(asked)
    except ValidationError as failure:
        raise invalid(failure) from None


def webhook_pages(webhooks: Webhooks, sender: Sender, pages: Pages) -> APIRouter:
    """Return the page for people."""
    router, visitor, page = APIRouter(include_in_schema=False), pages.needs_login(), _Page(webhooks, pages)

    @router.get("/webhooks")
    async def listing(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, caller)

    @router.post("/webhooks")
    async def add(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        try:
            asked = wanted(form)
            made = await webhooks.add(caller, asked.url, asked.types, asked.after)
        except Refused as refusal:
            return await page.show(request, caller, trouble=refusal, filled=form)
        return await page.show(request, caller, made=made)

    @router.post("/webhooks/{webhook}/secret")
    async def rotate(request: Request, webhook: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, caller, made=await webhooks.rotate(caller, webhook))

    @router.post("/webhooks/{webhook}/{verb}")
    async def act(webhook: str, verb: str, caller: Annotated[Caller, visitor]) -> Response:
        verbs = {
            "test": sender.test,
            "pause": webhooks.pause,
            "again": webhooks.again,
            "remove": webhooks.remove,
        }
        if verb not in verbs:
            return Response(status_code=404)
        await verbs[verb](caller, webhook)
        return RedirectResponse(f"/webhooks#{webhook}", status_code=303)

    return router
