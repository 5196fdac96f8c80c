"""Deliveries: what is on its way to whom, every attempt, and a button that sends again (rows 65, 66)."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

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
from shared.web.pages import address
from shared.web.quarantine import operates

STATES: Final = {
    "failed": ("red", "送达失败", "failed"),
    "unknown": ("yellow", "是否送达不明", "in doubt"),
    "queued": ("yellow", "待送", "queued"),
    "sending": ("yellow", "正在送", "under way"),
    "delivered": ("green", "已送达", "delivered"),
}
"""Each state's light and label, the most urgent first."""
_LINES: Final = 25
OUTCOMES: Final = {
    "under_way": ("进行中", "under way"),
    "delivered": ("已送达", "delivered"),
    "put_off": ("暂未送达，将重试", "put off"),
    "given_up": ("未送达，不再重试", "given up"),
    "refused": ("被拒收", "refused"),
    "unknown": ("是否送达不明", "in doubt"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deliveries somebody wants to see."""

    session: str | None = None
    state: str | None = None
    page: int = 1


class Deliveries:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages

    async def show(self, request: Request, caller: Caller, asked: Asked, trouble: Refused | None = None) -> Response:
        """Show deliveries, those a person must see to first."""
        async with self._spine.database.reading() as reading:
            store = Store(reading)
            counts = await store.delivery_counts(asked.session)
            total = counts[asked.state] if asked.state else counts.total()
            pages = max(-(-total // _LINES), 1)
            page = min(max(asked.page, 1), pages)
            found = await store.deliveries_page(
                asked.session, asked.state, list(STATES), limit=_LINES, offset=_LINES * (page - 1)
            )
            editions = await store.editions(sessions={row.session for row, _ in found})
        known = {(one.session, one.revision): one for one in editions}
        return await self._pages.show(
            request,
            "deliveries.html",
            status=trouble.status if trouble else 200,
            rows=[(row, known[row.session, row.revision], log) for row, log in found],
            counts=counts,
            asked=asked,
            page=page,
            pages=pages,
            address=lambda **changes: f"/deliveries{address(request, **changes, resent=None)}",
            states=STATES,
            outcomes=OUTCOMES,
            channels={one.value: one for one in Channel},
            issue=issue,
            may_resend=operates(caller),
            problem=trouble.problem() if trouble else None,
            resent=None if trouble else request.query_params.get("resent"),
            new_id=lambda: f"form-{uuid.uuid4().hex}",
        )


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, shown = APIRouter(include_in_schema=False), Deliveries(spine, pages)
    visitor = pages.needs_login()

    @router.get("/deliveries")
    async def deliveries(
        request: Request, caller: Annotated[Caller, visitor], session: str = "", state: str = "", page: int = 1
    ) -> Response:
        asked = Asked(session or None, state if state in STATES else None, page)
        return await shown.show(request, caller, asked)

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
            return await shown.show(request, caller, Asked(data["session"] or None), refusal)
        there = {name: str(form.get(f"asked_{name}", "")) for name in ("session", "state", "page")}
        there["resent"] = data["recipient"]
        return RedirectResponse(
            "/deliveries?" + urlencode({name: value for name, value in there.items() if value}), status_code=303
        )

    return router
