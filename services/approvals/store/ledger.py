"""The ledger in the database: filtered, sorted, counted and paged there."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain.followed import FollowUp
from services.approvals.domain.ledger import Asked, Line, Stand, decided_by, line
from services.approvals.domain.lights import GONE, OPEN, SOON, Light, State
from services.approvals.domain.state import Application, Session
from services.approvals.store.rows import application
from shared.campaign import Registry
from shared.plans import Plans
from shared.problems import Refused

_COLUMNS: Final = ", ".join(f"application.{name}" for name in Application._fields)
_LEFT: Final = {
    "session": "departure.session",
    "withdrawn": "CASE WHEN departure.withdrawn THEN departure.reason END",
    "postponed": "CASE WHEN departure.withdrawn THEN NULL ELSE departure.reason END",
    **dict.fromkeys(("outcome", "decision"), "NULL"),
    "amended": "false",
    "licences": "0",
}
_LEAVERS: Final = ", ".join(_LEFT.get(name, f"application.{name}") for name in Application._fields)
# What has left a session for another stands in both ledgers. How an application stands and by when: the follow-up's
# own word, else its decision's; before that, the pre-review's, due on the session's day.
_LEDGER: Final = f"""
    WITH application_in AS (
        SELECT {_COLUMNS} FROM application WHERE session = ANY(CAST(:sessions AS text[]))
        UNION ALL
        SELECT {_LEAVERS} FROM departure JOIN application ON application.subject = departure.subject
        WHERE departure.session = ANY(CAST(:sessions AS text[]))
    ), line AS (
        SELECT application.*, followup.record AS follow,
            CASE WHEN application.withdrawn IS NOT NULL THEN 'withdrawn'
                WHEN application.postponed IS NOT NULL THEN 'postponed'
                WHEN application.outcome IS NOT NULL THEN coalesce(followup.state, application.outcome)
                WHEN prereview.passed IS NULL THEN 'pending'
                WHEN prereview.passed THEN 'prereviewed' ELSE 'returned' END AS state,
            CASE WHEN application.outcome IS NULL THEN (session.scheduled_at AT TIME ZONE 'Asia/Shanghai')::date
                ELSE followup.due END AS deadline
        FROM application_in AS application JOIN session ON session.session = application.session
            LEFT JOIN prereview ON prereview.subject = application.subject AND prereview.session = application.session
            LEFT JOIN followup ON followup.subject = application.subject AND application.outcome IS NOT NULL
    ), lit AS (
        SELECT line.*, CASE WHEN state = ANY(CAST(:gone AS text[])) THEN 'none'
            WHEN NOT state = ANY(CAST(:open AS text[])) OR deadline IS NULL OR deadline - CAST(:today AS date) >= :soon
                THEN 'green'
            WHEN deadline < :today THEN 'red' ELSE 'yellow' END AS light
        FROM line
    )
