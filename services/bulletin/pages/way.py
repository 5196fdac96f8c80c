"""/way: one event's whole way on one page, from the POST to the PDF and its recipients (rows 83, 84)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.bulletin.domain.board import Service
from services.bulletin.domain.trail import Actor, actor_of
from services.bulletin.pages.audit import Names, names
from services.bulletin.store import Store
from services.bulletin.store.console import Arrived, Console
from services.bulletin.tables import AttemptRow, DeliveryRow
from shared.database import Database
from shared.envelope import Fact
from shared.feeding import may_see
from shared.posted import Caller
from shared.vocabulary import Channel
from shared.web import Pages


@dataclass(frozen=True, slots=True)
class Carried:
    """The first edition that a fact is in, and its deliveries with their attempts."""

    session: str
    edition: Mapping[str, Any]
    deliveries: tuple[tuple[DeliveryRow, tuple[AttemptRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One fact's way."""

    fact: Fact
    actor: Actor
    service: str
    received_at: datetime
    carried: Carried | None


async def _carried(store: Store, console: Console, fact: Fact) -> Carried | None:
    if fact.session is None or fact.source.endswith("/bulletin"):
        return None
    editions = await console.carried_by(fact)
    edition = next((one for one in editions if (one["reached"] or 0) >= fact.sequence), None)
    if edition is None:
        return None
    sent = await store.deliveries_of(fact.session, edition["revision"])
    return Carried(fact.session, edition, tuple((row, tuple(attempts)) for row, attempts in sent))


async def ways(database: Database, caller: Caller, wanted: str) -> tuple[Sequence[Way], Names]:
    """Return the ways of all facts that an id stands for and a caller may see."""
    async with database.reading() as session:
        store, console = Store(session), Console(session)
        named = await names(store)
        found: list[Arrived] = await console.way(wanted)
        seen = [one for one in found if may_see(caller, one.fact)]
        return [
            Way(
                fact=one.fact,
                actor=actor_of(one.fact.actor, named.units),
                service=one.fact.source.rpartition("/")[2],
                received_at=one.received_at,
                carried=await _carried(store, console, one.fact),
            )
            for one in seen
        ], named


def routes(database: Database, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, visitor = APIRouter(include_in_schema=False), pages.needs_login()

    @router.get("/way")
    async def way(request: Request, caller: Annotated[Caller, visitor], id: str = "") -> Response:  # noqa: A002
        wanted = id.strip()[:400]
        found, named = await ways(database, caller, wanted) if wanted else ([], Names({}, {}))
        return await pages.show(
            request,
            "way.html",
            wanted=wanted,
            ways_found=found,
            named=named,
            service_of=Service,
            channels={one.value: one for one in Channel},
        )

    return router
