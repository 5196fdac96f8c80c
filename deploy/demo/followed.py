"""What is posted of issues: raised at the forum, answered there or dispatched, and followed up in the days after."""

import csv
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from deploy.demo.docket import docket
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import at, session_day
from deploy.demo.units import unit_of
from shared.events import (
    Event,
    IssueAnswered,
    IssueClosedOut,
    IssueDispatched,
    IssueEvent,
    IssueExtended,
    IssueExtensionAsked,
    IssueFeedbackGiven,
    IssueObjected,
    IssueRaised,
    IssueReassigned,
    IssueResolved,
    Official,
    PlannedSession,
    Unit,
)
from shared.vocabulary import CITY_DIVISION, Feedback, Resolution

ISSUES: Final = Path(__file__).with_name("issues.csv")
ISSUES_RAISED: Final = (8, 8, 8, 8, 7, 8, 7, 8, 8)
"""How many issues each banner's forum hears, in the order of the sessions."""
_ANSWERED: Final = 4
"""So many of them are answered on the spot, the rest are dispatched."""
_OVERDUE, _REASSIGNED, _EXTENDED, _DISSATISFIED = 1, 2, 3, 5
"""Positions of the sessions in which an issue goes a longer way."""
_FOLLOWED: Final = 6
"""Up to this session the days of the campaign suffice to see an issue through."""
_BUREAUS: Final[Mapping[str, str]] = {
    "用地保障": "natural-resources",
    "环境影响评价": "ecology",
    "供水保障": "water",
    "能耗指标": "energy",
    "电力接入": "energy",
    "基础设施配套": "housing",
    "物流运输": "transport",
    "融资需求": "finance",
    "税费优惠": "tax",
    "科技创新": "industry",
    "市场开拓": "commerce",
    "政务服务": "government-services",
    "用工需求": "investment-promotion",
}