"""  # noqa: S608  (this file's own words)
_SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "light": ("array_position(ARRAY['red', 'yellow', 'green', 'none'], light)", "deadline"),
    "deadline": ("deadline",),
    "session": ("session",),
    "project": ("project_name",),
    "enterprise": ("owner_name",),
    "formality": ("level", "formality"),
    "state": ("state",),
}
SORTS: Final = tuple(_SORTS)


class NoSuchCampaign(Refused):
    """No campaign of this name is planned."""

    status = 404
    row = 27
    zh = "没有行动 {campaign}"
    en = "There is no campaign {campaign}"


class Filters:
    """What may be asked of a ledger."""

    def __init__(  # noqa: PLR0913, PLR0917  (one parameter of the address each)
        self,
        session: str | None = None,
        unit: str | None = None,
        enterprise: str | None = None,
        state: State | Literal[""] | None = None,
        light: Light | Literal[""] | None = None,
        q: str | None = None,
    ) -> None:
        """Take them from the address; an empty field of a form asks for nothing."""
        self._session, self._unit, self._enterprise, self._text = map(_asked, (session, unit, enterprise, q))
        self._state, self._light = state or None, light or None

    def asked(self, campaign: str, today: date) -> Asked:
        """Return what is asked for as of a day."""
        return Asked(
            campaign,
            today,
            session=self._session,
            unit=self._unit,
            enterprise=self._enterprise,
            state=self._state,
            light=self._light,
            text=self._text,
        )


def _asked(text: str | None) -> str | None:
    return (text or "").strip() or None


class Ledger:
    """A campaign's ledger, read within one database session."""

    def __init__(self, session: AsyncSession, plans: Plans) -> None:
        """Take the session, and the plans read so far."""
        self._session = session
        self._plans = plans
        self._states: dict[str, Session] = {}

    async def states(self, registry: Registry) -> Mapping[str, Session]:
        """Return a campaign's sessions as they stand, read once."""
        if not self._states:
            names = [planned.session for planned in registry.plan.sessions]
            columns = ", ".join(Session._fields)
            query = f"SELECT {columns} FROM session WHERE session = ANY(CAST(:sessions AS text[]))"  # noqa: S608  (likewise)
            rows = await self._rows(query, {"sessions": names})
            self._states = {row.session: Session(*row) for row in rows}
        return self._states

    async def registry(self, campaign: str) -> Registry | None:
        """Return a campaign's units and sessions."""
        return (await self._plans.named(self._session, {campaign})).get(campaign)

    async def planned(self, campaign: str) -> Registry:
        """Return a campaign's units and sessions, or refuse a campaign that nobody has planned."""
        if (registry := await self.registry(campaign)) is None:
            raise NoSuchCampaign(campaign=campaign[:128])
        return registry

    async def campaigns(self) -> Sequence[str]:
        """Name the campaigns, the newest first."""
        rows = await self._rows("SELECT campaign FROM campaign ORDER BY campaign DESC", {})
        return [row.campaign for row in rows]

    async def count(self, registry: Registry, asked: Asked) -> dict[Light, int]:
        """Count the lines asked for by their lights."""
        where, values = _where(registry, asked, await self.states(registry))
        # Conditions are this file's own words, values are bound.
        rows = await self._rows(f"{_LEDGER} SELECT light, count(*) AS lines FROM lit {where} GROUP BY light", values)  # noqa: S608
        counts = {Light(row.light): int(row.lines) for row in rows}
        return {each: counts.get(each, 0) for each in Light}

    async def lines(
        self, registry: Registry, asked: Asked, *, sort: str = "session", limit: int | None = None, offset: int = 0
    ) -> list[Line]:
        """List the lines asked for, sorted; `-deadline` sorts backwards."""
        states = await self.states(registry)
        where, values = _where(registry, asked, states)
        way = "DESC" if sort.startswith("-") else "ASC"
        by = _SORTS.get(sort.removeprefix("-"), _SORTS["session"])
        order = ", ".join(f"{expression} {way} NULLS LAST" for expression in by)
        page = f"ORDER BY {order}, session, subject LIMIT :limit OFFSET :offset"
        query = f"{_LEDGER} SELECT * FROM lit {where} {page}"  # noqa: S608  (likewise)
        rows = await self._rows(query, values | {"limit": limit, "offset": offset})
        return [_line(registry, row, states, asked.today) for row in rows]

    async def _rows(self, query: str, values: Mapping[str, Any]) -> Sequence[Any]:
        return (await (await self._session.connection()).execute(text(query), values)).all()


def _where(registry: Registry, asked: Asked, states: Mapping[str, Session]) -> tuple[str, dict[str, Any]]:
    """Return the conditions that make up what is asked for, and all values of the query."""
    values: dict[str, Any] = {
        "sessions": [planned.session for planned in registry.plan.sessions],
        "gone": [*GONE],
        "open": [*OPEN],
        "today": asked.today,
        "soon": SOON.days,
    }
    conditions = []
    for name, value in {"session": asked.session, "state": asked.state, "light": asked.light}.items():
        if value is not None:
            conditions.append(f"{name} = :asked_{name}")
            values[f"asked_{name}"] = value
    if asked.unit is not None:
        values["owned"] = owned(registry, asked.unit, states)
        conditions.append("session || '/' || level || '/' || formality = ANY(CAST(:owned AS text[]))")
    if asked.enterprise is not None:
        conditions.append("(owner_code = :enterprise OR owner_name = :enterprise)")
        values["enterprise"] = asked.enterprise
    if asked.text is not None:
        conditions.append("position(lower(:text) IN lower(concat_ws(' ', project_name, project_code, owner_name))) > 0")
        values["text"] = asked.text
    if asked.states is not None:
        conditions.append("state = ANY(CAST(:states AS text[]))")
        values["states"] = [*asked.states]
    if asked.subjects is not None:
        conditions.append("subject = ANY(CAST(:subjects AS text[]))")
        values["subjects"] = list(asked.subjects)
    return (f"WHERE {' AND '.join(conditions)}" if conditions else ""), values


def owned(registry: Registry, code: str, states: Mapping[str, Session]) -> list[str]:
    """Name what a unit answers for, as session/level/formality: a banner's unit in its own session only."""
    if (unit := registry.unit(code)) is None:
        return []
    return [
        f"{state.session}/{unit.level.value}/{formality.value}"
        for state in states.values()
        for formality in decided_by(registry, unit, state)
    ]


def _line(registry: Registry, row: Any, states: Mapping[str, Session], today: date) -> Line:  # noqa: ANN401  (a row)
    follow = FollowUp.model_validate_json(row.follow) if row.follow else None
    stand = Stand(State(row.state), row.deadline, states[row.session])
    return line(registry, application(row[: len(Application._fields)]), follow, stand, today)
