"""What the service's pages have in common: how a form becomes an event, and what would become of it."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import Response

from services.policy.store import Store
from shared.campaign import Registry
from shared.clock import SHANGHAI
from shared.events import CampaignPlanned, EnterpriseVisited, Event, PlannedSession, PolicyListed, TeamAssigned
from shared.posted import Caller, Posted
from shared.problems import NotYet, Refused, TooEarly, invalid
from shared.spine import Spine
from shared.vocabulary import Level, PolicyLevel, PolicyTopic, Role, SessionKind
from shared.web import Pages
from shared.web.forms import EMPTY

_FIRST: Final[Mapping[str, tuple[str, str]]] = {
    CampaignPlanned.type: ("行动尚未部署", "the campaign has not been planned"),
    PolicyListed.type: ("政策尚未入库", "the policy is not in the library"),
    TeamAssigned.type: ("该小分队尚未组成", "the team has not been assigned"),
    EnterpriseVisited.type: ("该企业尚未走访登记", "the visit has not been logged"),
}


def new_id() -> str:
    """Return an id for a form's event: sending the form twice is posting the same event twice."""
    return f"form-{uuid.uuid4().hex}"


def may_compile(caller: Caller) -> bool:
    """Tell whether the caller compiles library and brochures."""
    return caller.level is Level.CITY and caller.role in (Role.DRC, Role.DEPARTMENT)


def is_city_drc(caller: Caller) -> bool:
    """Tell whether the caller composes teams and ends visits."""
    return caller.level is Level.CITY and caller.role is Role.DRC


def may_collect(caller: Caller, session: PlannedSession) -> bool:
    """Tell whether the caller files needs and visits of a session."""
    own = caller.role in (Role.BANNER, Role.PARK, Role.LIAISON) and caller.division == session.division
    return own or is_city_drc(caller)


class Counter:
    """Where people's forms are handed in."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        if spine.front is None or spine.intake is None:
            raise ValueError(spine.service)  # pages that post need a front door
        self._front = spine.front
        self._desk = spine.intake.desk
        self.spine = spine
        self.database = spine.database
        self.pages = pages

    def now(self) -> datetime:
        """Return the time in Ordos."""
        return self.spine.clock.now().astimezone(SHANGHAI)

    async def submit(self, caller: Caller, kind: type[Event], data: Mapping[str, Any], event_id: str = "") -> None:
        """Post an event as the caller's own system would; raises what it is refused with, or what must come first."""
        receipt = await self._front.submit(caller, kind.type, data, event_id or new_id())
        if receipt.status == "waiting":
            await self.tried(caller, kind, data)

    async def tried(self, caller: Caller, kind: type[Event], data: Mapping[str, Any]) -> Sequence[Event]:
        """Return the facts that would follow, or raise the refusal; leaves no trace."""
        try:
            event = kind.model_validate_json(json.dumps(dict(data), ensure_ascii=False))
        except ValidationError as failure:
            raise invalid(failure, "data") from failure
        now = self.spine.clock.now()
        posted = Posted(caller.source, "trial", event, now, caller, "trial", None, "", event.model_dump_json())
        async with self.database.reading() as session:
            world = await self._desk.load(session, [event])
            try:
                facts: Sequence[Event] = world.decide(posted)
            except NotYet as waits:
                raise TooEarly(waits.needs, _FIRST) from waits
        return facts

    async def session(self, name: str) -> tuple[Registry, PlannedSession]:
        """Return a session's campaign and its plan."""
        async with self.database.reading() as session:
            return await Store(session).registry_of(name)

    async def campaign(self, name: str = "") -> Registry | None:
        """Return a campaign, the newest without a name."""
        async with self.database.reading() as session:
            plans = await Store(session).campaigns()
        return next((Registry(plan) for plan in plans if name in ("", plan.campaign)), None)

    async def show(
        self,
        request: Request,
        template: str,
        *,
        trouble: Refused | None = None,
        at: str = "",
        filled: Mapping[str, Any] = EMPTY,
        **context: Any,  # noqa: ANN401  (a template's names)
    ) -> Response:
        """Answer with a page; after a refusal, with what was wrong beside what it was about."""
        return await self.pages.show(
            request,
            template,
            status=trouble.status if trouble else 200,
            problem=trouble.problem() if trouble else None,
            at=at,
            filled=filled,
            now=self.now(),
            new_id=new_id,
            topics=[*PolicyTopic],
            levels=[*PolicyLevel],
            **context,
        )


def banner_sessions(registry: Registry) -> list[PlannedSession]:
    """List a campaign's sessions with visits, in the order of their days."""
    banner = (one for one in registry.plan.sessions if one.kind is SessionKind.BANNER)
    return sorted(banner, key=lambda one: one.position)
