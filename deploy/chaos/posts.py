"""What the clients post: campaigns of three sessions each, two of which close while the killing goes on.

Everything is drawn from the seed. A lane is what one unit's system does one after the other; lanes run side by side.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from deploy.chaos.ledger import Answer
from deploy.demo.codes import company_code
from shared.clock import SHANGHAI, shanghai_date
from shared.events import (
    ApplicationDocketed,
    ApprovalCorrected,
    ApprovalSigned,
    CampaignPlanned,
    Deferral,
    Event,
    ForumHeld,
    Forwarding,
    IssueRaised,
    LicenceIssued,
    Official,
    PlannedSession,
    Project,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
    SurveyCalledOff,
    TeamAssigned,
    TeamMember,
    Unit,
    Venue,
    VisitsConcluded,
)
from shared.identifiers import with_check_digit
from shared.vocabulary import BANNERS, CITY_DIVISION, KANGBASHI, Formality, Level, Outcome, Scope, SessionKind

_SERVICES: Final = dict.fromkeys((IssueRaised, ForumHeld, SurveyCalledOff), "forums") | dict.fromkeys(
    (TeamAssigned, VisitsConcluded), "policy"
)
_NOTICE_QUIET: Final = timedelta(seconds=2)
"""What a person would wait a minute for."""
_SMALL: Final = 3
"""Lanes of applications in a session that closes."""
_LARGE: Final = 24
_OUT_OF_ORDER: Final = 0.15
_CORRECTED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Step:
    """One request: one event, or a batch."""

    service: str
    unit: str
    events: tuple[dict[str, Any], ...]


Lane = list[Step]


@dataclass
class Wave:
    """One campaign: what opens it, what happens in it, what closes it."""

    opening: Lane
    lanes: list[Lane] = field(default_factory=list)
    """The sessions that close; all of them are posted before they do."""
    bulk: list[Lane] = field(default_factory=list)
    """The session that stays open, for load."""
    closing: list[Lane] = field(default_factory=list)
    late: list[Lane] = field(default_factory=list)
    """Corrections that come when the session is closed and its bulletin perhaps out."""


def project_code(division: str, number: int) -> str:
    """Return one of 1,200,000 project codes of a division, with its check digit."""
    month, serial = divmod(number, 100_000)
    return with_check_digit(f"22{month % 12 + 1:02d}-{division}-04-01-{serial:05d}")


class Author:
    """Writes one wave."""

    def __init__(self, template: CampaignPlanned, number: int, rng: random.Random) -> None:
        """Take the notice's campaign, the wave's number, and chance."""
        self._rng = rng
        self._slug = f"chaos-{number}"
        small, large = rng.sample([code for code in BANNERS if code != KANGBASHI], 2)
        divisions = [(SessionKind.BANNER, small), (SessionKind.BANNER, large), (SessionKind.CITY, CITY_DIVISION)]
        sessions = tuple(
            PlannedSession(
                session=f"{self._slug}-{division}",
                kind=kind,
                division=division,
                name=f"{BANNERS.get(division, '市直')}专场",
                position=position,
            )
            for position, (kind, division) in enumerate(divisions, start=1)
        )
        switches = template.switches.without_gates().model_copy(update={"notice_quiet": _NOTICE_QUIET})
        self._plan = template.model_copy(update={"campaign": self._slug, "sessions": sessions, "switches": switches})
        self._small, self._large, self._city = sessions
        self._places = {(unit.level, unit.division, unit.bureau): unit for unit in template.units}
        self._posted = 0
        self._late: list[Lane] = []
        self._projects = rng.randrange(1_000_000)

    def wave(self) -> Wave:
        """Write it."""
        wave = Wave(opening=[self._step("approvals", self._city_unit("drc"), [self._plan])])
        for session in (self._small, self._large, self._city):
            wave.opening += self._opening(session)
            lanes = wave.bulk if session is self._large else wave.lanes
            size = _LARGE if session is self._large else _SMALL
            lanes += [self._applications(session) for _ in range(size)]
            if session.kind is SessionKind.BANNER:
                lanes += [self._issues(session, size), self._teams(session, size)]
        self._rng.shuffle(wave.bulk)
        wave.closing = [self._closing(self._small), self._closing(self._city)]
        wave.late = self._late
        return wave

    def _step(self, service: str, unit: Unit, events: Iterable[Event]) -> Step:
        written = []
        for event in events:
            self._posted += 1
            written.append(
                {
                    "specversion": "1.0",
                    "id": f"{self._slug}-{self._posted}",
                    "source": f"/units/{unit.code}",
                    "type": event.type,
                    "time": datetime.now(UTC).isoformat(),
                    "datacontenttype": "application/json",
                    "data": event.model_dump(mode="json", exclude_none=True),
                }
            )
        return Step(service, unit.code, tuple(written))

    def _steps(self, unit: Unit, events: Sequence[Event]) -> Lane:
        """Post events one by one or as a batch, as chance has it."""
        service = _SERVICES.get(type(events[0]), "approvals")
        if len(events) > 1 and self._rng.random() < 0.6:  # noqa: PLR2004  (more often than not)
            return [self._step(service, unit, events)]
        return [self._step(service, unit, [event]) for event in events]

    def _city_unit(self, bureau: str) -> Unit:
        return self._places[Level.CITY, CITY_DIVISION, bureau]

    def _host(self, session: PlannedSession) -> Unit:
        if session.kind is SessionKind.CITY:
            return self._city_unit("office")
        return self._places[Level.BANNER, session.division, "government"]

    def _opening(self, session: PlannedSession) -> Lane:
        now = datetime.now(UTC)
        city = session.kind is SessionKind.CITY
        kind = "service_centre" if city else "government_office" if session.division == KANGBASHI else "park"
        venue = Venue(kind=kind, name="政务服务中心" if city else "工业园区会议中心")
        day = datetime.combine(shanghai_date(now) + timedelta(days=2 * city), time(9), tzinfo=SHANGHAI)
        head = Official(name="王海堃（虚构）", post="负责人")
        return [
            self._step(
                "approvals",
                self._city_unit("drc"),
                [SessionScheduled(session=session.session, starts_at=day, venue=venue)],
            ),
            self._step(
                "approvals",
                self._host(session),
                [SessionOpened(session=session.session, opened_at=now, declared_by=head, enterprises=12)],
            ),
        ]

    def _applications(self, session: PlannedSession) -> Lane:
        """Docket, decide and license some applications of one formality; sometimes the decisions come first."""
        city = session.kind is SessionKind.CITY
        level = Level.CITY if city else self._rng.choice(list(Level))
        formality = self._rng.choice(list(Formality))
        owner = self._places[
            level, CITY_DIVISION if level is Level.CITY else session.division, self._plan.owners[level][formality]
        ]
        applications = [
            {"session": session.session, "project_code": self._code(session), "formality": formality, "level": level}
            for _ in range(self._rng.choice((1, 2, 5, 8) if session is not self._large else (1, 5, 12, 30)))
        ]
        project = Project(
            name=f"示例项目{self._projects}",
            scope=Scope.CITY_OWN if city else self._rng.choice((Scope.CITY_KEY, Scope.BANNER_KEY)),
            owner_code=company_code(session.division, self._projects % 1000),
            owner_name=f"示例企业{self._projects % 1000}（虚构）",
        )
        docketing = self._steps(
            self._city_unit("drc"), [ApplicationDocketed(**one, project=project) for one in applications]
        )
        decisions = [self._decision(one) for one in applications]
        signing = self._steps(owner, [ApprovalSigned(**one) for one in decisions])
        lane = signing + docketing if self._rng.random() < _OUT_OF_ORDER else docketing + signing
        licensed = [one for one in decisions if one["outcome"] is Outcome.APPROVED and self._rng.random() < 0.5]  # noqa: PLR2004  (every other)
        if licensed:
            lane += self._steps(owner, [self._licence(one) for one in licensed])
        if session is not self._large and self._rng.random() < _CORRECTED:
            corrected = self._steps(owner, [ApprovalCorrected(**decisions[0], reason="登记有误，予以更正")])
            self._late.append(corrected)
        return lane

    def _code(self, session: PlannedSession) -> str:
        self._projects += 1
        return project_code(session.division, self._projects)

    def _decision(self, application: dict[str, Any]) -> dict[str, Any]:
        outcome = self._rng.choice((Outcome.APPROVED, Outcome.APPROVED, Outcome.DEFERRED, Outcome.FORWARDED))
        decision = application | {
            "outcome": outcome,
            "signed_at": datetime.now(UTC),
            "department_signatory": "李其其格（虚构）",
            "enterprise_signatory": "张建国（虚构）",
            "stamped": True,
        }
        if outcome is Outcome.DEFERRED:
            due = date.today() + timedelta(days=15)  # noqa: DTZ011  (any day from now on will do)
            decision["deferral"] = Deferral(commitment_letter="容缺办理承诺书", missing=("建设方案",), due=due)
        elif outcome is Outcome.FORWARDED:
            decision["forwarding"] = Forwarding(target_body="自治区主管部门", opinion="同意转报")
        return decision

    def _licence(self, decision: dict[str, Any]) -> LicenceIssued:
        application = {name: decision[name] for name in ("session", "project_code", "formality", "level")}
        number = f"{self._slug}-{decision['project_code']}"
        return LicenceIssued(**application, licence_type="许可证", number=number, issued_at=decision["signed_at"])

    def _issues(self, session: PlannedSession, count: int) -> Lane:
        now = datetime.now(UTC)
        issues = [
            IssueRaised(
                session=session.session,
                issue=f"issue-{number}",
                enterprise=f"示例企业{number}（虚构）",
                topic="用地用林用草保障",
                text="项目用地手续办理周期较长，希望提前介入。",
                raised_at=now,
            )
            for number in range(count)
        ]
        return self._steps(self._host(session), issues)

    def _teams(self, session: PlannedSession, count: int) -> Lane:
        drc, finance = self._city_unit("drc"), self._city_unit("finance")
        teams = [
            TeamAssigned(
                session=session.session,
                team=f"team-{number}",
                leader=TeamMember(name="刘志强（虚构）", unit=drc.code),
                liaison=TeamMember(name="陈巴特尔（虚构）", unit=self._host(session).code),
                members=(TeamMember(name="杨慧敏（虚构）", unit=finance.code),),
                topics=("财税金融支持",),
            )
            for number in range(count)
        ]
        return self._steps(drc, teams)

    def _closing(self, session: PlannedSession) -> Lane:
        """Hold the forum, call the survey off, conclude the visits, close."""
        # A little ahead of the clock: written now, posted after the session opened.
        now, name = datetime.now(UTC) + timedelta(seconds=1), session.session
        lane = []
        if session.kind is SessionKind.BANNER:
            lane += self._steps(self._host(session), [ForumHeld(session=name, held_at=now)])
            off = SurveyCalledOff(session=name, reason="当日大风（演练）", called_off_at=now)
            lane += self._steps(self._host(session), [off])
            lane += self._steps(self._city_unit("drc"), [VisitsConcluded(session=name, concluded_at=now)])
        return lane + self._steps(self._host(session), [SessionClosed(session=name, closed_at=now)])


def closed_sessions(answers: Iterable[Answer]) -> set[str]:
    """Return the sessions whose closing was accepted."""
    return {one.session for one in answers if one.type == SessionClosed.type and one.taken}