def _texts() -> list[dict[str, str]]:
    with ISSUES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Issues:
    """One session's issues."""

    def __init__(self, session: PlannedSession) -> None:
        self._session = session
        self._position = session.position
        self._day = session_day(session.position)
        self._drc = unit_of("drc", CITY_DIVISION)
        self._banner = unit_of("government", session.division)
        self._posts: list[Post] = []

    def posts(self, left_open: list[str]) -> list[Post]:
        """Return everything posted of the session's issues; `left_open` are the questions policy visits leave open."""
        for number in range(1, ISSUES_RAISED[self._position - 1] + 1):
            raised = self._raise(number)
            if number <= _ANSWERED:
                self._answer(number, raised)
            else:
                self._dispatch(number, raised)
        for question in left_open:
            self._hand_out(f"policy-{question}", unit_of("government-services", CITY_DIVISION))
        self._hand_out("survey-finding-1", unit_of("energy", CITY_DIVISION))
        self._judge()
        if self._position <= _FOLLOWED:
            self._see_through()
        return self._posts

    def _at(self, clock: str, shift: int = 0) -> datetime:
        return at(session_day(self._position, shift=shift), clock)

    def _post(self, unit: Unit, event: Event, sent: datetime) -> None:
        self._posts.append(Post(unit, event, sent))

    def _key(self, number: int | str) -> dict[str, str]:
        name = number if isinstance(number, str) else f"issue-{number}"
        return {"session": self._session.session, "issue": name}

    def _raise(self, number: int) -> IssueRaised:
        first, texts = sum(ISSUES_RAISED[: self._position - 1]), _texts()
        projects = list({item.code: item.project for item in docket(self._session.division)}.values())
        text, project = texts[(first + number) % len(texts)], projects[number % len(projects)]
        raised_at = at(self._day, "09:42", minutes=12 * number)
        event = IssueRaised(
            **self._key(number),
            enterprise=project.owner_name,
            enterprise_code=project.owner_code,
            topic=text["topic"],
            text=text["text"].format(project=project.name),
            raised_at=raised_at,
        )
        self._post(self._banner, event, raised_at + timedelta(seconds=25))
        return event

    def _answer(self, number: int, raised: IssueRaised) -> None:
        unit = unit_of(_BUREAUS[raised.topic], CITY_DIVISION)
        answered_at = raised.raised_at + timedelta(minutes=5)
        event = IssueAnswered(
            **self._key(number),
            unit=unit.code,
            answer=f"{unit.name}会后派专人对接，一次性告知所需材料，随报随办。（示例）",
            answered_by=person("head", unit.code),
            answered_at=answered_at,
        )
        self._post(self._banner, event, answered_at + timedelta(seconds=40))

    def _dispatch(self, number: int, raised: IssueRaised) -> None:
        """Dispatch at the forum's end; every seventh issue to one of the banner's own units, by the banner."""
        own = number == 7  # noqa: PLR2004  (said above)
        lead = unit_of("natural-resources", self._session.division) if own else self._city(raised.topic)
        overdue = number == 8 and self._position == _OVERDUE  # noqa: PLR2004  (the last one)
        event = IssueDispatched(
            **self._key(number),
            lead=lead.code,
            assisting=() if own else (unit_of("government-services", CITY_DIVISION).code,),
            dispatched_at=at(self._day, "11:25", minutes=number - _ANSWERED - 1),
            due=session_day(self._position, shift=3) if overdue else None,
        )
        self._post(self._banner if own else self._drc, event, event.dispatched_at + timedelta(seconds=20))

    def _city(self, topic: str) -> Unit:
        bureau = _BUREAUS[topic]
        return unit_of("housing" if bureau == "government-services" else bureau, CITY_DIVISION)

    def _hand_out(self, issue: str, lead: Unit) -> None:
        sent = self._at("10:05", 1)
        event = IssueDispatched(**self._key(issue), lead=lead.code, dispatched_at=sent)
        self._post(self._drc, event, sent + timedelta(seconds=15))

    def _judge(self) -> None:
        """Ask one enterprise the same afternoon what it thinks of its answer; one of the nine is dissatisfied."""
        wrong = self._position == _DISSATISFIED
        event = IssueFeedbackGiven(
            **self._key(1),
            feedback=Feedback.DISSATISFIED if wrong else Feedback.SATISFIED,
            given_by=person("enterprise head", self._session.division),
            given_at=self._at("15:40"),
            note="答复未明确办理时限。（示例）" if wrong else None,
        )
        self._post(self._drc, event, self._at("15:41"))
        if wrong:
            self._hand_out("issue-1", unit_of("industry", CITY_DIVISION))

    def _lead(self, number: int) -> Unit:
        dispatched: IssueEvent = next(
            post.event
            for post in reversed(self._posts)
            if isinstance(post.event, (IssueDispatched, IssueReassigned)) and post.event.issue == f"issue-{number}"
        )
        assert isinstance(dispatched, (IssueDispatched, IssueReassigned))  # noqa: S101  (just chosen so)
        units = (unit_of(bureau, CITY_DIVISION) for bureau in (*_BUREAUS.values(), "housing"))
        return next(unit for unit in units if unit.code == dispatched.lead)

    def _see_through(self) -> None:
        """See the fifth issue through to its close; the sixth of one session goes to another unit, of another on."""
        lead = self._lead(5)
        resolved = IssueResolved(
            **self._key(5),
            resolution=Resolution.SOLVED,
            result="已现场办公协调，所需事项列入本月计划并明确专人跟办。（示例）",
            handled_by=person("section chief", lead.code),
            resolved_at=self._at("16:20", 2),
        )
        self._post(lead, resolved, self._at("16:22", 2))
        said = {"feedback": Feedback.SATISFIED, "given_by": person("enterprise head", self._session.division)}
        given_at, closed_at = self._at("09:20", 3), self._at("11:10", 3)
        self._post(self._drc, IssueFeedbackGiven(**self._key(5), given_at=given_at, **said), given_at)
        mayor = Official(name=person("city leader", str(self._position % 3)), post="市人民政府副市长")
        self._post(self._drc, IssueClosedOut(**self._key(5), approved_by=mayor, closed_at=closed_at), closed_at)
        if self._position == _REASSIGNED:
            self._reassign(6)
        if self._position == _EXTENDED:
            self._extend(6)

    def _reassign(self, number: int) -> None:
        lead = self._lead(number)
        right = unit_of("agriculture", CITY_DIVISION)
        objected_at, reassigned_at = self._at("09:30", 1), self._at("14:10", 1)
        objected = IssueObjected(
            **self._key(number),
            right_unit=right.code,
            reason="该事项涉及农牧业项目配套，应由农牧部门主办。（示例）",
            objected_at=objected_at,
        )
        self._post(lead, objected, objected_at)
        reassigned = IssueReassigned(
            **self._key(number), lead=right.code, reason="异议成立，改派主办单位。（示例）", reassigned_at=reassigned_at
        )
        self._post(self._drc, reassigned, reassigned_at)

    def _extend(self, number: int) -> None:
        lead, until = self._lead(number), self._day + timedelta(days=33)
        asked_at, extended_at = self._at("15:00", 3), self._at("09:40", 4)
        asked = IssueExtensionAsked(
            **self._key(number), until=until, reason="需报自治区主管部门核定。（示例）", asked_at=asked_at
        )
        self._post(lead, asked, asked_at)
        self._post(self._drc, IssueExtended(**self._key(number), until=until, extended_at=extended_at), extended_at)
