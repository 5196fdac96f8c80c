"""The campaign and its sessions."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from shared.events.base import Event, Part, SessionEvent
from shared.events.preparation import NOTICE_ACTIONS, ActionTemplate, Duty, PlannedAction, Venue
from shared.identifiers import CreditCode, Division, Line, Moment, Slug
from shared.vocabulary import Channel, Distribution, Formality, Level, Outcome, SessionKind


class Unit(Part):
    """A unit of the registry, keyed by credit code; `bureau` is its kind of work, the same word at both levels."""

    code: CreditCode
    name: Line
    bureau: Slug
    level: Level
    division: Division
    precedence: int = Field(ge=0, description="Order of display; never the order of input (notice I4)")


class PlannedSession(Part):
    """One of the campaign's sessions, before its date is announced (notice §二: 具体时间另行通知)."""

    session: Slug
    kind: SessionKind
    division: Division
    name: Line
    position: int = Field(ge=1)


class Recipient(Part):
    """Who receives the bulletin, in which class, by which channel; `address` is a folder, a mailbox or a URL."""

    name: Line
    distribution: Distribution
    channel: Channel
    address: Line
    copies: int | None = Field(default=None, ge=0, le=10_000, description="Printed copies, out of the print count")


class Masthead(Part):
    """The bulletin's head: its name in red and the full name of the unit that issues it (document.md 4.1)."""

    name: Line
    issuer: Line


class Material(Part):
    """A paper an application needs; one that is not essential (主要材料) may follow later (容缺)."""

    name: Line
    essential: bool = True


class IssueLimits(Part):
    """How long an issue may take, in working days (requirements part 2: 许昌, 泉州)."""

    dispatch_days: int = Field(default=3, ge=1, le=60, description="From being raised to the dispatch")
    finish_days: int = Field(default=15, ge=1, le=120, description="From the dispatch, unless it says otherwise")
    most_days: int = Field(default=30, ge=1, le=120, description="From the dispatch at most, extensions included")
    objection_days: int = Field(default=1, ge=0, le=30, description="From the dispatch to an objection")
    ask_ahead_days: int = Field(default=1, ge=0, le=30, description="Calendar days before the due day to ask for more")
    call_back_days: int = Field(default=5, ge=1, le=60, description="From the answer to feedback and close-out")


class Switches(Part):
    """What a campaign may decide otherwise, carried by the fact so that a replay decides the same."""

    GATES: ClassVar[tuple[str, ...]] = ("locked_docket", "prereview", "other_signer", "own_documents", "readiness")

    awaits: dict[SessionKind, tuple[Slug, ...]] = Field(
        description="Services whose control totals a session's bulletin waits for"
    )
    bulletin_within: timedelta = Field(default=timedelta(days=1), description="From closing to issue (notice: 1日内)")
    issue_before: timedelta = Field(
        default=timedelta(minutes=30), description="Issue anyway this long before the limit"
    )
    sign_off: tuple[SessionKind, ...] = Field(
        default=(), description="Kinds of session whose bulletin a leader signs off; the others issue by themselves"
    )
    two_persons: bool = Field(default=True, description="Whoever reviewed a draft may not sign it off")
    policy_years: int = Field(default=3, ge=1, le=20, description="How old a brochure's policies may be (近3年)")
    team_particulars: bool = Field(
        default=False, description="A policy team states its members' standing and when it is on its way"
    )
    locked_docket: bool = Field(default=False, description="Decide only what a locked docket holds (row 16)")
    prereview: bool = Field(default=False, description="Approve only what has passed its pre-review (row 17)")
    other_signer: bool = Field(default=False, description="Who pre-reviewed does not sign (row 29)")
    own_documents: bool = Field(default=False, description="A document number stands for one project (row 22)")
    issues: IssueLimits = Field(default=IssueLimits(), description="How long an issue may take (row 35)")
    readiness: bool = Field(default=False, description="Open only a session that was declared ready (rows 7, 8)")
    notice_quiet: timedelta = Field(
        default=timedelta(minutes=1), description="A change of date or place is told once it has stood this long"
    )
    leaders_in_caps: bool = Field(
        default=False, description="City leaders count among the city departments' 15 at the forum (I18)"
    )

    def without_gates(self) -> "Switches":
        """Return these switches with every gate open: for load, chaos and tests of what lies behind a gate."""
        return self.model_copy(update=dict.fromkeys(self.GATES, False))


class CampaignPlanned(Event, type="chunfeng.campaign.planned.v1"):
    """The DRC planned a campaign: its units, sessions, owners of the formalities, recipients and switches."""

    campaign: Slug
    title: Line
    notice: Line
    aliases: tuple[Line, ...] = ()
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=500)]
    sessions: Annotated[tuple[PlannedSession, ...], Field(min_length=1, max_length=50)]
    owners: dict[Level, dict[Formality, Slug]] = Field(description="Which bureau decides a formality, per level")
    checklists: dict[Formality, tuple[Material, ...]] = Field(
        default_factory=dict, description="Materials the pre-review ticks off, per formality (row 17)"
    )
    actions: dict[SessionKind, tuple[ActionTemplate, ...]] = Field(
        default_factory=lambda: dict(NOTICE_ACTIONS),
        description="What a session of each kind consists of, with order and durations (row 3)",
    )
    duties: Annotated[tuple[Duty, ...], Field(max_length=200)] = Field(
        default=(), description="Who owes what before and after a session: the notice's responsibilities (row 9)"
    )
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=500)]
    masthead: Masthead
    print_count: int = Field(ge=1, le=10_000)
    switches: Switches
    demo: bool = False
    cloned_from: Slug | None = Field(default=None, description="The campaign whose roles this one takes over (row 11)")

    @property
    def subject(self) -> str:
        """The campaign."""
        return self.campaign


class SessionScheduled(SessionEvent, type="chunfeng.session.scheduled.v1"):
    """A session's date and venue were announced."""

    starts_at: Moment
    venue: Venue
    actions: tuple[PlannedAction, ...] | None = Field(default=None, description="Stated by the service")


class Official(Part):
    """A person in office, by name and post."""

    name: Line
    post: Line


class SessionOpened(SessionEvent, type="chunfeng.session.opened.v1"):
    """A session was declared open: by the banner's head, in the city session by a city leader (notice §二(一)5(1))."""

    opened_at: Moment
    declared_by: Official
    leaders: tuple[Official, ...] = ()
    enterprises: int | None = Field(default=None, ge=0, description="Enterprises present")


class Count(Part):
    """How many applications of one level and formality had one outcome; no outcome means undecided."""

    level: Level
    formality: Formality
    outcome: Outcome | None
    applications: int = Field(ge=0)


class ApprovalTotals(Part):
    """The approvals service's control totals of a session."""

    docketed: int = Field(ge=0)
    withdrawn: int = Field(ge=0)
    licences: int = Field(ge=0)
    counts: tuple[Count, ...]
    postponed: int = Field(default=0, ge=0, description="Of the docketed, those put off to another session")
    documents: int = Field(default=0, ge=0, description="Documents; one may close two formalities (row 22)")


class SessionClosed(SessionEvent, type="chunfeng.session.closed.v1"):
    """A session ended; the one-day clock of its bulletin starts here (notice §二(一)6(1))."""

    closed_at: Moment
    totals: ApprovalTotals | None = Field(default=None, description="Stated by the service")
