"""What the services would publish about one session, and how the bulletin service reads it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from services.approvals.domain import ApprovalsWorld
from services.bulletin.domain import completeness, facts, fold
from services.bulletin.domain.edition import Edition
from shared.clock import SHANGHAI
from shared.envelope import Fact, read_published
from shared.events import (
    Event,
    ForumHeld,
    IssueEvent,
    QuestionLeftOpen,
    SurveyCalledOff,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveyProjectEvent,
    SurveyReport,
    SurveySiteFiled,
    TeamComposition,
    VisitEvent,
    VisitsConcluded,
)
from shared.vocabulary import Outcome
from tests.builders import (
    BANNER_SESSION,
    DRC,
    PLAN,
    application_docketed,
    approval_signed,
    at,
    caller,
    forum_held,
    issue_raised,
    licence_issued,
    owner,
    plan,
    posted,
    project_code,
    session_closed,
    session_opened,
    session_scheduled,
    team_assigned,
    visits_concluded,
)
from tests.deciding import Post
from tests.systems import fact

CLOSED_AT: Final = at(17).astimezone(UTC)
DUE_AT: Final = CLOSED_AT + timedelta(days=1)
OUTCOMES: Final = (Outcome.APPROVED, Outcome.DEFERRED, Outcome.FORWARDED)
_SURVEYS: Final = (SurveySiteFiled, SurveyProjectEvent, SurveyFindingRecorded, SurveyReport, SurveyCalledOff)
_FORUMS: Final = (IssueEvent, ForumHeld, *_SURVEYS)
_POLICY: Final = (TeamComposition, VisitEvent, QuestionLeftOpen, VisitsConcluded)


class Teller:
    """Numbers facts as the services do: a sequence for each source, a version for each aggregate."""

    def __init__(self) -> None:
        self._sequences: Counter[str] = Counter()
        self._versions: Counter[str] = Counter()

    def follow(self, service: str, told: int) -> None:
        """Go on numbering a service's facts after those it has told otherwise."""
        self._sequences[service] += told

    def tell(self, *events: Event) -> list[Fact]:
        """Return facts that follow on what was told before."""
        return [self._fact(event) for event in events]

    def _fact(self, event: Event) -> Fact:
        service = "forums" if isinstance(event, _FORUMS) else "policy" if isinstance(event, _POLICY) else "approvals"
        self._sequences[service] += 1
        self._versions[event.subject] += 1
        sequence, version = self._sequences[service], self._versions[event.subject]
        return read_published(fact(service, sequence, event, version=version))


def decided(*posts: Post) -> list[Event]:
    """Return what the approvals service makes of posts."""
    world = ApprovalsWorld()
    return [event for post, by in posts for event in world.decide(posted(post, by))]


def held(session: str = BANNER_SESSION, *, closed_at: datetime = CLOSED_AT) -> list[Post]:
    """Return the posts of a session with one application of each outcome, and one licence."""
    division = session.rpartition("-")[2]
    projects = [project_code(number, division) for number in (1, 2, 3)]
    signings = zip(projects, OUTCOMES, strict=True)
    of, head = {"session": session}, caller("government", division)
    return [
        (session_scheduled(**of), DRC),
        (session_opened(**of), head),
        *((application_docketed(project_code=project, **of), DRC) for project in projects),
        *((approval_signed(project_code=project, outcome=outcome, **of), owner()) for project, outcome in signings),
        (licence_issued(project_code=projects[0], number=f"鄂环证{division}", **of), owner()),
        (session_closed(closed_at=closed_at, **of), head),
    ]


def around(session: str = BANNER_SESSION) -> list[Event]:
    """Return what forums and policy publish of a session."""
    return [
        issue_raised(session=session),
        forum_held(session=session, issues=1),
        SurveyHeld(session=session, held_at=at(16)),
        team_assigned(session=session),
        visits_concluded(session=session, teams=1),
    ]


def story() -> list[Fact]:
    """Return everything published about one whole session."""
    return Teller().tell(*decided((plan(), DRC), *held()), *around())


def imprint(**changes: object) -> fold.Imprint:
    usual = {"number": 1, "revision": 0, "issued_at": CLOSED_AT, "closed_at": CLOSED_AT, "due_at": DUE_AT, "cutoff": {}}
    return fold.Imprint(**{**usual, **changes})  # type: ignore[arg-type]


def read(told: Iterable[Fact], session: str = BANNER_SESSION) -> facts.SessionFacts:
    return facts.read(PLAN, session, told)


def edition(told: Sequence[Fact], **changes: object) -> Edition:
    """Fold facts into an edition."""
    known = read(told)
    return fold.assemble(known, imprint(**changes), completeness.lacking(known))


class Hand:
    """A clock that a test sets by hand."""

    def __init__(self, time: datetime = CLOSED_AT) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time

    def after(self, **passed: float) -> None:
        """Set it to some time after the closing."""
        self.time = CLOSED_AT + timedelta(**passed)

    @property
    def in_ordos(self) -> datetime:
        return self.time.astimezone(SHANGHAI)
