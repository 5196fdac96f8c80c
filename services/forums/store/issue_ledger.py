"""The ledger of issues in the database: filtered, counted, sorted and paged there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, false, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain.issue import OPEN, Issue
from services.forums.domain.issue_ledger import Line, line
from services.forums.store.rows import state_of
from shared.campaign import Registry
from shared.lights import SOON, Light
from shared.plans import Plans
from shared.problems import Refused
from shared.vocabulary import IssueSource, IssueState

_T: Final = tables.Issue
_NUMBERED: Final = re.compile(r"issue-(\d{1,6})", re.ASCII)


class NoSuchCampaign(Refused):
    """No campaign of this name is planned."""

    status = 404
    row = 35
    zh = "没有行动 {campaign}"
    en = "There is no campaign {campaign}"


class NoSuchIssue(Refused):
    """No issue of this name was raised."""

    status = 404
    row = 35
    zh = "{session}没有编号为 {issue} 的问题"
    en = "{session} has no issue {issue}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which issues of a campaign somebody wants to see as of a day; nothing set means all."""

    campaign: str
    today: date
    session: str | None = None
    unit: str | None = None
    state: IssueState | None = None
    source: IssueSource | None = None
    light: Light | None = None
    escalated: bool = False
    owner: str | None = None
    text: str | None = None


class Filters:
    """What may be asked of the ledger."""

    def __init__(  # noqa: PLR0913, PLR0917  (one parameter of the address each)
        self,
        session: str | None = None,
        unit: str | None = None,
        state: IssueState | Literal[""] | None = None,
        source: IssueSource | Literal[""] | None = None,
        light: Light | Literal[""] | None = None,
        escalated: bool = False,  # noqa: FBT001, FBT002  (a parameter of the address)
        owner: str | None = None,
        q: str | None = None,
    ) -> None:
        """Take them from the address; an empty field of a form asks for nothing."""
        given = ((one or "").strip() or None for one in (session, unit, owner, q))
        self._session, self._unit, self._owner, self._text = given
        self._state, self._source, self._light = state or None, source or None, light or None
        self._escalated = escalated

    def asked(self, campaign: str, today: date, me: str | None = None) -> Asked:
        """Return what is asked for as of a day; the owner `mine` is who asks."""
        return Asked(
            campaign,
            today,
            session=self._session,
            unit=self._unit,
            state=self._state,
            source=self._source,
            light=self._light,
            escalated=self._escalated,
            owner=me if self._owner == "mine" else self._owner,
            text=self._text,
        )


def _light(today: date) -> ColumnElement[str]:
    open_ = col(_T.state).in_([*OPEN])
    return case(
        (col(_T.state) == IssueState.WITHDRAWN, Light.NONE.value),
        (and_(open_, col(_T.due) < today), Light.RED.value),
        (and_(open_, col(_T.due) < today + SOON), Light.YELLOW.value),
        else_=Light.GREEN.value,
    )


def _order(sort: str, today: date) -> list[SQLColumnExpression[Any]]:
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    place = case({Light.RED.value: 0, Light.YELLOW.value: 1, Light.GREEN.value: 2}, value=_light(today), else_=3)
    by: Mapping[str, Sequence[SQLColumnExpression[Any]]] = {
        "light": (place, col(_T.due)),
        "due": (col(_T.due),),
        "session": (col(_T.session),),
        "enterprise": (col(_T.enterprise),),
        "topic": (col(_T.topic),),
        "state": (col(_T.state),),
        "raised": (col(_T.raised_at),),
    }
    chosen = by.get(name, by["light"])
    last: list[SQLColumnExpression[Any]] = [col(_T.raised_at), col(_T.session), col(_T.issue)]
    return [*((one.desc() if backwards else one.asc()).nulls_last() for one in chosen), *last]


SORTS: Final = ("light", "due", "session", "enterprise", "topic", "state", "raised")


