"""A campaign as leaders watch it: every session's figures, and who is at a table now, in two queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain.queue import Place, Stage
from services.approvals.domain.state import Session
from services.approvals.store.day import place_of
from shared.campaign import Registry
from shared.events import PlannedSession
from shared.vocabulary import Level, Outcome

_STATES = text(f"SELECT {', '.join(Session._fields)} FROM session WHERE session = ANY(CAST(:sessions AS text[]))")  # noqa: S608  (own words)
_COUNTS = text("""
    SELECT session, level, outcome, count(*) AS applications, sum(licences) AS licences FROM application
    WHERE session = ANY(CAST(:sessions AS text[])) AND withdrawn IS NULL AND postponed IS NULL
    GROUP BY session, level, outcome
""")
_SEATED = text("SELECT * FROM place WHERE session = ANY(CAST(:sessions AS text[])) AND stage = :stage ORDER BY number")
Key = tuple[Level, Outcome | None]


@dataclass
class Line:
    """A session's line: its state, its counts by level and outcome, who sits at its table."""

    planned: PlannedSession
    state: Session
    counts: dict[Key, int] = field(default_factory=dict)
    licences: int = 0
    seated: list[Place] = field(default_factory=list)

    def count(self, *outcomes: Outcome | None, level: Level | None = None) -> int:
        """Count applications by outcome, of one level or of both."""
        return sum(n for (at, outcome), n in self.counts.items() if outcome in outcomes and level in (None, at))


_ALL: Final = (*Outcome, None)


@dataclass(frozen=True)
class Watched:
    """All sessions of a campaign."""

    registry: Registry
    lines: list[Line]

    def count(self, *outcomes: Outcome | None, level: Level | None = None) -> int:
        """Count over all sessions."""
        return sum(line.count(*outcomes, level=level) for line in self.lines)

    @property
    def whole(self) -> int:
        """How many applications stand on the dockets."""
        return self.count(*_ALL)

    @property
    def licences(self) -> int:
        """How many licences were issued on the spot."""
        return sum(line.licences for line in self.lines)


async def watched(session: AsyncSession, registry: Registry) -> Watched:
    """Read a campaign's sessions as they stand."""
    connection = await session.connection()
    planned = sorted(registry.plan.sessions, key=lambda one: one.position)
    names = {"sessions": [one.session for one in planned]}
    states: Mapping[str, Session] = {row.session: Session(*row) for row in await connection.execute(_STATES, names)}
    lines = {one.session: Line(one, states[one.session]) for one in planned if one.session in states}
    for row in await connection.execute(_COUNTS, names):
        outcome = Outcome(row.outcome) if row.outcome else None
        lines[row.session].counts[Level(row.level), outcome] = int(row.applications)
        lines[row.session].licences += int(row.licences)
    for row in await connection.execute(_SEATED, names | {"stage": Stage.SEATED}):
        lines[row.session].seated.append(place_of(row))
    return Watched(registry, [*lines.values()])
