"""What a department still has to follow up: deferred and forwarded applications, and the forms that record it."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.ledger import Asked, Line
from services.approvals.domain.lights import State
from services.approvals.store.ledger import Ledger
from shared.clock import SHANGHAI, shanghai_date
from shared.database import Database
from shared.events import DeferralMadeGood, DeferralRevoked, FollowUpEvent, ForwardReceived, ForwardResolved
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import ForwardResult, Role
from shared.web import Pages
from shared.web.forms import EMPTY, data_of

OPEN: Final = (State.OVERDUE, State.DEFERRED, State.PARTLY, State.FORWARDED, State.RECEIVED)
DONE: Final = (State.MADE_GOOD, State.REVOKED, State.GRANTED, State.REFUSED)
_FORMS: Final[Mapping[str, type[FollowUpEvent]]] = {
    "made-good": DeferralMadeGood,
    "revoked": DeferralRevoked,
    "received": ForwardReceived,
    "resolved": ForwardResolved,
}


def of_whom(caller: Caller, unit: str) -> str | None:
    """Return whose items to show: a department's own; everybody else sees all, or those of the unit asked for."""
    return caller.unit if caller.role is Role.DEPARTMENT else unit or None


class FollowUpPage:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def _lines(self, database: Database, caller: Caller, unit: str) -> tuple[Sequence[Line], Sequence[Line]]:
        today = shanghai_date(self._spine.clock.now())
        async with database.reading() as session:
            store = Ledger(session, self._plans)
            for campaign in (await store.campaigns())[:1]:
                registry = await store.planned(campaign)
                whose = of_whom(caller, unit)
                asked = Asked(campaign, today, unit=whose, states=OPEN)
                done = Asked(campaign, today, unit=whose, states=DONE)
                return (
                    await store.lines(registry, asked, sort="light", limit=200),
                    await store.lines(registry, done, sort="-deadline", limit=50),
                )
        return (), ()

    async def show(
        self,
        request: Request,
        caller: Caller,
        *,
        unit: str = "",
        trouble: Refused | None = None,
        filled: FormData = EMPTY,
    ) -> Response:
        """Show what is to be followed up; after a refusal, what was wrong and filled in, at the item it was about."""
        at = str(filled.get("subject", ""))
        lines, done = await self._lines(self._spine.database, caller, unit)
        return await self._pages.show(
            request,
            "followup.html",
            status=trouble.status if trouble else 200,
            lines=lines,
            done=done,
            mine=caller.unit_name,
            problem=trouble.problem() if trouble else None,
            at=at if any(line.subject == at for line in lines) else "",
            filled=filled,
            now=self._spine.clock.now().astimezone(SHANGHAI),
            results=[*ForwardResult],
            new_id=lambda: f"form-{uuid.uuid4().hex}",
        )


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False), FollowUpPage(spine, pages)
    visitor = pages.needs_login()

    @router.get("/followup")
    async def followup(request: Request, caller: Annotated[Caller, visitor], unit: str = "") -> Response:
        return await page.show(request, caller, unit=unit)

    @router.post("/followup/{form}")
    async def record(request: Request, form: str, caller: Annotated[Caller, visitor]) -> Response:
        kind, filled = _FORMS.get(form), await request.form()
        if kind is None or spine.front is None:
            return Response(status_code=404)
        subject = str(filled.get("subject", ""))
        try:
            await spine.front.submit(caller, kind.type, data_of(kind, filled), str(filled.get("event_id", "")))
        except Refused as refusal:
            return await page.show(request, caller, trouble=refusal, filled=filled)
        return RedirectResponse(f"/applications/{subject}", status_code=303)

    return router
