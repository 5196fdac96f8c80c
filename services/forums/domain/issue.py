"""An issue as it stands and the ways it may go on: whatever happens, an open one has an owner and a due day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from shared import workdays
from shared.clock import SHANGHAI, shanghai_date
from shared.events import IssueEscalated, IssueLimits, IssueStanding
from shared.vocabulary import IssueSource, IssueState, Level

if TYPE_CHECKING:
    from shared.campaign import Registry
    from shared.events import Unit

OPEN: Final = (IssueState.RAISED, IssueState.DISPATCHED, IssueState.ANSWERED, IssueState.RESOLVED)
"""States in which somebody still owes something."""
UNSETTLED: Final = (IssueState.RAISED, IssueState.DISPATCHED)
"""States in which the enterprise has no answer yet; overdue, they are escalated."""
SETTLED: Final = (IssueState.ANSWERED, IssueState.RESOLVED)
"""States in which the enterprise has its answer, and its word and the close-out are awaited."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue so far; units by their credit codes."""

    session: str
    issue: str
    enterprise: str
    topic: str
    text: str
    raised_at: datetime
    late: bool
    """Raised at the forum, recorded after it had been held and counted."""
    source: str
    state: str
    owner: str | None
    """Who owes the next step."""
    due: date | None
    first_due: date
    """By when it was to be answered or dispatched first."""
    enterprise_code: str | None = None
    origin: str | None = None
    suggested: list[str] = field(default_factory=list)
    lead: str | None = None
    assisting: list[str] = field(default_factory=list)
    dispatched_at: datetime | None = None
    """When the unit in the lead was given it, for the first time or anew: its limits count from here."""
    objected_at: datetime | None = None
    """When the unit in the lead objected; it may do so once each time it is given the issue."""
    objects_for: str | None = None
    """The unit whose the issue should be; set as long as the objection is undecided."""
    objection: str | None = None
    asked_until: date | None = None
    """The day asked for; set as long as the request for more time is undecided."""
    asked_why: str | None = None
    responded_at: datetime | None = None
    """When it was first answered or dispatched."""
    answer: str | None = None
    answered_by: str | None = None
    """The unit."""
    answerer: str | None = None
    """The person."""
    answered_at: datetime | None = None
    on_the_spot: bool = False
    in_time: bool | None = None
    """Whether the answer in force came by its due day."""
    resolution: str | None = None
    feedback: str | None = None
    feedback_by: str | None = None
    feedback_note: str | None = None
    feedback_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    next_at: datetime | None = None
    """When the clock escalates it."""
    escalated: bool = False
    """Overdue now and under supervision."""
    escalations: int = 0
    reopened: int = 0
    reassigned: int = 0
    notices: int = 0
    """How many of its steps somebody was told of."""

    @property
    def subject(self) -> str:
        """Its name among aggregates."""
        return f"{self.session}/{self.issue}"

    @property
    def open(self) -> bool:
        """Whether somebody still owes something."""
        return self.state in OPEN

    @property
    def since(self) -> datetime:
        """When its present state began, as far as later steps may not lie before it."""
        return max(filter(None, (self.raised_at, self.dispatched_at, self.answered_at, self.closed_at)))

    def with_(self, **changes: Any) -> Issue:  # noqa: ANN401  (its fields)
        return replace(self, **changes)

    def at_its_hour(self) -> tuple[Issue, IssueEscalated]:
        """Return what it is once its due day has passed, and the fact of it."""
        assert self.due is not None  # noqa: S101  (what has an hour has a due day)
        after = self.with_(escalated=True, escalations=self.escalations + 1, next_at=None)
        return after, IssueEscalated(session=self.session, issue=self.issue, due=self.due)


def midnight_after(day: date) -> datetime:
    """Return the moment a day has passed in Ordos."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)


def host_of(registry: Registry, session: str) -> Unit:
    """Return the banner's government, which keeps what nobody else has taken and calls the enterprise back."""
    division = session.rpartition("-")[2]
    return registry.bureau(Level.BANNER, division, "government") or registry.plan.units[0]


def waiting_for_dispatch(registry: Registry, session: str, since: datetime) -> dict[str, Any]:
    """Return the fields of an issue that is to be dispatched."""
    limits = registry.plan.switches.issues
    due = workdays.after(shanghai_date(since), limits.dispatch_days)
    return {
        "state": IssueState.RAISED.value,
        "owner": host_of(registry, session).code,
        "due": due,
        "next_at": midnight_after(due),
        "escalated": False,
    }


def in_hand(lead: str, since: datetime, due: date) -> dict[str, Any]:
    """Return the fields of an issue that a unit has in hand."""
    return {
        "state": IssueState.DISPATCHED.value,
        "owner": lead,
        "lead": lead,
        "dispatched_at": since,
        "due": due,
        "next_at": midnight_after(due),
        "escalated": False,
        **dict.fromkeys(("objected_at", "objects_for", "objection", "asked_until", "asked_why")),
    }


def settled(issue: Issue, registry: Registry, state: IssueState, at: datetime) -> dict[str, Any]:
    """Return the fields of an issue that has its answer: the banner calls the enterprise back, a leader closes it."""
    day = shanghai_date(at)
    return {
        "state": state.value,
        "owner": host_of(registry, issue.session).code,
        "due": workdays.after(day, registry.plan.switches.issues.call_back_days),
        "in_time": issue.due is None or day <= issue.due,
        "answered_at": at,
        "next_at": None,
        "escalated": False,
        **dict.fromkeys(("objects_for", "objection", "asked_until", "asked_why")),
        **dict.fromkeys(("feedback", "feedback_by", "feedback_note", "feedback_at")),
    }


def ended(state: IssueState, at: datetime) -> dict[str, Any]:
    """Return the fields of an issue that nobody owes anything any more."""
    return {
        "state": state.value,
        "owner": None,
        "due": None,
        "next_at": None,
        "escalated": False,
        "closed_at": at,
        **dict.fromkeys(("objects_for", "objection", "asked_until", "asked_why")),
    }


def open_again(issue: Issue, registry: Registry, since: datetime) -> Issue:
    """Return an issue that is open again: with the unit in the lead, or to be dispatched if it never had one."""
    limits: IssueLimits = registry.plan.switches.issues
    again = (
        waiting_for_dispatch(registry, issue.session, since)
        if issue.lead is None
        else in_hand(issue.lead, since, workdays.after(shanghai_date(since), limits.finish_days))
    )
    return issue.with_(**again, closed_at=None, closed_by=None, reopened=issue.reopened + 1)


def standing_of(issue: Issue, registry: Registry) -> IssueStanding:
    """State how an issue stands, for readers that know nothing else of it."""
    names = {code: unit.name for code in _units(issue) if (unit := registry.unit(code)) is not None}
    return IssueStanding(
        state=IssueState(issue.state),
        source=IssueSource(issue.source),
        owner_name=names.get(issue.owner or ""),
        lead_name=names.get(issue.lead or ""),
        assisting=tuple(issue.assisting),
        assisting_names=tuple(names[code] for code in issue.assisting if code in names),
        answered_by=names.get(issue.answered_by or ""),
        **{name: getattr(issue, name) for name in _AS_THEY_ARE},
    )


def _units(issue: Issue) -> set[str]:
    return {code for code in (issue.owner, issue.lead, issue.answered_by, *issue.assisting) if code}


_AS_THEY_ARE: Final = (
    *("enterprise", "topic", "text", "origin", "raised_at", "late", "owner", "due", "lead", "answer", "answered_at"),
    *("on_the_spot", "resolution", "feedback", "escalations", "reopened", "reassigned"),
)
