"""The brochures' board, what one was and is, and how a department compiles, looks at and publishes an edition."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.policy import tables
from services.policy.brochures import paper
from services.policy.brochures.board import board
from services.policy.domain.brochures import reference_day
from services.policy.domain.library import Window, in_force
from services.policy.domain.state import Policy
from services.policy.domain.topics import departments, topics_of
from services.policy.pages.desk import Counter, is_city_drc, may_compile
from services.policy.pages.library import one_of
from services.policy.store import Brochures, Library, Store
from services.policy.store.desk import state_of
from shared.campaign import Registry
from shared.clock import shanghai_date
from shared.events import BrochurePublished, Unit
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import PolicyTopic
from shared.web.forms import data_of, flat

_EMPTY: Final[Mapping[str, Any]] = {}


def units_of(registry: Registry, caller: Caller) -> Sequence[Unit]:
    """Return the departments whose brochures the caller may make: the DRC everybody's, a department its own."""
    seventeen = departments(registry.plan.units)
    return seventeen if is_city_drc(caller) else [unit for unit in seventeen if unit.code == caller.unit]


class BrochurePages:
    """The pages as they stand for a caller."""

    def __init__(self, counter: Counter, public: str) -> None:
        """Take where forms are handed in, and the address in front of a brochure's code."""
        self._counter = counter
        self._public = public

    async def board(self, request: Request, caller: Caller, campaign: str) -> Response:
        """Show what each of the 17 departments has made, and name those who owe it."""
        registry = await self._counter.campaign(campaign)
        rows = []
        if registry is not None:
            async with self._counter.database.reading() as session:
                rows = await board(session, registry.plan.campaign, self._counter.spine.clock.now())
        return await self._counter.show(
            request,
            "brochures.html",
            registry=registry,
            departments=rows,
            missing=[row.name for row in rows if not row.brochures],
            scans=sum(one.scans for row in rows for one in row.brochures),
            mine={unit.code for unit in units_of(registry, caller)} if registry and may_compile(caller) else set(),
        )

    async def brochure(self, request: Request, caller: Caller, code: str) -> Response:
        """Show a brochure's editions with their files and its code."""
        async with self._counter.database.reading() as session:
            brochures = Brochures(session)
            brochure = await brochures.brochure(code)
            editions, prints = await brochures.editions(code), await brochures.prints([code])
            scans = (await brochures.scans([code])).get(code, 0)
        address = paper.address_of(self._public, code)
        return await self._counter.show(
            request,
            "brochure.html",
            brochure=brochure,
            editions=[(one, prints.get((code, one.edition))) for one in editions],
            scans=scans,
            address=address,
            drawn=paper.qr(address),
            revises=may_compile(caller) and (is_city_drc(caller) or brochure.department == caller.unit),
        )

    async def compile(
        self, request: Request, caller: Caller, filled: Mapping[str, Any] = _EMPTY, trouble: Refused | None = None
    ) -> Response:
        """Show what a department may put into its brochure, and why not the rest."""
        registry = await self._counter.campaign(str(filled.get("campaign", "")))
        units = units_of(registry, caller) if registry is not None and may_compile(caller) else []
        if registry is None or not units:
            return await self._counter.show(request, "compile.html", registry=None, units=())
        unit = next((one for one in units if one.code == filled.get("department")), units[0])
        topic = one_of(PolicyTopic, str(filled.get("topic", ""))) or min(topics_of(unit.bureau)).value
        async with self._counter.database.reading() as session:
            before = await Brochures(session).of_department(registry.plan.campaign, unit.code, topic)
            facts = await Brochures(session).facts(registry.plan.campaign) if before else {}
            rows = await Library(session).search(topic=topic)
            window = await self._window(Store(session), registry)
        fact = facts.get(before.code) if before else None
        shown = dict(filled) if "title" in filled else (fact.model_dump(mode="json") if fact else {})
        today = shanghai_date(self._counter.now())
        return await self._counter.show(
            request,
            "compile.html",
            trouble=trouble,
            registry=registry,
            units=units,
            unit=unit,
            topic=topic,
            covered=sorted(topics_of(unit.bureau)),
            before=before,
            filled=shown,
            choices=[(row, _fits(row, window, today)) for row in rows],
            window=window,
        )

    async def _window(self, store: Store, registry: Registry) -> Window:
        names = {one.session for one in registry.plan.sessions}
        days = [shanghai_date(day.starts_at) for day in await store.days() if day.starts_at and day.session in names]
        today = shanghai_date(self._counter.now())
        return Window.before(reference_day(days, today), registry.plan.switches.policy_years)

    def data(self, form: FormData) -> dict[str, Any]:
        """Return what the form says; its policies may come from boxes and in an order of their own."""
        data = data_of(BrochurePublished, form)
        moment = form.get("published_at") or self._counter.now().isoformat(timespec="seconds")
        return data | {"published_at": str(moment)}

    async def preview(self, request: Request, caller: Caller, data: Mapping[str, Any]) -> Response:
        """Show the edition as it would be published; nothing has happened yet."""
        fact, *_ = await self._counter.tried(caller, BrochurePublished, data)
        assert isinstance(fact, BrochurePublished)  # noqa: S101  (the rule's first fact)
        return await self._counter.show(
            request, "preview.html", fact=fact, levels_in_it=paper.by_level(fact.contents), fields=flat(data)
        )

    async def publish(self, caller: Caller, data: Mapping[str, Any], event_id: str) -> str:
        """Publish, and return the brochure's code."""
        await self._counter.submit(caller, BrochurePublished, data, event_id)
        async with self._counter.database.reading() as session:
            names = (str(data["campaign"]), str(data["department"]), str(data["topic"]))
            brochure = await Brochures(session).of_department(*names)
        return brochure.code if brochure else ""


def _fits(row: tables.Policy, window: Window, today: Any) -> str:  # noqa: ANN401  (a date)
    """Return why a policy cannot be in the brochure: "old", "ended", or nothing."""
    if row.issued_on < window.first:
        return "old"
    return "" if in_force(state_of(Policy, row), today) else "ended"


def routes(counter: Counter, public: str) -> APIRouter:
    """Return the routes."""
    router, pages = APIRouter(include_in_schema=False, prefix="/brochures"), BrochurePages(counter, public)
    visitor = counter.pages.needs_login()

    @router.get("")
    async def completeness(request: Request, caller: Annotated[Caller, visitor], campaign: str = "") -> Response:
        return await pages.board(request, caller, campaign)

    @router.get("/compile")
    async def compile_(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.compile(request, caller, request.query_params)

    @router.get("/{code}")
    async def brochure(request: Request, code: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.brochure(request, caller, code)

    @router.post("/{step}")
    async def record(request: Request, step: str, caller: Annotated[Caller, visitor]) -> Response:
        form = await request.form()
        data = pages.data(form)
        try:
            if step == "preview":
                return await pages.preview(request, caller, data)
            if step == "publish":
                code = await pages.publish(caller, data, str(form.get("event_id", "")))
                return RedirectResponse(f"/brochures/{code}", status_code=303)
        except Refused as refusal:
            return await pages.compile(request, caller, data, refusal)
        return await pages.compile(request, caller, data)

    return router
