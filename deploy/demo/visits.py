"""What is posted of a banner's policy visits: needs, two teams as planned by hand, their four visits each, the end."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from deploy.demo.codes import company_code
from deploy.demo.docket import docket
from deploy.demo.library import chief, leader
from deploy.demo.people import choose, person
from deploy.demo.posts import Post
from deploy.demo.timetable import NOTICE_DAY, at, session_day
from deploy.demo.units import unit_of
from shared.events import (
    EnterpriseVisited,
    IssueAnswered,
    NeedCollected,
    PlannedSession,
    TeamAssigned,
    TeamMember,
    VisitPlanned,
    VisitQuestion,
    VisitsConcluded,
)
from shared.vocabulary import BANNERS, CITY_DIVISION, Feedback, PolicyTopic, Standing

NEEDS: Final = Path(__file__).with_name("needs.csv")
TEAMS: Final = Path(__file__).with_name("teams.csv")
VISITED: Final = 8
"""Enterprises the two teams visit in a banner."""
_DEPARTS, _RETURNS = "13:30", "17:00"
_VISIT: Final = timedelta(minutes=40)
_PACE: Final = timedelta(minutes=50)
_EVERY: Final = 3
_LEFT_OPEN: Final = PolicyTopic.TALENT
"""Nobody of the 17 departments covers it: what is asked about it becomes an issue."""
_ANSWER: Final = "由市人力资源和社会保障部门受理，凭劳动合同和社保缴纳证明申请，三十个工作日内拨付。（示例，内容虚构）"
_ASKED: Final[Mapping[PolicyTopic, tuple[str, str]]] = {
    PolicyTopic.FINANCE: ("流动资金贷款到期，能否申请应急转贷？", "可向市金融办申请应急转贷资金，三个工作日内答复。"),
    PolicyTopic.TAX: ("增量留抵税额能否按月退还？", "符合条件的制造业企业可按月申请，由主管税务机关办理。"),
    PolicyTopic.LAND: ("厂区扩建用地能否采取先租后让？", "可以，按弹性供应办法签订租赁合同，达产后转出让。"),
    PolicyTopic.ENVIRONMENT: ("技改项目是否需要重新办理环评？", "产能和污染物种类不变的，按变动分析纳入排污许可管理。"),
    PolicyTopic.ENERGY: ("使用绿电能否抵扣用能指标？", "绿电消费量可在能耗考核中抵扣，需提供交易凭证。"),
    PolicyTopic.WATER: ("改用再生水后用水指标如何核定？", "再生水不占常规水指标，优先配置。"),
    PolicyTopic.INDUSTRY: ("设备更新能申请多少技改补助？", "按设备投资额不超过百分之十补助，下月集中申报。"),
    PolicyTopic.SERVICES: ("施工许可能否在旗区窗口一次办结？", "可以，由帮办员全程代办，材料齐全当日受理。"),
    PolicyTopic.FOREST_GRASSLAND: ("光伏治沙项目同时涉及林地草地，要办几次？", "一次受理、一文批复。"),
    PolicyTopic.ATTRACTION: ("引进配套企业有没有奖励？", "按实际到位资金给予引荐奖励，需事前备案。"),
    PolicyTopic.TRADE: ("参加消费季活动能否得到补贴？", "对让利部分按比例补贴，活动结束后一个月内申报。"),
    _LEFT_OPEN: ("引进的外地技工如何申请安家补贴和子女入学？", ""),
}


class Enterprise(NamedTuple):
    """An enterprise that is visited, with its wishes."""

    number: int
    code: str
    name: str
    topics: tuple[PolicyTopic, ...]


class Team(NamedTuple):
    """A team as planned by hand: whom it visits, and which departments send somebody."""

    name: str
    enterprises: tuple[int, ...]
    departments: tuple[str, ...]


def _rows(path: Path, division: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["division"] == division]


@cache
def enterprises(division: str) -> Sequence[Enterprise]:
    """Return the enterprises to visit: those with a project on the docket, then others of the banner."""
    owners = {item.project.owner_code: item.project.owner_name for item in docket(division)}
    place = list(BANNERS).index(division)
    for serial in range(VISITED - len(owners)):
        code = company_code(division, 800 + 10 * place + serial)
        owners[code] = f"{BANNERS[division]}示例惠企{'甲乙丙丁'[serial]}有限公司"
    wishes = {int(row["enterprise"]): row["topics"].split() for row in _rows(NEEDS, division)}
    return [
        Enterprise(number, code, name, tuple(map(PolicyTopic, wishes[number])))
        for number, (code, name) in enumerate(list(owners.items())[:VISITED], start=1)
    ]


def teams(division: str) -> Sequence[Team]:
    """Return the plan made by hand."""
    return [
        Team(row["team"], tuple(map(int, row["enterprises"].split())), tuple(row["departments"].split()))
        for row in _rows(TEAMS, division)
    ]


def need_posts(sessions: Sequence[PlannedSession]) -> list[Post]:
    """Return the needs each banner has collected, as one batch on the day of the notice."""
    posts = []
    for place, session in enumerate(sessions):
        moment = at(NOTICE_DAY, "10:30", minutes=place)
        for one in enterprises(session.division):
            for topic in one.topics:
                need = NeedCollected(
                    session=session.session,
                    need=f"need-{one.number}-{topic.value.replace('_', '-')}",
                    enterprise=one.name,
                    enterprise_code=one.code,
                    topic=topic,
                    question=_ASKED[topic][0],
                )
                posts.append(Post(unit_of("government", session.division), need, moment))
    return posts


class Day:
    """One session's teams and their day."""

    def __init__(self, session: PlannedSession) -> None:
        self._session = session
        self._day = session_day(session.position)
        self._eve = session_day(session.position, shift=-1)
        self._banner = unit_of("government", session.division)
        self._drc = unit_of("drc", CITY_DIVISION)
        self._visited = {one.number: one for one in enterprises(session.division)}

    def posts(self) -> list[Post]:
        """Return two teams with their plans on the eve, what they logged, and the end of their visits."""
        posts = []
        for number, team in enumerate(teams(self._session.division), start=1):
            planned = at(self._eve, "15:10", minutes=2 * number)
            posts.append(Post(self._drc, self._assigned(number, team), at(self._eve, "15:00", minutes=5 * number)))
            posts += [Post(self._banner, self._planned(team, place), planned) for place in range(len(team.enterprises))]
            logged = at(self._day, "16:58", minutes=number - 1)
            posts += [
                Post(self._banner, self._made(number, team, place), logged) for place in range(len(team.enterprises))
            ]
        concluded = VisitsConcluded(session=self._session.session, concluded_at=at(self._day, "17:00"))
        return [*posts, Post(self._drc, concluded, at(self._day, "17:03")), *self._answered_later()]

    def _answered_later(self) -> list[Post]:
        """Answer the issue that a question left open has become, on the next working day."""
        morning = session_day(self._session.position, shift=1)
        posts = []
        for one in self._visited.values():
            if one.topics[0] is _LEFT_OPEN:
                answer = IssueAnswered(
                    session=self._session.session,
                    issue=f"policy-question-{one.number}",
                    unit=self._drc.code,
                    answer=_ANSWER,
                    answered_by=leader(1),
                    answered_at=at(morning, "10:30"),
                )
                posts.append(Post(self._drc, answer, at(morning, "10:35")))
        return posts

    def _topics(self, team: Team) -> list[PolicyTopic]:
        wanted = {topic for number in team.enterprises for topic in self._visited[number].topics}
        return sorted(wanted, key=list(PolicyTopic).index)

    def _assigned(self, number: int, team: Team) -> TeamAssigned:
        members = [unit_of(bureau, CITY_DIVISION) for bureau in team.departments]
        return TeamAssigned(
            session=self._session.session,
            team=team.name,
            leader=TeamMember(name=leader(number), unit=self._drc.code, standing=Standing.STAFF, post="主任科员"),
            liaison=TeamMember(name=person("liaison", self._banner.code, str(number)), unit=self._banner.code),
            members=tuple(
                TeamMember(name=chief(unit, number), unit=unit.code, standing=Standing.SECTION_CHIEF, post="业务科科长")
                for unit in members
            ),
            topics=tuple(topic.zh for topic in self._topics(team)),
            starts_at=at(self._day, _DEPARTS),
            ends_at=at(self._day, _RETURNS),
        )

    def _times(self, place: int) -> tuple[datetime, datetime]:
        start = at(self._day, _DEPARTS) + place * _PACE
        return start, start + _VISIT

    def _planned(self, team: Team, place: int) -> VisitPlanned:
        one = self._visited[team.enterprises[place]]
        start, end = self._times(place)
        return VisitPlanned(
            session=self._session.session,
            team=team.name,
            visit=f"visit-{one.number}",
            enterprise=one.name,
            enterprise_code=one.code,
            starts_at=start,
            ends_at=end,
            topics=one.topics,
        )

    def _made(self, number: int, team: Team, place: int) -> EnterpriseVisited:
        one = self._visited[team.enterprises[place]]
        start, end = self._times(place)
        return EnterpriseVisited(
            session=self._session.session,
            team=team.name,
            visit=f"visit-{one.number}",
            enterprise=one.name,
            enterprise_code=one.code,
            started_at=start + timedelta(minutes=3),
            ended_at=end - timedelta(minutes=2),
            topics=one.topics,
            questions=tuple(self._question(number, one, topic) for topic in one.topics[:1]),
            received_by=person("head", one.code),
            feedback=Feedback.FAIR if int(choose("0123456789", one.code)) < _EVERY else Feedback.SATISFIED,
        )

    def _question(self, number: int, one: Enterprise, topic: PolicyTopic) -> VisitQuestion:
        text, answer = _ASKED[topic]
        answered = {"answer": answer, "answered_by": f"小分队（队长{leader(number)}）"} if answer else {}
        return VisitQuestion(question=f"question-{one.number}", topic=topic, text=text, **answered)


def visit_posts(session: PlannedSession) -> list[Post]:
    """Return what is posted of one banner's teams and visits."""
    return Day(session).posts()


def left_open(posts: Sequence[Post]) -> list[str]:
    """Name the questions that these visits leave open and nobody answers soon: each becomes an issue."""
    visited = [post.event for post in posts if isinstance(post.event, EnterpriseVisited)]
    answered = {post.event.issue for post in posts if isinstance(post.event, IssueAnswered)}
    asked = [one.question for visit in visited for one in visit.questions if one.answer is None]
    return [question for question in asked if f"policy-{question}" not in answered]
