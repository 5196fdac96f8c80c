"""Deliveries: what is on its way to whom, every attempt, and a button that sends again (rows 65, 66)."""

import uuid
from collections import Counter
from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.bulletin.delivery.parcel import issue
from services.bulletin.store import Store
from shared.events import DeliveryResent
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import Channel
from shared.web import Pages
from shared.web.quarantine import operates

STATES: Final = {
    "failed": ("red", "送达失败", "failed"),
    "unknown": ("yellow", "是否送达不明", "in doubt"),
    "queued": ("yellow", "待送", "queued"),
    "sending": ("yellow", "正在送", "under way"),
    "delivered": ("green", "已送达", "delivered"),
}
"""Each state's light and label, the most urgent first."""
OUTCOMES: Final = {
    "under_way": ("进行中", "under way"),
    "delivered": ("已送达", "delivered"),
    "put_off": ("暂未送达，将重试", "put off"),
    "given_up": ("未送达，不再重试", "given up"),
    "refused": ("被拒收", "refused"),
    "unknown": ("是否送达不明", "in doubt"),
}


class Deliveries:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages

    async def show(  # noqa: PLR0913  (what is asked for)
        self,
        request: Request,
        caller: Caller,
        *,
        session: str = "",
        state: str = "",
        trouble: Refused | None = None,
        at: str = "",
    ) -> Response:
        """Show deliveries, those a person must see to first."""
        async with self._spine.database.reading() as reading:
            store = Store(reading)
            rows = await store.deliveries(session or None)
            log = await store.attempts(session or None)
            editions = {(one.session, one.revision): one for one in await store.editions()}
        urgency = {name: place for place, name in enumerate(STATES)}
        shown = [row for row in rows if state in ("", row.state)]
        shown.sort(key=lambda row: (urgency[row.state], editions[row.session, row.revision].issued_at))
        return await self._pages.show(
            request,
            "deliveries.html",
            status=trouble.status if trouble else 200,
            rows=[
                (row, editions[row.session, row.revision], log.get((row.session, row.revision, row.recipient), []))
                for row in shown
            ],
            counts=Counter(row.state for row in rows),
            session=session,
            state=state,
            states=STATES,
            outcomes=OUTCOMES,
            channels={one.value: one for one in Channel},
            most=self._spine.settings.model_dump().get("delivery_attempts"),
            issue=issue,
            may_resend=operates(caller),
            problem=trouble.problem() if trouble else None,
            at=at,
            new_id=lambda: f"form-{uuid.uuid4().hex}",
        )


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False), Deliveries(spine, pages)
    visitor = pages.needs_login()

    @router.get("/deliveries")
    async def deliveries(
        request: Request, caller: Annotated[Caller, visitor], session: str = "", state: str = ""
    ) -> Response:
        return await page.show(request, caller, session=session, state=state if state in STATES else "")

    @router.post("/deliveries/resend")
    async def resend(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        if spine.front is None:
            return Response(status_code=404)
        data = {name: str(form.get(name, "")).strip() for name in ("session", "revision", "recipient", "reason")}
        given = {name: value for name, value in data.items() if value}
        try:
            await spine.front.submit(caller, DeliveryResent.type, given, str(form.get("event_id", "")))
        except Refused as refusal:
            return await page.show(request, caller, trouble=refusal, at=data["recipient"])
        return RedirectResponse("/deliveries", status_code=303)

    return router
