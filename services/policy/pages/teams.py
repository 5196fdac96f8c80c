"""A session's teams: suggested from its needs, composed, checked and confirmed; who clashes is shown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.policy import tables
from services.policy.domain.slots import clashes
from services.policy.domain.suggestion import Proposal
from services.policy.domain.topics import departments
from services.policy.pages.desk import Counter, is_city_drc
from services.policy.store import Store, suggestions
from shared.campaign import Registry
from shared.clock import SHANGHAI, shanghai_date
from shared.events import TeamAssigned, TeamChanged, TeamComposition
from shared.posted import Caller
from shared.problems import Refused
from shared.vocabulary import PolicyTopic, Standing
from shared.web.forms import moment

_MOST_TEAMS: Final = 20
_AFTER_LUNCH, _EVENING = time(13, 30), time(17)
_NONE: Final = ""


def number(text: str, usual: int, most: int) -> int:
    """Return a number from an address; what is none, or out of range, is the usual one."""
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) <= len("000") else usual


def person(text: str) -> dict[str, str]:
    """Return a person from a form's value "unit|name|standing|post"."""
    unit, name, standing, post = (*text.split("|"), "", "", "", "")[:4]
    said = {"unit": unit.strip(), "name": name.strip(), "standing": standing.strip(), "post": post.strip()}
    return {key: value for key, value in said.items() if value}


def key(official: tables.Official) -> str:
    """Return an official as a form's value."""
    return f"{official.unit}|{official.name}|{official.standing}|{official.post}"


def composed(session: str, form: FormData) -> dict[str, Any]:
    """Return the team a form describes, as the data of its event."""
    data: dict[str, Any] = {"session": session, "team": str(form.get("team", "")).strip()}
    data["leader"] = person(str(form.get("leader", "")))
    liaison = {"name": str(form.get("liaison_name", "")).strip(), "unit": str(form.get("liaison_unit", "")).strip()}
    data["liaison"] = {name: value for name, value in liaison.items() if value}
    data["members"] = [person(str(one)) for one in form.getlist("members")]
    data["topics"] = [PolicyTopic(str(one)).zh for one in form.getlist("topics") if str(one) in {*PolicyTopic}]
    for name in ("starts_at", "ends_at"):
        if text := str(form.get(name, "")).strip():
            data[name] = moment(text)
    if reason := str(form.get("reason", "")).strip():
        data["reason"] = reason
    return data


class TeamPages:
    """The pages as they stand for a caller."""

    def __init__(self, counter: Counter) -> None:
        """Take where forms are handed in."""
        self._counter = counter

    async def teams(self, request: Request, caller: Caller, session: str) -> Response:
        """Show the teams as they stand, who is booked twice, and a suggestion."""
        registry, planned = await self._counter.session(session)
        asked = request.query_params
        wanted = number(asked.get("teams", ""), 2, _MOST_TEAMS)
        async with self._counter.database.reading() as reading:
            store = Store(reading)
            day, teams = await store.visits_of(session), await store.teams_of(session)
            people = {
                (one["unit"], one["name"]) for team in teams for one in (team.leader, team.liaison, *team.members)
            }
            booked = await store.booked_on(people, day.starts_at) if day.starts_at else []
            proposals = await suggestions.suggested(reading, session, wanted, _most(asked.get("most", "")))
            needs = await store.needs_of(session)
        return await self._counter.show(
            request,
            "teams.html",
            planned=planned,
            day=day,
            teams=teams,
            unit=lambda code: _named(registry, code),
            clashes=clashes(booked),
            proposals=proposals,
            names={one.enterprise_code: one.enterprise for one in needs},
            wanted=wanted,
            composes=is_city_drc(caller),
        )

    async def compose(
        self,
        request: Request,
        session: str,
        *,
        filled: Mapping[str, Any] | None = None,
        trouble: Refused | None = None,
        checked: TeamComposition | None = None,
    ) -> Response:
        """Show the form of a team: as filled in, as it stands, or as suggested."""
        registry, planned = await self._counter.session(session)
        asked = request.query_params
        async with self._counter.database.reading() as reading:
            store = Store(reading)
            day, teams = await store.visits_of(session), await store.teams_of(session)
            officials = await store.officials_of(registry.plan.campaign)
            if filled is None:
                filled = await self._start(store, asked, session, teams)
            standing = next((one for one in teams if one.team == filled.get("team")), None)
        chosen = {(one.get("unit"), one.get("name")) for one in filled.get("members", ())}
        return await self._counter.show(
            request,
            "compose.html",
            trouble=trouble,
            planned=planned,
            day=day,
            changes=standing is not None,
            filled=filled,
            topics_chosen={topic.value for topic in PolicyTopic if topic.zh in filled.get("topics", ())},
            leaders=[one for one in officials if _bureau(registry, one.unit) == "drc"],
            members=_by_unit(registry, officials),
            chosen=chosen,
            key=key,
            liaisons=[unit for unit in registry.plan.units if unit.division == planned.division],
            checked=checked,
            unit=lambda code: _named(registry, code),
        )

    async def _start(
        self, store: Store, asked: Mapping[str, str], session: str, teams: Sequence[tables.Team]
    ) -> dict[str, Any]:
        """Return what the form starts with."""
        standing = next((one for one in teams if one.team == asked.get("team")), None)
        if standing is not None:
            return standing.model_dump(mode="json") | _local(standing.starts_at, standing.ends_at)
        day = await store.visits_of(session)
        filled: dict[str, Any] = {"team": f"team-{len(teams) + 1}", **_window(day)}
        if "suggested" in asked:
            wanted = number(asked.get("teams", ""), 2, _MOST_TEAMS)
            found = await suggestions.suggested(store.session, session, wanted, _most(asked.get("most", "")))
            place = number(asked["suggested"], 1, max(len(found), 1))
            filled |= _suggestion(found[place - 1]) if found else {}
            filled["team"] = f"team-{place}" if f"team-{place}" not in {one.team for one in teams} else filled["team"]
        return filled

    async def record(self, request: Request, caller: Caller, session: str, form: FormData) -> Response:
        """Check a team, or confirm it; a team that stands already is changed, with the reason."""
        data = composed(session, form)
        kind = TeamChanged if form.get("changes") else TeamAssigned
        try:
            if form.get("step") == "confirm":
                await self._counter.submit(caller, kind, data, str(form.get("event_id", "")))
                return RedirectResponse(f"/sessions/{session}/teams", status_code=303)
            (fact,) = await self._counter.tried(caller, kind, data)
        except Refused as refusal:
            return await self.compose(request, session, filled=data, trouble=refusal)
        assert isinstance(fact, TeamComposition)  # noqa: S101  (what these rules return)
        return await self.compose(request, session, filled=data, checked=fact)


