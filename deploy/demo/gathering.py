"""What is posted of a banner's forum around its issues: needs, roster, agenda, seats, vehicles, who came, minutes."""

from datetime import datetime, timedelta
from typing import Final

from deploy.demo.library import chief
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import at, session_day
from deploy.demo.units import CITY_UNITS, banner_units, unit_of
from deploy.demo.visits import enterprises, teams
from shared.events import (
    AgendaItem,
    AgendaSet,
    Attendance,
    AttendanceTaken,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    ConsultationWindow,
    DepartmentsInvited,
    Event,
    ForumHost,
    ForumNeedReported,
    InvitedDepartment,
    MinutesRevised,
    Participant,
    ParticipantsConfirmed,
    ParticipantWithdrawn,
    PlannedSession,
    RosterLocked,
    SeatStaff,
    Speaker,
    SpeakersListed,
    SpeechStarted,
    Unit,
    Vehicle,
    VehiclesArranged,
)
from shared.vocabulary import BANNERS, CITY_DIVISION, ForumClass, ForumItem, PolicyTopic, Presence, Rank, SeatPeriod

_MINUTES: Final = dict(zip(ForumItem, (20, 45, 35, 20), strict=True))
_STARTS, _LASTS = "09:30", timedelta(minutes=120)
_SPEAKERS, _CROWDED = 3, 4
"""How many enterprises speak; the session in which a sixteenth person wants to come."""
_ALWAYS: Final = ("drc", "natural-resources", "ecology", "energy", "finance", "tax", "government-services")
_BY_TURNS: Final = ("water", "forestry-grassland", "housing", "industry", "investment-promotion", "transport")
_NEEDS: Final = (
    ("need-land", "用地", "项目扩建用地指标不足。"),
    ("need-power", "电力接入", "外部供电线路批复周期长。"),
)
_WHY: Final = {
    "drc": "牵头重点项目调度",
    "ecology": "企业咨询环评办理",
    "finance": "企业反映融资困难",
    "tax": "企业咨询退税政策",
    "government-services": "优化营商环境",
}


