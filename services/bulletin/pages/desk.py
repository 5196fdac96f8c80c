"""The editors' desk: what each closed session's bulletin would say, who owes what, and draft, review and sign-off."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.bulletin.domain import signoff
from services.bulletin.domain.edition import Edition
from services.bulletin.domain.refusals import NotClosed, NothingToCorrect
from services.bulletin.issuing import Printer
from services.bulletin.pages.reading import article
from services.bulletin.pages.standing import Outstanding, outlook, outstanding
from services.bulletin.pdf.faces import Faces
from services.bulletin.store import Store
from shared.campaign import NotAllowed
from shared.clock import SHANGHAI
from shared.events import BulletinDrafted, BulletinReviewed, BulletinSignedOff, Event
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import Level, Role
from shared.web import Pages
from shared.web.forms import EMPTY

_STEPS: Final[Mapping[str, type[Event]]] = {
    "draft": BulletinDrafted,
    "review": BulletinReviewed,
    "sign": BulletinSignedOff,
}


def editors_only(caller: Caller) -> None:
    """Refuse everybody but the city DRC: what is not issued is nobody else's to read."""
    if caller.role is not Role.DRC or caller.level is not Level.CITY:
        who, who_en = "市发展和改革委员会", "the city DRC"
        raise NotAllowed(unit=caller.unit_name, role=caller.role, who=who, who_en=who_en)


def data_of(step: str, session: str, form: FormData, now: datetime) -> dict[str, Any]:
    """Return an event's data as a form says it; a review or a sign-off happens when it is sent."""
    data: dict[str, Any] = {"session": session}
    if step == "draft":
        return data
    official = {name: str(form.get(name, "")).strip() for name in ("name", "post")}
    data["draft"] = str(form.get("draft", ""))
    if step == "sign":
        return data | {"signed_by": official, "signed_at": now.isoformat()}
    remarks = str(form.get("remarks", "")).strip()
    passed = {"passed": form.get("passed") != "no", "reviewed_by": official, "reviewed_at": now.isoformat()}
    return data | passed | ({"remarks": remarks} if remarks else {})


class Desk:
    """The desk as it stands now."""

    def __init__(self, spine: Spine, pages: Pages, printer: Printer, faces: Faces) -> None:
        """Take the service, its pages, its printer and what that prints with."""
        self._spine = spine
        self._pages = pages
        self._printer = printer
        self._faces = faces

    async def index(self, request: Request) -> Response:
        """Show every closed session, and the typefaces in use."""
        async with self._spine.database.reading() as session:
            found = await outstanding(Store(session), self._spine.clock.now())
        faces = await self._faces.listed()
        return await self._pages.show(request, "desk.html", sessions=found, faces=faces, folder=self._faces.folder)

    async def _standing(self, name: str) -> tuple[Outstanding, Edition, list[signoff.Draft]]:
        """Return how a session stands, what is to be read of it, and its drafts: a draft is read as it was put up."""
        async with self._spine.database.reading() as session:
            store = Store(session)
            closing, plan = await store.closing(name), await store.plan_of(name.rpartition("-")[0])
            if closing is None or plan is None:
                raise NotClosed(session=name)
            one = await outlook(store, closing, plan, self._spine.clock.now())
            drafts = await store.drafts_of(name)
            if one.draft is None:
                return one, one.edition.model_copy(update={"draft": len(drafts) + 1}), drafts
            read = await store.outlook(closing, plan, one.draft.drafted_at, dict(one.draft.cutoff))
        edition = signoff.stamped(read.edition, one.draft.sign_off, wanted=False)
        return one, edition.model_copy(update={"draft": one.draft.draft}), drafts

    async def one(
        self, request: Request, name: str, *, trouble: Refused | None = None, filled: FormData = EMPTY
    ) -> Response:
        """Show one session's draft; after a refusal, what was wrong and what had been filled in."""
        one, edition, drafts = await self._standing(name)
        return await self._pages.show(
            request,
            "draft.html",
            status=trouble.status if trouble else 200,
            one=one,
            drafts=drafts,
            problem=trouble.problem() if trouble else None,
            filled=filled,
            now=self._spine.clock.now().astimezone(SHANGHAI),
            new_id=lambda: f"form-{uuid.uuid4().hex}",
            **article(edition),
        )

    async def pdf(self, name: str) -> Response:
        """Print the draft as it would be read on paper, marked as a draft on every page."""
        one, edition, _ = await self._standing(name)
        if not one.says_something:
            raise NothingToCorrect(session=edition.session_name)
        pdf = await self._printer.render(edition, signs=True)
        headers = {"Content-Disposition": f'inline; filename="draft-{name}.pdf"', "Cache-Control": "no-store"}
        return Response(pdf, media_type="application/pdf", headers=headers)

    async def take(self, request: Request, caller: Caller, name: str, step: str) -> Response:
        """Take a step, as if the DRC's system had posted it."""
        kind, form = _STEPS.get(step), await request.form()
        if kind is None or self._spine.front is None:
            return Response(status_code=404)
        data = data_of(step, name, form, self._spine.clock.now())
        try:
            await self._spine.front.submit(caller, kind.type, data, str(form.get("event_id", "")))
        except Refused as refusal:
            return await self.one(request, name, trouble=refusal, filled=form)
        return RedirectResponse(f"/desk/{name}", status_code=303)


def routes(spine: Spine, pages: Pages, printer: Printer, faces: Faces) -> APIRouter:
    """Return the routes."""
    router, desk = APIRouter(include_in_schema=False), Desk(spine, pages, printer, faces)
    visitor = pages.needs_login()

    @router.get("/desk")
    async def index(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        editors_only(caller)
        return await desk.index(request)

    @router.get("/desk/{name}.pdf")
    async def pdf(name: str, caller: Annotated[Caller, visitor]) -> Response:
        editors_only(caller)
        return await desk.pdf(name)

    @router.get("/desk/{name}")
    async def one(request: Request, name: str, caller: Annotated[Caller, visitor]) -> Response:
        editors_only(caller)
        return await desk.one(request, name)

    @router.post("/desk/{name}/{step}")
    async def take(request: Request, name: str, step: str, caller: Annotated[Caller, visitor]) -> Response:
        editors_only(caller)
        return await desk.take(request, caller, name, step)

    return router
