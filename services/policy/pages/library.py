"""The policy library as people search it, read it and put policies into it."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from services.policy.domain.library import MOST_FILE_BYTES, allow_compilers, in_force
from services.policy.domain.state import Policy
from services.policy.pages.desk import Counter, may_compile
from services.policy.store import Brochures, Library
from services.policy.store.desk import state_of
from services.policy.store.library import keep_pdf
from shared.clock import shanghai_date
from shared.events import PolicyAmended, PolicyEvent, PolicyListed, PolicyRepealed
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import PolicyLevel, PolicyTopic
from shared.web.forms import data_of
from shared.web.requests import TooLarge

_FORMS: Final[Mapping[str, type[PolicyEvent]]] = {
    "add": PolicyListed,
    "amend": PolicyAmended,
    "repeal": PolicyRepealed,
}


def one_of(words: Any, text: str) -> str:  # noqa: ANN401  (a class of words)
    """Return a filter's word if it is one; a stale address shows everything."""
    return text if text in {word.value for word in words} else ""


class LibraryPages:
    """The library's pages as they stand for a caller."""

    def __init__(self, counter: Counter) -> None:
        """Take where forms are handed in."""
        self._counter = counter

    async def search(
        self, request: Request, caller: Caller, *, trouble: Refused | None = None, filled: Mapping[str, Any] = {}
    ) -> Response:
        """Show what the filter finds; after a refusal the form as it was filled in."""
        asked = request.query_params
        level, topic = one_of(PolicyLevel, asked.get("level", "")), one_of(PolicyTopic, asked.get("topic", ""))
        today = shanghai_date(self._counter.now())
        day = today if asked.get("in_force") else None
        async with self._counter.database.reading() as session:
            rows = await Library(session).search(words=asked.get("q", ""), level=level, topic=topic, in_force_on=day)
        return await self._counter.show(
            request,
            "library.html",
            trouble=trouble,
            at="add" if trouble else "",
            policies=[(row, in_force(state_of(Policy, row), today)) for row in rows],
            q=asked.get("q", ""),
            level=level,
            topic=topic,
            only_in_force=day is not None,
            compiles=may_compile(caller),
            filled=filled,
        )

    async def entry(self, request: Request, caller: Caller, slug: str, *, trouble: Refused | None = None) -> Response:
        """Show one policy with its text, and the brochures it is printed in."""
        registry = await self._counter.campaign()
        async with self._counter.database.reading() as session:
            policy = await Library(session).policy(slug)
            facts = await Brochures(session).facts(registry.plan.campaign) if registry else {}
        return await self._counter.show(
            request,
            "policy.html",
            trouble=trouble,
            policy=policy,
            entry={name: value for name, value in policy.model_dump(mode="json").items() if value is not None},
            holds=in_force(state_of(Policy, policy), shanghai_date(self._counter.now())),
            brochures=[(code, fact) for code, fact in facts.items() if slug in fact.policies],
            compiles=may_compile(caller),
        )

    async def record(self, caller: Caller, kind: type[PolicyEvent], form: FormData) -> str:
        """Post what a form says and return the policy it is about; a PDF that comes along is kept first."""
        data = data_of(kind, form)
        data.setdefault("policy", f"policy-{uuid.uuid4().hex[:12]}")
        if kind is not PolicyRepealed and (file := await self._file(caller, form)) is not None:
            data["file"] = file
        await self._counter.submit(caller, kind, data, str(form.get("event_id", "")))
        return str(data["policy"])

    async def _file(self, caller: Caller, form: FormData) -> dict[str, str] | None:
        upload = form.get("upload")
        if not isinstance(upload, UploadFile) or not upload.filename:
            kept = str(form.get("file.sha256", "")), str(form.get("file.name", ""))
            return {"sha256": kept[0], "name": kept[1]} if all(kept) else None
        allow_compilers(caller)
        content = await upload.read(MOST_FILE_BYTES + 1)
        if len(content) > MOST_FILE_BYTES:
            raise TooLarge(limit=MOST_FILE_BYTES)
        clock = self._counter.spine.clock
        digest = await keep_pdf(self._counter.database, clock, content, caller.unit)
        return {"sha256": digest, "name": upload.filename[:200]}

    async def file(self, slug: str) -> Response:
        """Answer with a policy's PDF."""
        async with self._counter.database.reading() as session:
            policy = await Library(session).policy(slug)
            if policy.file_sha256 is None:
                return Response(status_code=404)
            file = await Library(session).file(policy.file_sha256)
        name = quote(policy.file_name or f"{policy.policy}.pdf")
        headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}", "X-Content-Type-Options": "nosniff"}
        return Response(file.content, media_type=file.media_type, headers=headers)


def routes(counter: Counter) -> APIRouter:
    """Return the routes."""
    router, pages = APIRouter(include_in_schema=False, prefix="/library"), LibraryPages(counter)
    visitor = counter.pages.needs_login()

    @router.get("")
    async def search(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.search(request, caller)

    @router.get("/{policy}/file.pdf")
    async def file(policy: str, _: Annotated[Caller, visitor]) -> Response:
        return await pages.file(policy)

    @router.get("/{policy}")
    async def entry(request: Request, policy: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.entry(request, caller, policy)

    @router.post("/{form}")
    async def record(request: Request, form: str, caller: Annotated[Caller, visitor]) -> Response:
        kind = _FORMS.get(form)
        if kind is None:
            return Response(status_code=404)
        filled = await request.form()
        try:
            policy = await pages.record(caller, kind, filled)
        except Refused as refusal:
            if kind is PolicyListed:
                return await pages.search(request, caller, trouble=refusal, filled=data_of(kind, filled))
            return await pages.entry(request, caller, str(filled.get("policy", "")), trouble=refusal)
        return RedirectResponse(f"/library/{policy}", status_code=303)

    return router