class Forum:
    """One banner's forum."""

    def __init__(self, session: PlannedSession) -> None:
        self._session = session.session
        self._place = session.position
        self._division = session.division
        self._banner = unit_of("government", session.division)
        self._office = unit_of("office", CITY_DIVISION)
        self._eve, self._day = session_day(session.position, shift=-1), session_day(session.position)
        self._begins = at(self._day, _STARTS)
        turn = [_BY_TURNS[(session.position + step) % len(_BY_TURNS)] for step in range(2)]
        self._bureaus = [bureau for bureau, _ in CITY_UNITS if bureau in (*_ALWAYS, *turn)]
        self._firms = enterprises(session.division)

    def posts(self) -> list[Post]:
        """Return the posts of the eve, of the day, and of the afternoon."""
        return [*self._beforehand(), *self._on_the_day()]

    def _beforehand(self) -> list[Post]:
        office, banner, eve = self._office, self._banner, self._eve
        needs = [Post(banner, self._need(*need), at(eve, "11:00")) for need in _NEEDS]
        return [
            *needs,
            Post(office, self._invitation(), at(eve, "11:30")),
            Post(office, self._confirmed(ForumClass.CITY, self._officials()), at(eve, "14:00")),
            Post(office, self._confirmed(ForumClass.LEADER, self._leaders()), at(eve, "14:01")),
            Post(banner, self._confirmed(ForumClass.BANNER, self._locals()), at(eve, "14:02")),
            Post(banner, self._confirmed(ForumClass.ENTERPRISE, self._heads()), at(eve, "14:03")),
            *self._gives_way(),
            Post(banner, self._agenda(), at(eve, "14:30")),
            Post(banner, self._speakers(), at(eve, "14:31")),
            Post(office, RosterLocked(session=self._session, locked_at=at(eve, "15:30")), at(eve, "15:30")),
            Post(banner, self._seats(), at(eve, "15:40")),
            Post(office, self._vehicles(), at(eve, "16:00")),
        ]

    def _on_the_day(self) -> list[Post]:
        banner, day = self._banner, self._day
        spoken = [
            Post(banner, self._speech(number), self._begins + timedelta(minutes=20 + 8 * number))
            for number in range(_SPEAKERS)
        ]
        return [
            Post(banner, self._consultation(SeatPeriod.BEFORE, at(day, "09:15")), at(day, "09:16")),
            Post(banner, self._attendance(), at(day, "09:29")),
            *spoken,
            Post(banner, self._consultation(SeatPeriod.AFTER, at(day, "11:40")), at(day, "11:41")),
            Post(banner, self._written(), at(day, "12:30")),
        ]

    def _need(self, need: str, tag: str, text: str) -> Event:
        one = self._firms[0]
        return ForumNeedReported(
            session=self._session, need=need, enterprise=one.name, enterprise_code=one.code, tags=(tag,), text=text
        )

    def _invitation(self) -> Event:
        by_need = {"natural-resources": ("need-land",), "energy": ("need-power",)}
        return DepartmentsInvited(
            session=self._session,
            invited_at=at(self._eve, "11:30"),
            departments=tuple(
                InvitedDepartment(
                    unit=unit_of(bureau, CITY_DIVISION).code,
                    needs=by_need.get(bureau, ()),
                    reason=None if bureau in by_need else _WHY.get(bureau, "重点项目涉及本部门手续"),
                )
                for bureau in self._bureaus
            ),
        )

    def _confirmed(self, kind: ForumClass, participants: tuple[Participant, ...]) -> Event:
        return ParticipantsConfirmed(session=self._session, kind=kind, participants=participants)

    def _officials(self) -> tuple[Participant, ...]:
        units = [unit_of(bureau, CITY_DIVISION) for bureau in self._bureaus]
        return tuple(_person(f"city-{place}", unit, "副局长") for place, unit in enumerate(units, start=1))

    def _leaders(self) -> tuple[Participant, ...]:
        name = person("city leader", str(self._place % 3))
        one = Participant(participant="leader-1", name=name, unit=self._office.code, post="市人民政府副市长")
        return (one,)

    @property
    def _head(self) -> tuple[str, str]:
        """The banner's principal by name and post."""
        name = BANNERS[self._division]
        return person("head", self._division), f"{name}{'区长' if name.endswith('区') else '旗长'}"

    def _locals(self) -> tuple[Participant, ...]:
        name, post = self._head
        first = Participant(participant="banner-1", name=name, unit=self._banner.code, post=post, rank=Rank.PRINCIPAL)
        deputy = _person("banner-2", self._banner, f"副{post[-2:]}", Rank.DEPUTY)
        others = [unit for unit in banner_units(self._division) if unit.bureau not in ("government", "park")]
        heads = [_person(f"banner-{place}", unit, "局长") for place, unit in enumerate(others, start=3)]
        return (first, deputy, *heads)

    def _heads(self) -> tuple[Participant, ...]:
        posts = ("董事长", "总经理") if self._place == _CROWDED else ("董事长",)
        return tuple(
            Participant(
                participant=f"enterprise-{one.number + len(self._firms) * turn}",
                name=person(post, one.code),
                unit=one.code,
                organisation=one.name,
                post=post,
            )
            for turn, post in enumerate(posts)
            for one in self._firms
        )

    def _gives_way(self) -> list[Post]:
        """Return the withdrawal that lets the sixteenth of a crowded list move up."""
        if self._place != _CROWDED:
            return []
        gone = ParticipantWithdrawn(
            session=self._session, participant="enterprise-9", reason="董事长参会，总经理不再参会"
        )
        return [Post(self._banner, gone, at(self._eve, "14:20"))]

    def _agenda(self) -> Event:
        name, post = self._head
        return AgendaSet(
            session=self._session,
            starts_at=self._begins,
            host=ForumHost(name=name, post=post, unit=self._banner.code, rank=Rank.PRINCIPAL),
            items=tuple(AgendaItem(item=item, minutes=minutes) for item, minutes in _MINUTES.items()),
        )

    def _speakers(self) -> Event:
        speakers = [Speaker(participant=f"enterprise-{number}", minutes=8) for number in range(1, _SPEAKERS + 1)]
        return SpeakersListed(session=self._session, speakers=tuple(speakers))

    def _speech(self, number: int) -> Event:
        started_at = self._begins + timedelta(minutes=20 + 8 * number)
        return SpeechStarted(session=self._session, participant=f"enterprise-{number + 1}", started_at=started_at)

    def _seats(self) -> Event:
        staff = tuple(
            SeatStaff(name=chief(unit, number), unit=unit.code, team=team.name)
            for number, team in enumerate(teams(self._division), start=1)
            for unit in (unit_of(team.departments[0], CITY_DIVISION),)
        )
        ends = self._begins + _LASTS
        windows = (
            ConsultationWindow(
                period=SeatPeriod.BEFORE, starts_at=at(self._day, "09:05"), ends_at=self._begins, staff=staff
            ),
            ConsultationWindow(
                period=SeatPeriod.AFTER, starts_at=ends, ends_at=ends + timedelta(minutes=30), staff=staff
            ),
        )
        return ConsultationSeatsStaffed(session=self._session, windows=windows, place="会场入口")

    def _consultation(self, period: SeatPeriod, given_at: datetime) -> Event:
        return ConsultationGiven(
            session=self._session,
            consultation=f"consultation-{period.value}",
            period=period,
            given_at=given_at,
            topic=PolicyTopic.TAX if period is SeatPeriod.BEFORE else PolicyTopic.FINANCE,
            enterprise=self._firms[-1].name,
        )

    def _vehicles(self) -> Event:
        city = [f"city-{place}" for place in range(1, len(self._bureaus) + 1)]
        bus = Vehicle(
            vehicle="bus-1",
            plate=f"蒙K·X{self._place:03}1",
            driver=person("driver", str(self._place % 4)),
            seats=18,
            departs_at=self._begins - timedelta(minutes=90),
            departs_from="市党政大楼南门",
            bound_for=f"{BANNERS[self._division]}会场",
            passengers=tuple(city),
        )
        return VehiclesArranged(session=self._session, vehicles=(bus,), own_way=("leader-1",))

    def _attendance(self) -> Event:
        persons = [*self._officials(), *self._leaders(), *self._locals(), *self._heads()]
        gone = ("enterprise-9",) if self._place == _CROWDED else ()
        entries = [_came(one, self._place) for one in persons if one.participant not in gone]
        return AttendanceTaken(session=self._session, taken_at=at(self._day, "09:28"), entries=tuple(entries))

    def _written(self) -> Event:
        names = "、".join(one.name for one in self._firms[:_SPEAKERS])
        text = (
            f"一、旗区汇报重大项目推进情况：{BANNERS[self._division]}汇报了重大项目进展和要素保障情况。\n"
            f"二、企业发言：{names}依次发言。\n"
            "三、交流发言，现场答复：市直部门对能够当场答复的问题作了答复，其余问题交办。\n"
            "四、市领导讲话：要求各部门限期办理企业反映的问题。"
        )
        editor = person("secretary", self._division)
        return MinutesRevised(
            session=self._session, text=text, based_on=0, editor=editor, revised_at=at(self._day, "12:30")
        )


def _person(slug: str, unit: Unit, post: str, rank: Rank = Rank.MEMBER) -> Participant:
    return Participant(participant=slug, name=person("forum", unit.code, post), unit=unit.code, post=post, rank=rank)


def _came(one: Participant, place: int) -> Attendance:
    """Say how somebody came: of the city's second and third one sends a substitute, one is excused or absent."""
    if one.participant == "city-2":
        return Attendance(
            participant=one.participant,
            presence=Presence.SUBSTITUTE,
            substitute=person("substitute", one.unit),
            substitute_post="科长",
        )
    if one.participant == "city-3":
        absent = Presence.ABSENT if place % 2 else Presence.EXCUSED
        return Attendance(participant=one.participant, presence=absent, reason=None if place % 2 else "另有会议")
    return Attendance(participant=one.participant, presence=Presence.PRESENT)


def gathering_posts(session: PlannedSession) -> list[Post]:
    """Return what is posted of one banner's forum around its issues."""
    return Forum(session).posts()
