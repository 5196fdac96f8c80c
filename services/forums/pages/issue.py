"""One issue with its whole history and the steps the caller may take; and the form that records a new one."""

import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.forums.domain.issue_offers import Step, offers
from services.forums.pages.issue_forms import FORMS, Field, data_of
from services.forums.store.issue_dossier import opened
from services.forums.store.issue_ledger import IssueLedger
from services.forums.store.notices import Notices
from shared.campaign import Registry
from shared.clock import SHANGHAI, shanghai_date
from shared.events import IssueRaised, PlannedSession, Unit
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import Level, Role, SessionKind
from shared.web import Pages

_NEW: Final = (
    Field("issue", "编号", "Number"),
    Field("session", "专场", "Session"),
    Field("enterprise", "企业", "Enterprise"),
    Field("topic", "类别", "Topic"),
    Field("text", "困难问题或意见建议", "Difficulty or suggestion", "prose"),
    Field("raised_at", "提出时间", "Raised at", "moment"),
)
TOPICS: Final = ("用地", "用林用草", "环评", "用水", "用能", "融资", "税费", "用工", "物流交通", "政务服务", "其他")


@dataclass(frozen=True)
class Trouble:
    """What was refused, of which form, and what had been filled in there."""

    problem: dict[str, Any]
    status: int
    step: Step | None = None
    filled: FormData = field(default_factory=FormData)


def units_for(registry: Registry, session: str) -> list[Unit]:
    """List the units that may have to do with a session's issues, in the order of precedence."""
    division = session.rpartition("-")[2]
    mine = [one for one in registry.plan.units if one.level is Level.CITY or one.division == division]
    return sorted(mine, key=lambda one: (one.level is Level.BANNER, one.precedence))


def _records(caller: Caller, session: PlannedSession) -> bool:
    """Tell whether somebody may record issues of a session; a banner those of its own."""
    return session.kind is SessionKind.BANNER and (
        caller.role is not Role.BANNER or session.division == caller.division
    )


class IssuePages:
    """The pages as they stand for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def show(
        self, request: Request, caller: Caller, session: str, issue: str, trouble: Trouble | None = None
    ) -> Response:
        """Show an issue; after a refusal, what was wrong, in the form it was about."""
        now = self._spine.clock.now()
        async with self._spine.database.reading() as database:
            found = await opened(database, self._plans, session, issue, now)
            notices = await Notices(database, self._plans).of_issue(session, issue, shanghai_date(now))
        unseen = any(one.unit == caller.unit and one.seen_at is None for one in notices)
        steps = offers(found.issue, caller, found.registry, unseen=unseen)
        if trouble is not None and trouble.step is not None and trouble.step not in steps:
            trouble = Trouble(trouble.problem, trouble.status)
        return await self._pages.show(
            request,
            "issue.html",
            status=trouble.status if trouble else 200,
            line=found.dossier.line,
            history=found.dossier.history,
            notices=notices,
            issue=found.issue,
            team_said=found.team_said,
            photos=found.photos,
            suggested=found.suggested,
            steps=[(step, FORMS[step]) for step in steps],
            units=units_for(found.registry, session),
            mine=caller.unit,
            trouble=trouble,
            now=now.astimezone(SHANGHAI),
            new_id=lambda: f"form-{uuid.uuid4().hex}",
        )

    async def new(self, request: Request, caller: Caller, chosen: str, trouble: Trouble | None = None) -> Response:
        """Show the form that records an issue of a session, or the sessions to choose from."""
        async with self._spine.database.reading() as database:
            ledger = IssueLedger(database, self._plans)
            campaigns = (await ledger.campaigns())[:1]
            planned = (await ledger.planned(campaigns[0])).plan.sessions if campaigns else ()
            mine = [one for one in planned if _records(caller, one)]
            session = next((one for one in mine if one.session == chosen), mine[0] if len(mine) == 1 else None)
            number = await ledger.next_number(session.session) if session else ""
        return await self._pages.show(
            request,
            "issue_new.html",
            status=trouble.status if trouble else 200,
            sessions=sorted(mine, key=lambda one: one.position),
            session=session,
            number=number,
            topics=TOPICS,
            trouble=trouble,
            now=self._spine.clock.now().astimezone(SHANGHAI),
            event_id=f"form-{uuid.uuid4().hex}",
        )

    async def record(self, caller: Caller, filled: FormData) -> str:
        """Record a new issue; return its address."""
        assert self._spine.front is not None  # noqa: S101  (events are posted to this service)
        event_id = str(filled.get("event_id", ""))
        data = data_of(_NEW, filled)
        await self._spine.front.submit(caller, IssueRaised.type, data, event_id)
        return f"/issues/{data['session']}/{data['issue']}"

    async def take(self, caller: Caller, session: str, issue: str, step: Step, filled: FormData) -> None:
        """Take a step, as if the caller's system had posted it."""
        assert self._spine.front is not None  # noqa: S101  (likewise)
        form = FORMS[step]
        data = {"session": session, "issue": issue} | data_of(form.fields, filled)
        await self._spine.front.submit(caller, form.event.type, data, str(filled.get("event_id", "")))


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False), IssuePages(spine, pages)
    visitor = pages.needs_login()

    @router.get("/issues/new")
    async def new(request: Request, caller: Annotated[Caller, visitor], session: str = "") -> Response:
        return await page.new(request, caller, session)

    @router.post("/issues/new")
    async def record(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        filled = await request.form()
        try:
            address = await page.record(caller, filled)
        except Refused as refusal:
            trouble = Trouble(refusal.problem(), refusal.status, filled=filled)
            return await page.new(request, caller, str(filled.get("session", "")), trouble)
        return RedirectResponse(address, status_code=303)

    @router.get("/issues/{session}/{issue}")
    async def issue(request: Request, session: str, issue: str, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, caller, session, issue)

    @router.post("/issues/{session}/{issue}/{step}")
    async def take(
        request: Request, session: str, issue: str, step: Step, caller: Annotated[Caller, visitor]
    ) -> Response:
        filled = await request.form()
        try:
            await page.take(caller, session, issue, step, filled)
        except Refused as refusal:
            trouble = Trouble(refusal.problem(), refusal.status, step, filled)
            return await page.show(request, caller, session, issue, trouble)
        return RedirectResponse(f"/issues/{session}/{issue}", status_code=303)

    return router
