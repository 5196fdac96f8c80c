"""The pages on which a forum is prepared and held; their forms are posted through the intake like any event."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.forums.domain import topics
from services.forums.domain.agenda import MINUTES, ends_at, order_of, timetable
from services.forums.domain.attendance import counts
from services.forums.domain.gathering import of_class, waitlist
from services.forums.domain.invitation import PERSONS, suggest
from services.forums.domain.readiness import points
from services.forums.domain.roster import cap_of
from services.forums.domain.vehicles import CARRIED, unplaced
from services.forums.pages.forms import Said, data_of
from services.forums.pages.rights import Rights
from services.forums.store import Gathering, Gatherings
from shared.clock import SHANGHAI
from shared.events import (
    AgendaSet,
    AttendanceTaken,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    ForumHeld,
    ForumNeedReported,
    ForumNeedWithdrawn,
    ParticipantReplaced,
    ParticipantsConfirmed,
    ParticipantWithdrawn,
    RosterLocked,
    SessionEvent,
    SpeakersListed,
    SpeechStarted,
    VehiclesArranged,
)
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import ForumClass, ForumItem, Level, PolicyTopic, Presence, Rank, SeatPeriod
from shared.web import Pages

PAGES: Final = ("needs", "roster", "attendance", "agenda", "seats", "vehicles")
_FORMS: Final[Mapping[str, tuple[type[SessionEvent], str]]] = {
    "need": (ForumNeedReported, "needs"),
    "need-withdrawn": (ForumNeedWithdrawn, "needs"),
    "invitation": (DepartmentsInvited, "needs"),
    "participants": (ParticipantsConfirmed, "roster"),
    "withdrawn": (ParticipantWithdrawn, "roster"),
    "replaced": (ParticipantReplaced, "roster"),
    "locked": (RosterLocked, "roster"),
    "presence": (AttendanceTaken, "attendance"),
    "agenda-set": (AgendaSet, "agenda"),
    "speakers": (SpeakersListed, "agenda"),
    "speech": (SpeechStarted, "agenda"),
    "staffed": (ConsultationSeatsStaffed, "seats"),
    "consultation": (ConsultationGiven, "seats"),
    "vehicles-arranged": (VehiclesArranged, "vehicles"),
    "held": (ForumHeld, ""),
}
"""Each form, the event it posts and the page it stands on."""
_NOW: Final = ("invited_at", "locked_at", "taken_at", "started_at", "given_at", "held_at")
"""Moments a form need not say: they are when it is sent."""
_TWO_HOURS, _WINDOW = timedelta(hours=2), timedelta(minutes=25)
"""How long a forum is (notice §二(二)2), and what is proposed for the seats before and after it."""


def common(one: Gathering) -> dict[str, Any]:
    """Return what every page of a forum shows."""
    persons = list(one.roster.values())
    return {
        "g": one,
        "points": points(one.prepared),
        "classes": [
            (kind, cap_of(one.registry, kind), of_class(persons, kind), waitlist(persons, kind))
            for kind in (ForumClass.LEADER, ForumClass.CITY, ForumClass.BANNER, ForumClass.ENTERPRISE)
        ],
        "counts": {count.kind: count for count in counts(persons)},
        "new_id": lambda prefix="form": f"{prefix}-{uuid.uuid4().hex[:12]}",
    }


def _needs(one: Gathering) -> dict[str, Any]:
    suggested, left = suggest(one.registry, one.needs)
    return {
        "suggested": {each.unit.code: each for each in suggested},
        "unplaced": left,
        "eighteen": topics.the_eighteen(one.registry.plan.units),
        "invited": {each.unit: each for each in one.prepared.invitation.departments} if one.prepared.invitation else {},
        "most": PERSONS,
        "topics": [*PolicyTopic],
    }


def _roster(one: Gathering) -> dict[str, Any]:
    invited = one.prepared.invitation.departments if one.prepared.invitation else ()
    return {
        "invited_units": [unit for each in invited if (unit := one.registry.unit(each.unit)) is not None],
        "banner_units": [
            unit
            for unit in sorted(one.registry.plan.units, key=lambda each: each.precedence)
            if unit.division == one.session.division
        ],
        "city_units": topics.the_eighteen(one.registry.plan.units),
        "ranks": [*Rank],
        "kinds": [*ForumClass],
    }


def _agenda(one: Gathering) -> dict[str, Any]:
    listed = order_of(one.prepared.speakers, dict(one.roster))
    spoken = {speech.participant: speech for speech in one.speeches}
    set_ = one.prepared.agenda
    minutes = {each.item: each.minutes for each in set_.items} if set_ else MINUTES
    banner = of_class(one.roster.values(), ForumClass.BANNER)
    return {
        "timed": timetable(set_) if set_ else [],
        "listed": listed,
        "spoken": spoken,
        "next_speaker": next((each for each in listed if each.participant not in spoken), None),
        "minutes": minutes,
        "items": [*ForumItem],
        "ranks": [*Rank],
        "enterprises": of_class(one.roster.values(), ForumClass.ENTERPRISE),
        "principal": next((each for each in banner if each.rank == Rank.PRINCIPAL), None),
        "government": one.registry.bureau(Level.BANNER, one.session.division, "government"),
    }


def _seats(one: Gathering) -> dict[str, Any]:
    seats = one.prepared.seats
    by_period = {window.period: window for window in seats.windows} if seats else {}
    asked = {period: [each for each in one.consultations if each.period == period] for period in SeatPeriod}
    begins = one.prepared.agenda.starts_at if one.prepared.agenda else one.forum.forum_at
    ends = ends_at(one.prepared.agenda) if one.prepared.agenda else begins and begins + _TWO_HOURS
    usual = {
        SeatPeriod.BEFORE: (begins and begins - _WINDOW, begins),
        SeatPeriod.AFTER: (ends, ends and ends + _WINDOW),
    }
    return {
        "periods": [*SeatPeriod],
        "by_period": by_period,
        "asked": asked,
        "topics": [*PolicyTopic],
        "usual": usual,
    }


def _vehicles(one: Gathering) -> dict[str, Any]:
    plan = one.prepared.vehicles
    carried = of_class(one.roster.values(), CARRIED[0]) + of_class(one.roster.values(), CARRIED[1])
    return {
        "plan": plan,
        "carried": carried,
        "left": unplaced(plan, dict(one.roster)) if plan else carried,
        "rows": max(len(plan.vehicles) if plan else 0, 1) + 1,
    }


_PARTICULARS: Final = {
    "needs": _needs,
    "roster": _roster,
    "agenda": _agenda,
    "seats": _seats,
    "vehicles": _vehicles,
}


class GatheringPages:
    """A forum's pages as they stand for a caller."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def gathering(self, session_id: str) -> Gathering:
        """Return a forum as it stands."""
        async with self._spine.database.reading() as session:
            return await Gatherings(session, self._plans).of(session_id)

    async def show(  # noqa: PLR0913  (a page, and what was wrong with the form that was sent from it)
        self,
        request: Request,
        caller: Caller,
        session_id: str,
        page: str,
        *,
        trouble: Refused | None = None,
        form: FormData | None = None,
        at: str = "",
    ) -> Response:
        """Show one page; after a refusal, what was wrong, above what the form had said."""
        one = await self.gathering(session_id)
        more = _PARTICULARS[page](one) if page in _PARTICULARS else {}
        return await self._pages.show(
            request,
            f"{page or 'forum'}.html",
            status=trouble.status if trouble else 200,
            page=page,
            may=Rights(caller, one.session.division),
            problem=trouble.problem() if trouble else None,
            said=Said(form),
            at=at,
            now=self._spine.clock.now().astimezone(SHANGHAI),
            presences=[*Presence],
            **common(one),
            **more,
        )

    async def record(self, request: Request, caller: Caller, session_id: str, name: str) -> Response:
        """Post what a form says and go back to its page."""
        if name not in _FORMS or self._spine.front is None:
            return Response(status_code=404)
        (kind, page), form = _FORMS[name], await request.form()
        now = self._spine.clock.now().isoformat()
        data = {each: now for each in _NOW if each in kind.model_fields} | data_of(form) | {"session": session_id}
        event_id, anchor = str(data.pop("event_id", "")), data.pop("anchor", None)
        data.pop("form_at", None)
        try:
            await self._spine.front.submit(caller, kind.type, data, event_id)
        except Refused as refusal:
            return await self.show(request, caller, session_id, page, trouble=refusal, form=form, at=name)
        place = f"/sessions/{session_id}/{page}".rstrip("/")
        return RedirectResponse(f"{place}#{anchor}" if anchor else place, status_code=303)


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, forum = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}"), GatheringPages(spine, pages)
    visitor = pages.needs_login()

    @router.get("")
    async def overview(request: Request, session_id: str, caller: Annotated[Caller, visitor]) -> Response:
        return await forum.show(request, caller, session_id, "")

    def serve(page: str) -> None:
        @router.get(f"/{page}")
        async def show(request: Request, session_id: str, caller: Annotated[Caller, visitor]) -> Response:
            return await forum.show(request, caller, session_id, page)

    for page in PAGES:
        serve(page)

    @router.post("/forms/{name}")
    async def record(request: Request, session_id: str, name: str, caller: Annotated[Caller, visitor]) -> Response:
        return await forum.record(request, caller, session_id, name)

    return router
