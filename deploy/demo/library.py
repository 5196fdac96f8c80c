"""The sample library and its 17 brochures: made by a script from library.csv, plausible and wholly fictitious."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import NOTICE_DAY, at, session_day
from deploy.demo.units import unit_of
from shared.events import BrochurePublished, Event, OfficialNominated, PolicyListed, Unit
from shared.vocabulary import CITY_DIVISION, PolicyLevel, PolicyTopic, Standing

LIBRARY: Final = Path(__file__).with_name("library.csv")
CHIEFS: Final = 4
"""Section chiefs each department names for the teams."""
_DRC_STAFF: Final = 3
REVISES: Final = "tax"
"""The department whose brochure is revised while the campaign is under way."""
_SHELF: Final = (
    (PolicyLevel.NATIONAL, "国务院办公厅", "国办发", "指导意见", date(2019, 6, 3)),
    (PolicyLevel.REGION, "内蒙古自治区人民政府办公厅", "内政办发", "实施意见", date(2020, 4, 7)),
    (PolicyLevel.CITY, "鄂尔多斯市人民政府办公室", "鄂府办发", "若干措施", date(2021, 2, 22)),
)


class Subject(NamedTuple):
    """A line of library.csv: what three levels have each issued a policy about."""

    bureau: str
    topic: str
    subject: str
    measure: str


def subjects() -> Sequence[Subject]:
    with LIBRARY.open(encoding="utf-8", newline="") as file:
        return [Subject(**row) for row in csv.DictReader(file)]


def _summary(level: PolicyLevel, unit: Unit, one: Subject) -> str:
    if level is PolicyLevel.NATIONAL:
        return f"明确{one.subject}的总体要求和重点任务，提出{one.measure}，由各地结合实际组织实施。（示例，内容虚构）"
    if level is PolicyLevel.REGION:
        return f"对{one.subject}作出具体安排：{one.measure}；盟市受理，材料齐全的十个工作日内办结。（示例，内容虚构）"
    return f"{one.measure}；企业向{unit.name}提出申请，符合条件的当年兑现，不重复享受同类政策。（示例，内容虚构）"


def _policies(unit: Unit, lines: Sequence[tuple[int, Subject]]) -> list[PolicyListed]:
    """Return a department's policies, each subject at each of the three levels, the last of a city's ending."""
    return [
        PolicyListed(
            policy=f"{level.value}-{one.bureau}-{number:02d}",
            title=f"{issuer}关于{one.subject}的{kind}（示例）",
            level=level,
            issuer=issuer,
            number=f"{sign}〔{(first + timedelta(days=5 * number)).year}〕{900 + number}号",
            issued_on=first + timedelta(days=5 * number),
            valid_until=date(2025, 12, 31) if level is PolicyLevel.CITY else None,
            topics=(PolicyTopic(one.topic),),
            summary=_summary(level, unit, one),
        )
        for level, issuer, sign, kind, first in _SHELF
        for number, one in lines
    ]


def _brochure(
    unit: Unit, topic: str, policies: Sequence[str], moment: datetime, changes: str | None
) -> BrochurePublished:
    word = PolicyTopic(topic).zh
    return BrochurePublished(
        campaign="spring-2022",
        department=unit.code,
        topic=PolicyTopic(topic),
        title=f"{word}政策宣传册",
        foreword=f"为便于企业了解近三年国家、自治区、市级{word}方面的政策，{unit.name}编制本册。本册为演示数据，内容虚构。",
        policies=tuple(policies),
        published_at=moment,
        changes=changes,
    )


def _officials(unit: Unit) -> list[OfficialNominated]:
    count, standing, post = CHIEFS, Standing.SECTION_CHIEF, "业务科科长"
    chiefs = [(f"chief-{n}", chief(unit, n), standing, post) for n in range(1, count + 1)]
    if unit.bureau == "drc":
        chiefs += [(f"staff-{n}", leader(n), Standing.STAFF, "主任科员") for n in range(1, _DRC_STAFF + 1)]
    return [
        OfficialNominated(campaign="spring-2022", official=slug, unit=unit.code, name=name, standing=rank, post=office)
        for slug, name, rank, office in chiefs
    ]


def chief(unit: Unit, number: int) -> str:
    """Return the name of a department's section chief."""
    return person("section chief", unit.code, str(number))


def leader(number: int) -> str:
    """Return the name of one of the city DRC's staff who lead teams."""
    return person("leader", unit_of("drc", CITY_DIVISION).code, str(number))


def library_posts() -> list[Post]:
    """Return each department's policies, brochure and officials as one batch; one brochure is revised later."""
    posts: list[Post] = []
    numbered = list(enumerate(subjects(), start=1))
    for place, bureau in enumerate(dict.fromkeys(one.bureau for _, one in numbered)):
        unit, moment = unit_of(bureau, CITY_DIVISION), at(NOTICE_DAY, "09:30", minutes=place)
        lines = [(number, one) for number, one in numbered if one.bureau == bureau]
        policies, topic = _policies(unit, lines), lines[0][1].topic
        slugs = [one.policy for one in policies]
        first = _brochure(unit, topic, slugs[:-1] if bureau == REVISES else slugs, moment, None)
        batch: list[Event] = [*policies, first, *_officials(unit)]
        posts += [Post(unit, event, moment) for event in batch]
        if bureau == REVISES:
            later = at(session_day(3, shift=-1), "15:21")
            changes = f"补充《{policies[-1].title}》"
            posts.append(Post(unit, _brochure(unit, topic, slugs, later, changes), later))
    return posts