def _exact(asked: Asked) -> list[tuple[Any, str | None]]:
    return [
        (_T.session, asked.session),
        (_T.state, asked.state),
        (_T.source, asked.source),
        (_T.owner, asked.owner),
    ]


def _where(registry: Registry, asked: Asked) -> list[SQLColumnExpression[bool]]:
    conditions: list[SQLColumnExpression[bool]] = [col(_T.session).in_([one.session for one in registry.plan.sessions])]
    for column, value in _exact(asked):
        if value is not None:
            conditions.append(col(column) == value)
    if asked.unit is not None:
        conditions.append(_of_unit(asked.unit))
    if asked.light is not None:
        conditions.append(_light(asked.today) == asked.light.value)
    if asked.escalated:
        conditions.append(col(_T.escalated))
    if asked.text is not None:
        text = func.lower(func.concat_ws(" ", _T.enterprise, _T.topic, _T.text, _T.issue))
        conditions.append(func.strpos(text, asked.text.lower()) > 0)
    return conditions


def _of_unit(code: str) -> ColumnElement[bool]:
    """Return the condition for what a unit has to do with: owes, leads, assists or answered."""
    if not code:
        return false()
    assists: ColumnElement[bool] = col(_T.assisting).op("@>")(func.jsonb_build_array(code))
    return or_(col(_T.owner) == code, col(_T.lead) == code, col(_T.answered_by) == code, assists)


class IssueLedger:
    """A campaign's issues, read within one database session."""

    def __init__(self, session: AsyncSession, plans: Plans) -> None:
        """Take the session, and the plans read so far."""
        self._session = session
        self._plans = plans

    async def campaigns(self) -> Sequence[str]:
        """Name the campaigns, the newest first."""
        query = select(tables.Campaign.campaign).order_by(col(tables.Campaign.campaign).desc())
        return (await self._session.exec(query)).all()

    async def registry(self, campaign: str) -> Registry | None:
        """Return a campaign's units and sessions."""
        return (await self._plans.named(self._session, {campaign})).get(campaign)

    async def planned(self, campaign: str) -> Registry:
        """Return a campaign's units and sessions, or refuse a campaign that nobody has planned."""
        if (registry := await self.registry(campaign)) is None:
            raise NoSuchCampaign(campaign=campaign[:128])
        return registry

    async def count(self, registry: Registry, asked: Asked) -> dict[Light, int]:
        """Count the lines asked for by their lights."""
        shown = _light(asked.today).label("light")
        query = select(shown, func.count()).where(*_where(registry, asked)).group_by(shown)
        counts = {Light(name): int(number) for name, number in (await self._session.exec(query)).all()}
        return {each: counts.get(each, 0) for each in Light}

    async def lines(
        self, registry: Registry, asked: Asked, *, sort: str = "light", limit: int | None = None, offset: int = 0
    ) -> list[Line]:
        """List the lines asked for, sorted; `-due` sorts backwards."""
        query = select(_T).where(*_where(registry, asked)).order_by(*_order(sort, asked.today))
        rows = await self._session.exec(query.limit(limit).offset(offset))
        return [line(registry, state_of(Issue, row), asked.today) for row in rows]

    async def all_of(self, registry: Registry) -> list[Issue]:
        """List every issue of a campaign, for its rates."""
        sessions = [one.session for one in registry.plan.sessions]
        rows = await self._session.exec(select(_T).where(col(_T.session).in_(sessions)))
        return [state_of(Issue, row) for row in rows]

    async def next_number(self, session: str) -> str:
        """Return an id that no issue of a session has: the next number."""
        named = (await self._session.exec(select(_T.issue).where(col(_T.session) == session))).all()
        numbers = [int(found[1]) for one in named if (found := _NUMBERED.fullmatch(one))]
        return f"issue-{max(numbers, default=0) + 1}"

    async def issue(self, session: str, issue: str) -> Issue:
        """Return one issue."""
        row = await self._session.get(_T, (session, issue))
        if row is None:
            raise NoSuchIssue(session=session[:64], issue=issue[:64])
        return state_of(Issue, row)
