"""Sessions in people's own calendars: an address a calendar program can subscribe to, for a unit or a person (row 12).

The address carries the key it was made with and a signature only that key's holder can ask for; it opens nothing but
the calendar, and closes when the key is revoked.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Request
from icalendar import Calendar, Event
from starlette.responses import Response

from services.approvals.domain.notices import concerned
from services.approvals.store.briefing import Brief, Briefings
from shared.clock import SHANGHAI
from shared.events import PlannedAction
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.vocabulary import Action
from shared.web import Pages

_PURPOSE: Final = b"chunfeng calendar"
_CLOSING_HOUR: Final = 18


class BadAddress(Refused):
    """The address of a calendar is not one this system gave, or its key is revoked."""

    status = 404
    row = 12
    zh = "没有这个日历地址，或其密钥已停用；请在系统中重新取得"
    en = "There is no such calendar, or its key is no longer valid; get the address anew"


def _signature(secret: str, payload: bytes) -> str:
    return hmac.new(secret.encode(), _PURPOSE + payload, hashlib.sha256).hexdigest()[:40]


def token_of(caller: Caller, secret: str, person: str, actions: list[str]) -> str:
    """Return what the address of a calendar ends with."""
    about = {"k": caller.key} | ({"p": person} if person else {}) | ({"a": actions} if actions else {})
    payload = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.{_signature(secret, payload)}"


def read(token: str) -> tuple[dict[str, Any], bytes, str]:
    """Read an address's end into what it is about, as it was signed, and the signature."""
    text, _, signature = token.partition(".")
    try:
        payload = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        about = json.loads(payload)
    except (binascii.Error, ValueError):
        raise BadAddress from None
    if not isinstance(about, dict) or not isinstance(about.get("k"), str):
        raise BadAddress
    return about, payload, signature


class Entered(NamedTuple):
    """A session as calendars have it: with its plan, or with the plan it had and why it was cancelled."""

    brief: Brief
    actions: tuple[PlannedAction, ...]
    cancelled: str | None = None


def calendar(sessions: list[Entered], unit: str, title: str, actions: list[str]) -> bytes:
    """Return the sessions that concern a unit, an entry for each action, as iCalendar (RFC 5545)."""
    made = Calendar()
    for name, value in (("prodid", "-//Chunfeng//sessions//ZH"), ("version", "2.0"), ("method", "PUBLISH")):
        made.add(name, value)
    made.add("x-wr-calname", title)
    made.add("x-wr-timezone", "Asia/Shanghai")
    made.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT15M")
    for one in sessions:
        if unit not in {each.code for each in concerned(one.brief.registry, one.brief.planned)}:
            continue
        for action in one.actions:
            if not actions or action.action.value in actions:
                made.add_component(_entry(one, action, unit))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _entry(one: Entered, action: PlannedAction, unit: str) -> Event:
    entry, brief, view = Event(), one.brief, one.brief.view
    start = action.starts_at.astimezone(SHANGHAI)
    all_day = max(start.replace(hour=_CLOSING_HOUR, minute=0), start)
    entry.add("uid", f"{view.session}-{action.action.value}@chunfeng")
    off = one.cancelled is not None
    entry.add("summary", f"{'（已取消）' if off else ''}{view.name} {action.action.zh}")
    entry.add("dtstart", start)
    entry.add("dtend", action.ends_at.astimezone(SHANGHAI) if action.ends_at else all_day)
    changed = view.cancelled_at or view.ready_at or view.scheduled_at or start
    entry.add("dtstamp", changed.astimezone(SHANGHAI))
    entry.add("sequence", view.moves)
    entry.add("status", "CANCELLED" if off else "CONFIRMED")
    inside = action.action in (Action.APPROVAL, Action.FORUM)
    if place := action.place or (view.venue if inside else None):
        entry.add("location", place)
    mine = [each for each in brief.duties if each.unit == unit and action.action is Action.APPROVAL and not off]
    duties = [f"{'✓' if each.done else '□'} {each.title}（{each.ref}）" for each in mine]
    stage = f"{view.stage.zh}：{one.cancelled}" if off else view.stage.zh
    entry.add("description", "\n".join([brief.registry.plan.title, stage, *duties]))
    return entry


class Calendars:
    """Makes and opens the addresses of calendars."""

    def __init__(self, spine: Spine) -> None:
        """Take the service."""
        self._spine = spine
        self._plans = Plans()

    async def path_of(self, caller: Caller, person: str, actions: list[str]) -> str:
        """Return the address of a caller's calendar, below the service's own."""
        secret = await self._spine.keys.secret_sha256(caller.key)
        return f"/calendar/{token_of(caller, secret, person.strip()[:60], actions)}.ics"

    async def open(self, token: str) -> bytes:
        """Return the calendar of an address."""
        about, payload, signature = read(token)
        try:
            caller = await self._spine.keys.named(about["k"])
            secret = await self._spine.keys.secret_sha256(about["k"])
        except Refused:
            raise BadAddress from None
        if not hmac.compare_digest(_signature(secret, payload), signature):
            raise BadAddress
        async with self._spine.database.reading() as session:
            briefings = Briefings(session, self._plans, self._spine.clock.now())
            entered = []
            for campaign in await briefings.campaigns():
                registry = await briefings.registry(campaign)
                for brief in await briefings.all_of(registry) if registry is not None else []:
                    off = await briefings.called_off(brief) if brief.view.cancelled_at is not None else None
                    entered.append(Entered(brief, *off) if off else Entered(brief, brief.view.actions))
        title = f"春风行动 · {about['p']}" if about.get("p") else f"春风行动 · {caller.unit_name}"
        return calendar(entered, caller.unit, title, [str(one) for one in about.get("a", [])])


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, calendars = APIRouter(include_in_schema=False), Calendars(spine)
    visitor = pages.needs_login()

    @router.get("/calendar")
    async def subscribe(
        request: Request, caller: Annotated[Caller, visitor], person: str = "", only: str = ""
    ) -> Response:
        actions = [one for one in only.split(",") if one in [*Action]]
        path = await calendars.path_of(caller, person, actions)
        here = f"{request.url.scheme}://{request.url.netloc}"
        address = spine.settings.addresses.get("approvals", here) + path
        return await pages.show(
            request, "calendar.html", address=address, person=person, only=only, offered=[*Action], problem=None
        )

    @router.get("/calendar/{token}.ics")
    async def feed(token: str) -> Response:
        headers = {"Cache-Control": "private, max-age=300", "Content-Disposition": 'inline; filename="chunfeng.ics"'}
        return Response(await calendars.open(token), media_type="text/calendar; charset=utf-8", headers=headers)

    return router
