"""What the caller's unit was told of issues: read, opened and acknowledged (签收), with a phone or at a desk."""

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.forums.store.notices import Notices
from shared.clock import shanghai_date
from shared.events import IssueAcknowledged
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.web import Pages
from shared.web.pages import address

_LINES: Final = 50


class NoticePages:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def show(
        self, request: Request, caller: Caller, page: int, trouble: Refused | None = None, name: str = ""
    ) -> Response:
        """Show what the unit was told, what is new first; after a refusal, what was wrong."""
        async with self._spine.database.reading() as session:
            notices = Notices(session, self._plans)
            today = shanghai_date(self._spine.clock.now())
            found = await notices.of_unit(caller.unit, today, limit=_LINES, offset=_LINES * (page - 1))
            total, unseen = await notices.count(caller.unit), await notices.unseen(caller.unit)
        return await self._pages.show(
            request,
            "issue_notices.html",
            status=trouble.status if trouble else 200,
            notices=found,
            total=total,
            unseen=unseen,
            page=page,
            pages=max(-(-total // _LINES), 1),
            address=lambda **changes: address(request, **changes),
            problem=trouble.problem() if trouble else None,
            name=name,
            event_id=f"form-{uuid.uuid4().hex}",
        )

    async def acknowledge(self, caller: Caller, form: FormData) -> None:
        """Record that the unit has seen what it was told of the issues chosen, as if its system had posted it."""
        assert self._spine.front is not None  # noqa: S101  (events are posted to this service)
        said = {
            "acknowledged_by": str(form.get("acknowledged_by", "")).strip(),
            "acknowledged_at": self._spine.clock.now().isoformat(),
        }
        for chosen in dict.fromkeys(map(str, form.getlist("issue"))):
            session, _, issue = chosen.partition("/")
            data = {"session": session, "issue": issue, **said}
            event_id = f"{form.get('event_id', '')}-{chosen.replace('/', '-')}"
            await self._spine.front.submit(caller, IssueAcknowledged.type, data, event_id)


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, shown = APIRouter(include_in_schema=False), NoticePages(spine, pages)
    visitor = pages.needs_login()

    @router.get("/notices")
    async def notices(request: Request, caller: Annotated[Caller, visitor], page: int = 1) -> Response:
        return await shown.show(request, caller, max(page, 1))

    @router.post("/notices")
    async def acknowledge(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        try:
            await shown.acknowledge(caller, form)
        except Refused as refusal:
            return await shown.show(request, caller, 1, refusal, str(form.get("acknowledged_by", "")))
        return RedirectResponse("/notices", status_code=303)

    return router
