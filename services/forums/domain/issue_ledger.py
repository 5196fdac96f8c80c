"""The ledger of issues 问题台账: one line an issue, who owes what by when, its light; and the rates (rows 35, 37)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from services.forums.domain.issue import SETTLED, UNSETTLED, Issue
from shared.campaign import Registry
from shared.clock import shanghai_date
from shared.lights import Light, light_of
from shared.vocabulary import Feedback, IssueSource, IssueState, Resolution

ANSWERED: Final = (*SETTLED, IssueState.CLOSED_OUT)
"""States in which the enterprise has its answer."""
CONTENT: Final = (Feedback.SATISFIED, Feedback.FAIR)


class Line(BaseModel):
    """A line of the ledger."""

    model_config = ConfigDict(frozen=True)
    session: str
    session_name: str
    issue: str
    source: IssueSource
    origin: str | None
    enterprise: str
    enterprise_code: str | None
    topic: str
    text: str
    raised_at: datetime
    late: bool
    state: IssueState
    light: Light
    escalated: bool
    escalations: int
    owner: str | None
    """Who owes the next step."""
    due: date | None
    lead: str | None
    assisting: tuple[str, ...]
    dispatched_at: datetime | None
    objects_for: str | None
    asked_until: date | None
    answer: str | None
    answered_by: str | None
    answerer: str | None
    answered_at: datetime | None
    on_the_spot: bool
    in_time: bool | None
    resolution: Resolution | None
    feedback: Feedback | None
    feedback_by: str | None
    feedback_note: str | None
    closed_at: datetime | None
    closed_by: str | None
    reopened: int
    reassigned: int

    @property
    def subject(self) -> str:
        """Its name among aggregates."""
        return f"{self.session}/{self.issue}"


_NAMED: Final = ("owner", "lead", "answered_by", "objects_for")
_READ: Final = tuple(
    name for name in Line.model_fields if name not in {*_NAMED, "session_name", "light", "assisting", "due"}
)


def light(issue: Issue, today: date) -> Light:
    """Return an issue's light: what is closed out in time is green, what was withdrawn has none."""
    if issue.state == IssueState.WITHDRAWN:
        return Light.NONE
    return light_of(issue.due, today) if issue.open else Light.GREEN


def line(registry: Registry, issue: Issue, today: date) -> Line:
    """Write an issue's line as of a day."""

    def name(code: str | None) -> str | None:
        unit = registry.unit(code) if code else None
        return unit.name if unit else code

    planned = registry.session(issue.session)
    values: dict[str, Any] = {field: getattr(issue, field) for field in _READ}
    values |= {field: name(getattr(issue, field)) for field in _NAMED}
    return Line(
        **values,
        session_name=planned.name if planned else issue.session,
        light=light(issue, today),
        due=issue.due,
        assisting=tuple(filter(None, map(name, issue.assisting))),
    )


class Rates(BaseModel):
    """How a number of issues were treated (row 37); withdrawn ones are in no figure but their own."""

    model_config = ConfigDict(frozen=True)
    key: str
    """The unit's credit code or the session; empty for the whole."""
    name: str
    raised: int
    withdrawn: int
    responded: int
    """Answered or dispatched."""
    on_the_spot: int
    answered: int
    """Answered or resolved, and not open again."""
    in_time: int
    """Of these, by their due day."""
    closed_out: int
    judged: int
    satisfied: int
    """Of the judged, satisfied or fairly satisfied."""
    overdue: int
    """Still without an answer after the due day."""
    escalations: int

    @property
    def response(self) -> float | None:
        """The rate of response 响应率: responded / raised."""
        return self.responded / self.raised if self.raised else None

    @property
    def resolution(self) -> float | None:
        """The rate of resolution 办结率: answered / raised."""
        return self.answered / self.raised if self.raised else None

    @property
    def punctuality(self) -> float | None:
        """The rate of punctuality 按期率: in time / answered."""
        return self.in_time / self.answered if self.answered else None

    @property
    def satisfaction(self) -> float | None:
        """The rate of satisfaction 满意率: satisfied / judged."""
        return self.satisfied / self.judged if self.judged else None


def rates(issues: Iterable[Issue], today: date, key: str = "", name: str = "合计") -> Rates:
    """Count how issues were treated as of a day."""
    everything = list(issues)
    mine = [one for one in everything if one.state != IssueState.WITHDRAWN]
    done = [one for one in mine if one.state in ANSWERED]
    judged = [one for one in mine if one.feedback is not None]
    return Rates(
        key=key,
        name=name,
        raised=len(mine),
        withdrawn=len(everything) - len(mine),
        responded=sum(one.responded_at is not None for one in mine),
        on_the_spot=sum(one.on_the_spot for one in done),
        answered=len(done),
        in_time=sum(bool(one.in_time) for one in done),
        closed_out=sum(one.state == IssueState.CLOSED_OUT for one in mine),
        judged=len(judged),
        satisfied=sum(one.feedback in CONTENT for one in judged),
        overdue=sum(one.state in UNSETTLED and one.due is not None and one.due < today for one in mine),
        escalations=sum(one.escalations for one in mine),
    )


@dataclass(frozen=True, slots=True)
class RateTables:
    """The rates of a campaign: of everything, of each banner session, of each unit that has had an issue."""

    whole: Rates
    banners: tuple[Rates, ...]
    units: tuple[Rates, ...]


def responsible(issue: Issue) -> str | None:
    """Return the unit whose figures an issue counts in: the lead, or who answered; before that, who has to dispatch."""
    return issue.lead or issue.answered_by or issue.owner


def rate_tables(registry: Registry, issues: Iterable[Issue], now: datetime) -> RateTables:
    """Count by banner in the order of the sessions, by unit in the order of precedence (row 37)."""
    known, today = list(issues), shanghai_date(now)
    sessions = sorted(registry.plan.sessions, key=lambda one: one.position)
    units = sorted(registry.plan.units, key=lambda one: (one.level == "banner", one.division, one.precedence))
    held = {one.session for one in known}
    charged = {responsible(one) for one in known}
    return RateTables(
        whole=rates(known, today),
        banners=tuple(
            rates([one for one in known if one.session == each.session], today, each.session, each.name)
            for each in sessions
            if each.session in held
        ),
        units=tuple(
            rates([one for one in known if responsible(one) == each.code], today, each.code, each.name)
            for each in units
            if each.code in charged
        ),
    )
