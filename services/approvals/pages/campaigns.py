"""A new campaign: from the notice's template or with the roles of an earlier one, planned in one go (rows 1, 11)."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from services.approvals.domain.clone import clone
from services.approvals.pages.sessions import new_id
from services.approvals.pages.trial import post_once
from services.approvals.store.briefing import Briefings
from services.approvals.store.ledger import NoSuchCampaign
from shared.events import CampaignPlanned
from shared.identifiers import Slug
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused, invalid
from shared.spine import Spine
from shared.vocabulary import Level, Role
from shared.web import Pages

_SLUG: Final[TypeAdapter[str]] = TypeAdapter(Slug)
TEMPLATES: Final = Path(__file__).parents[1] / "campaigns"


def templates() -> list[str]:
    """Name the templates that come with the system."""
    return sorted(path.stem for path in TEMPLATES.glob("*.json"))


def from_template(name: str, campaign: str, title: str) -> CampaignPlanned:
    """Return a campaign made from one of the system's templates."""
    if name not in templates():
        raise NoSuchCampaign(campaign=name[:128])
    made = CampaignPlanned.model_validate_json((TEMPLATES / f"{name}.json").read_text("utf-8"))
    return clone(made, campaign, title).model_copy(update={"cloned_from": None})


class CampaignPage:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def show(
        self, request: Request, caller: Caller, *, trouble: Refused | None = None, filled: dict[str, str] | None = None
    ) -> Response:
        """Show what a campaign can be made from; after a refusal, what was wrong."""
        async with self._spine.database.reading() as session:
            campaigns = await Briefings(session, self._plans, self._spine.clock.now()).campaigns()
        return await self._pages.show(
            request,
            "campaign_new.html",
            status=trouble.status if trouble else 200,
            campaigns=campaigns,
            templates=templates(),
            drc=caller.role is Role.DRC and caller.level is Level.CITY,
            problem=trouble.problem() if trouble else None,
            filled=filled or {},
            new_id=new_id,
        )

    async def plan(self, model: str, campaign: str, title: str) -> dict[str, Any]:
        """Return the data of a new campaign made from a template or an earlier campaign."""
        kind, _, name = model.partition(":")
        try:
            _SLUG.validate_python(campaign)
        except ValidationError as error:
            raise invalid(error, "data.campaign") from None
        if kind == "template":
            made = from_template(name, campaign, title)
        else:
            async with self._spine.database.reading() as session:
                registry = await Briefings(session, self._plans, self._spine.clock.now()).registry(name)
            if registry is None:
                raise NoSuchCampaign(campaign=name[:128])
            made = clone(registry.plan, campaign, title)
        data: dict[str, Any] = json.loads(made.model_dump_json(exclude_none=True))
        return data


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False), CampaignPage(spine, pages)
    visitor = pages.needs_login()

    @router.get("/campaigns/new")
    async def new(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await page.show(request, caller)

    @router.post("/campaigns/new")
    async def create(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        filled = {name: str(form.get(name, "")).strip() for name in ("model", "campaign", "title", "event_id")}
        try:
            data = await page.plan(filled["model"], filled["campaign"], filled["title"])
            await post_once(spine, caller, (CampaignPlanned, data), filled["event_id"] or new_id())
        except Refused as refusal:
            return await page.show(request, caller, trouble=refusal, filled=filled)
        return RedirectResponse(f"/?campaign={filled['campaign']}", status_code=303)

    return router
