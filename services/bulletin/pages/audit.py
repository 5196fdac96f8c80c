"""/audit: every change on record, who, what, when, old and new; machines and people alike (row 87)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.bulletin.domain.trail import Entry, actor_of, before, changes
from services.bulletin.store import Store
from services.bulletin.store.console import LOOKED_THROUGH, Arrived, Console, Wanted
from shared import reference
from shared.clock import SHANGHAI
from shared.database import Database
from shared.envelope import Fact
from shared.events import EVENTS
from shared.labels import label
from shared.posted import Caller
from shared.web import Pages
from shared.web.quarantine import for_operators

MOST: Final = 25


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called: units by their codes, sessions by their ids, events by their types."""

    units: Mapping[str, str]
    sessions: Mapping[str, str]

    def event(self, kind: str) -> tuple[str, str]:
        """Return an event's names in Chinese and in English."""
        return reference.named(kind)

    def codes(self, name: str) -> tuple[str, ...]:
        """Return what to look for when somebody asks for a unit by a part of its name, or for an operator or a key."""
        found = tuple(f"/units/{code}" for code, known in self.units.items() if name in known)
        return found or (name,)


async def names(store: Store) -> Names:
    """Return the names as the plans heard of give them."""
    plans = await store.plans()
    return Names(
        {unit.code: unit.name for plan in plans for unit in plan.units},
        {
            one.session: f"{one.name} · {plan.campaign}" if len(plans) > 1 else one.name
            for plan in plans
            for one in plan.sessions
        },
    )


def _day(text: str, at: time) -> datetime | None:
    """Return the beginning of a day in Ordos; what is no date does not narrow the search."""
    try:
        return datetime.combine(date.fromisoformat(text), at, SHANGHAI) if text else None
    except ValueError:
        return None


def _cursor(text: str) -> tuple[datetime, str, int] | None:
    moment, _, rest = text.partition("|")
    source, _, sequence = rest.rpartition("|")
    try:
        return (datetime.fromisoformat(moment), source, int(sequence)) if text else None
    except ValueError:
        return None


def entry(arrived: Arrived, history: Sequence[Fact], units: Mapping[str, str]) -> Entry:
    """Return an entry of the trail."""
    fact, actor = arrived.fact, actor_of(arrived.fact.actor, units)
    old = before(fact, history)
    return Entry(
        at=fact.recorded_at or arrived.received_at,
        who=actor.who or "",
        key=actor.key,
        fact=fact,
        changes=changes(old.data if old else None, fact.data, alike=old is None or old.type == fact.type),
        first=old is None,
    )


class Trail:
    """The page as it stands."""

    def __init__(self, database: Database, pages: Pages) -> None:
        """Take where the facts are."""
        self._database = database
        self._pages = pages

    async def show(self, request: Request, asked: Mapping[str, str]) -> Response:
        """Show a page of the trail."""
        until = _day(asked["until"], time.min)
        async with self._database.reading() as session:
            named = await names(Store(session))
            wanted = Wanted(
                session=asked["session"] or None,
                type=asked["type"] or None,
                actors=named.codes(asked["who"]) if asked["who"] else (),
                words=tuple(asked["q"].split()[:8]),
                since=_day(asked["since"], time.min),
                until=until + timedelta(days=1) if until else None,
                before=_cursor(asked["before"]),
            )
            console = Console(session)
            found = await console.trail(wanted, MOST + 1)
            shown = found.entries[:MOST]
            about = await console.about([one.fact.subject for one in shown])
        entries = [entry(one, about.get((one.fact.source, one.fact.subject), ()), named.units) for one in shown]
        last = shown[-1] if len(found.entries) > MOST else None
        cursor = (last.received_at, last.fact.source, last.fact.sequence) if last else found.looked_until
        return await self._pages.show(
            request,
            "audit.html",
            entries=entries,
            asked=asked,
            named=named,
            label=label,
            types=sorted(EVENTS),
            more=self._more(asked, cursor) if cursor else None,
            looked_until=found.looked_until,
            looked_through=LOOKED_THROUGH,
        )

    def _more(self, asked: Mapping[str, str], last: tuple[datetime, str, int]) -> str:
        cursor = f"{last[0].isoformat()}|{last[1]}|{last[2]}"
        return "/audit?" + urlencode({**{name: value for name, value in asked.items() if value}, "before": cursor})


def routes(database: Database, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, trail = APIRouter(include_in_schema=False), Trail(database, pages)
    visitor: Any = pages.needs_login()

    @router.get("/audit")
    async def audit(  # noqa: PLR0913, PLR0917  (what may be asked for)
        request: Request,
        caller: Annotated[Caller, visitor],
        session: str = "",
        type: str = "",  # noqa: A002  (the CloudEvents attribute)
        who: str = "",
        q: str = "",
        since: str = "",
        until: str = "",
        before: str = "",
    ) -> Response:
        for_operators(caller)
        asked = {"session": session, "type": type, "who": who.strip(), "q": q.strip()}
        return await trail.show(request, asked | {"since": since, "until": until, "before": before})

    return router
