"""Minutes: every revision kept, the second of two editors warned while typing and shown what to merge (row 41)."""

import difflib
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.forums.domain.gathering import Minutes
from services.forums.domain.minutes import MinutesConflict
from services.forums.pages.forms import Said
from services.forums.pages.gathering import common
from services.forums.pages.rights import Rights
from services.forums.store import Gathering, Gatherings
from shared.events import MinutesRevised
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import ForumItem
from shared.watch import Watch
from shared.web import Pages, live

DRAFT: Final = "\n".join(f"{place}、{item.zh}：" for place, item in zip("一二三四", ForumItem, strict=True))
"""What an editor starts from: the four items of the agenda."""


class MinutesPage:
    """The minutes as they stand for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def read(self, session_id: str) -> tuple[Gathering, list[Minutes]]:
        """Return a forum and its minutes, the newest revision first."""
        async with self._spine.database.reading() as session:
            store = Gatherings(session, self._plans)
            return await store.of(session_id), await store.minutes_of(session_id)

    async def show(
        self,
        request: Request,
        caller: Caller,
        session_id: str,
        *,
        trouble: Refused | None = None,
        form: FormData | None = None,
    ) -> Response:
        """Show text, revisions, and after a conflict what the other editor wrote."""
        one, revisions = await self.read(session_id)
        newest = revisions[0] if revisions else None
        conflict = isinstance(trouble, MinutesConflict) and newest is not None and form is not None
        theirs = newest.text.splitlines() if newest else []
        yours = str(form["text"]).splitlines() if form is not None and "text" in form else []
        return await self._pages.show(
            request,
            "minutes.html",
            status=trouble.status if trouble else 200,
            page="minutes",
            may=Rights(caller, one.session.division),
            problem=trouble.problem() if trouble else None,
            at="minutes" if trouble else "",
            said=Said(form),
            revisions=revisions,
            newest=newest,
            newer=None,
            draft=DRAFT,
            conflict=conflict,
            differences=[line for line in difflib.ndiff(theirs, yours) if not line.startswith("?")] if conflict else [],
            **common(one),
        )

    async def record(self, request: Request, caller: Caller, session_id: str) -> Response:
        """Post a revision and show it, or what stands in its way."""
        form = await request.form()
        data = {name: str(form[name]) for name in ("editor", "note") if str(form.get(name, "")).strip()}
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()
        based_on = str(form.get("based_on", "0"))
        event = {
            **data,
            "session": session_id,
            "text": text,
            "based_on": int(based_on) if based_on.isdecimal() else 0,
            "revised_at": self._spine.clock.now().isoformat(),
        }
        if self._spine.front is None:
            return Response(status_code=404)
        try:
            await self._spine.front.submit(caller, MinutesRevised.type, event, str(form.get("event_id", "")))
        except Refused as refusal:
            return await self.show(request, caller, session_id, trouble=refusal, form=form)
        return RedirectResponse(f"/sessions/{session_id}/minutes", status_code=303)


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/minutes")
    minutes, visitor, watch = MinutesPage(spine, pages), pages.needs_login(), Watch(spine.database)

    @router.get("")
    async def show(request: Request, session_id: str, caller: Annotated[Caller, visitor]) -> Response:
        return await minutes.show(request, caller, session_id)

    @router.post("")
    async def record(request: Request, session_id: str, caller: Annotated[Caller, visitor]) -> Response:
        return await minutes.record(request, caller, session_id)

    @router.get("/live")
    async def warn(
        request: Request, session_id: str, caller: Annotated[Caller, visitor], based_on: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        async def part() -> str:
            _, revisions = await watch.once(session_id, lambda: minutes.read(session_id))
            newer = revisions[0] if revisions and revisions[0].revision > based_on else None
            return pages.render(request, "minutes_live.html", caller, newer=newer)

        return live.stream(request, caller, part, watch)

    return router