def _most(text: str) -> int | None:
    return int(text) if text.isdecimal() and int(text[:4]) > 0 else None


def _named(registry: Registry, code: str) -> str:
    unit = registry.unit(code)
    return unit.name if unit else code


def _bureau(registry: Registry, code: str) -> str:
    unit = registry.unit(code)
    return unit.bureau if unit else _NONE


def _by_unit(registry: Registry, officials: Sequence[tables.Official]) -> list[tuple[str, list[tables.Official]]]:
    """Sort section chiefs by their departments, in the notice's order."""
    chiefs = defaultdict(list)
    for one in officials:
        if one.standing == Standing.SECTION_CHIEF.value:
            chiefs[one.unit].append(one)
    return [(unit.name, chiefs[unit.code]) for unit in departments(registry.plan.units) if chiefs[unit.code]]


def _local(start: datetime | None, end: datetime | None) -> dict[str, str]:
    """Return a window as Ordos writes it."""
    given = {"starts_at": start, "ends_at": end}
    return {name: one.astimezone(SHANGHAI).isoformat() for name, one in given.items() if one is not None}


def _window(day: tables.Visits) -> dict[str, str]:
    """Return the afternoon of the session's day, or later if the forum or the seats end later."""
    if day.starts_at is None:
        return {}
    date = shanghai_date(day.starts_at)
    start = max(
        datetime.combine(date, _AFTER_LUNCH, tzinfo=SHANGHAI), (day.seats_until or day.starts_at).astimezone(SHANGHAI)
    )
    return _local(start, max(datetime.combine(date, _EVENING, tzinfo=SHANGHAI), start + timedelta(hours=3)))


def _suggestion(proposal: Proposal) -> dict[str, Any]:
    words = {topic.value: topic.zh for topic in PolicyTopic}
    return {
        "members": [{"unit": one.unit, "name": one.name} for one in proposal.members],
        "topics": [words[topic] for topic in proposal.topics],
    }


def routes(counter: Counter) -> APIRouter:
    """Return the routes."""
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session}/teams"), TeamPages(counter)
    visitor = counter.pages.needs_login()

    @router.get("")
    async def teams(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.teams(request, caller, session)

    @router.get("/compose")
    async def compose(request: Request, session: str, _: Annotated[Caller, visitor]) -> Response:
        return await pages.compose(request, session)

    @router.post("/compose")
    async def record(request: Request, session: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.record(request, caller, session, await request.form())

    return router
