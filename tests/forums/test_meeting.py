"""The forum itself: four items under the banner's principal, speakers in turn, who came, consultation seats."""

from typing import Any

import pytest

from services.forums.domain import ForumsWorld
from services.forums.domain.agenda import (
    HaveSpoken,
    HostNotOnRoster,
    HostNotPrincipal,
    ItemsNotAsPrinted,
    NobodyLeft,
    NotAnEnterprise,
    OutOfTurn,
    SpeakersTooLong,
    TooLong,
    timetable,
)
from services.forums.domain.attendance import came
from services.forums.domain.refusals import NotOnRoster
from services.forums.domain.seats import (
    ConsultationTaken,
    NoSuchWindow,
    NotOfTheTeam,
    SitsTwice,
    WindowsOverlapForum,
)
from shared.campaign import NotAllowed, NotInCitySession, StatedByService
from shared.clock import SHANGHAI
from shared.events import (
    AgendaSet,
    AttendanceTaken,
    ConsultationGiven,
    ConsultationSeatsStaffed,
    Event,
    ForumHeld,
    SpeakersListed,
)
from shared.problems import NotYet
from shared.vocabulary import ForumClass, SeatPeriod
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, OFFICE, at, caller, forum_held, posted, unit
from tests.deciding import decide, given, refused
from tests.forums.gatherings import (
    INVITED,
    LOCKED,
    agenda,
    attended,
    carried,
    confirmed,
    consulted,
    heads,
    heard,
    items,
    local,
    noted,
    official,
    officials,
    principal,
    seat,
    speakers,
    spoke,
    staffed,
    windows,
    withdrawn,
)

LISTED = (INVITED, officials(3), heads(3))


@pytest.mark.row(33)
@pytest.mark.parametrize(
    "host",
    [
        principal(rank="deputy", post="副区长"),
        principal(rank="member"),
        principal(unit=unit("water", "150602").code),
        principal(unit=unit("drc").code),
    ],
)
def test_a_host_of_other_rank_or_unit_is_refused(host: dict[str, Any]) -> None:
    refusal = refused(HostNotPrincipal, heard(), agenda(host=host), BANNER)
    assert (refusal.status, refusal.row) == (422, 33)
    assert "应由旗区主要负责人主持" in refusal.problem()["title"]


@pytest.mark.row(33)
def test_the_host_is_the_principal_on_the_banners_roster() -> None:
    def on_roster(name: str, rank: str) -> ForumsWorld:
        person = local(1, name=name, unit=BANNER.unit, rank=rank)
        return heard((confirmed(person, kind="banner"), BANNER))

    host = principal()["name"]
    assert decide(on_roster(host, "principal"), agenda(), BANNER) == agenda()
    assert (
        "主要负责人是钱旗长"
        in refused(HostNotOnRoster, on_roster("钱旗长", "principal"), agenda(), BANNER).problem()["title"]
    )
    assert "分管" in refused(HostNotOnRoster, on_roster(host, "deputy"), agenda(), BANNER).problem()["title"]
    assert decide(on_roster("钱旗长", "deputy"), agenda(), BANNER) == agenda(), "he may come onto the roster yet"
    locked = given(on_roster("钱旗长", "deputy"), LOCKED)
    assert refused(HostNotOnRoster, locked, agenda(), BANNER).row == 33


@pytest.mark.row(33)
def test_the_four_items_stand_in_the_notices_order_each_with_its_times() -> None:
    fact = decide(heard(), agenda(), BANNER)
    assert isinstance(fact, AgendaSet)
    times = [
        (one.item.value, f"{one.starts_at.astimezone(SHANGHAI):%H:%M}-{one.ends_at.astimezone(SHANGHAI):%H:%M}")
        for one in timetable(fact)
    ]
    assert times == [
        ("report", "09:30-09:50"),
        ("enterprises", "09:50-10:35"),
        ("exchange", "10:35-11:10"),
        ("leader", "11:10-11:30"),
    ]


@pytest.mark.row(33)
def test_an_agenda_of_other_items_order_or_length_is_refused() -> None:
    refused(ItemsNotAsPrinted, heard(), agenda(items=items()[:3]), BANNER)
    refused(ItemsNotAsPrinted, heard(), agenda(items=items()[::-1]), BANNER)
    refused(TooLong, heard(), agenda(items=items(30, 60, 45, 20)), BANNER)


@pytest.mark.row(34)
def test_the_order_printed_is_the_order_spoken() -> None:
    world = heard(*LISTED, (agenda(), BANNER), (speakers(2, 1, 3), BANNER))
    refusal = refused(OutOfTurn, world, spoke(1), BANNER)
    assert "应由示例企业2（虚构）企业2（虚构）发言" in refusal.problem()["title"]
    decide(world, spoke(2), BANNER)
    refused(HaveSpoken, world, speakers(1, 2, 3), BANNER)
    decide(world, speakers(2, 3, 1), BANNER)
    refused(OutOfTurn, world, spoke(1), BANNER)
    given(world, (spoke(3), BANNER), (spoke(1), OFFICE))
    assert [one.participant for one in world.speeches_of(BANNER_SESSION)] == [f"enterprise-{n}" for n in (2, 3, 1)]
    refused(NobodyLeft, world, spoke(1), BANNER)


@pytest.mark.row(34)
def test_who_withdraws_is_passed_over() -> None:
    world = heard(*LISTED, (speakers(1, 2), BANNER), (withdrawn("enterprise-1"), BANNER))
    decide(world, spoke(2), BANNER)


@pytest.mark.row(34)
def test_the_list_states_who_speaks_and_fits_the_second_item() -> None:
    world = heard(*LISTED, (agenda(), BANNER))
    fact = decide(world, speakers(1), BANNER)
    assert isinstance(fact, SpeakersListed)
    assert (fact.speakers[0].name, fact.speakers[0].organisation) == ("企业1（虚构）", "示例企业1（虚构）")
    refused(SpeakersTooLong, world, speakers(1, 2, 3, minutes=16), BANNER)
    decide(world, speakers(1, 2, 3, minutes=15), BANNER)
    refused(SpeakersTooLong, world, agenda(items=items(20, 30, 50, 20)), BANNER)
    officials_only = speakers(1).model_copy(
        update={"speakers": (speakers(1).speakers[0].model_copy(update={"participant": "city-1"}),)}
    )
    refused(NotAnEnterprise, world, officials_only, BANNER)
    assert "participants.confirmed" in refused(NotYet, world, speakers(9), BANNER).needs


@pytest.mark.row(38)
def test_who_came_are_the_present_and_the_substitutes_not_the_absent_or_excused() -> None:
    entries = (
        ("city-1", "present"),
        {"participant": "city-2", "presence": "substitute", "substitute": "代会（虚构）", "substitute_post": "科长"},
        ("city-3", "absent"),
        ("enterprise-1", "present"),
    )
    world = heard(*LISTED, (attended(*entries), BANNER))
    there = came(world.roster_of(BANNER_SESSION).values(), ForumClass.CITY)
    assert [(one.name, one.instead_of) for one in there] == [("市直1（虚构）", None), ("代会（虚构）", "市直2（虚构）")]
    given(world, (attended(("city-3", "present"), ("city-1", "excused")), OFFICE))
    names = [one.name for one in came(world.roster_of(BANNER_SESSION).values(), ForumClass.CITY)]
    assert names == ["代会（虚构）", "市直3（虚构）"], "the last word of each counts"


@pytest.mark.row(38)
def test_only_who_has_a_place_signs_in() -> None:
    world = heard(*LISTED, (withdrawn("city-1"), OFFICE))
    refusal = refused(NotOnRoster, world, attended(("city-1", "present")), BANNER)
    assert "已退出" in refusal.problem()["title"]
    refused(NotYet, world, attended(("city-77", "present")), BANNER)
    refused(NotAllowed, world, attended(("city-2", "present")), caller("tax"))


@pytest.mark.row(38, 39, 59)
def test_the_end_of_the_forum_states_who_came_spoke_and_asked() -> None:
    world = heard(*LISTED, (speakers(1), BANNER), (spoke(1), BANNER))
    world.teams[BANNER_SESSION, "team-1"] = {(seat("tax")["unit"], seat("tax")["name"])}
    given(world, (staffed(), BANNER), (consulted(1), BANNER), (attended(("city-1", "present")), BANNER))
    fact = decide(world, forum_held(), BANNER)
    assert isinstance(fact, ForumHeld)
    assert (fact.issues, fact.speakers, fact.consultations) == (0, 1, 1)
    city = next(one for one in fact.attendance or () if one.kind is ForumClass.CITY)
    assert (city.planned, city.present, city.unknown) == (3, 1, 2)
    late = decide(world, attended(("city-2", "absent")), BANNER)
    assert isinstance(late, AttendanceTaken)
    assert late.late
    after = decide(world, consulted(2, period="after"), BANNER)
    assert isinstance(after, ConsultationGiven)
    assert after.late
    refused(StatedByService, world, forum_held(speakers=3), BANNER)


@pytest.fixture
def teamed() -> ForumsWorld:
    """Return a world that has heard of a policy team of two."""
    world = heard()
    world.teams[BANNER_SESSION, "team-1"] = {(seat(one)["unit"], seat(one)["name"]) for one in ("tax", "finance")}
    return world


@pytest.mark.row(39)
def test_an_empty_window_is_named(teamed: ForumsWorld) -> None:
    for before, after, empty in ((1, 2, ()), (1, 0, (SeatPeriod.AFTER,)), (0, 0, tuple(SeatPeriod))):
        fact = decide(teamed, staffed(windows=windows(before, after)), BANNER)
        assert isinstance(fact, ConsultationSeatsStaffed)
        assert fact.empty == empty
    fact = decide(teamed, staffed(windows=windows()[:1]), BANNER)
    assert isinstance(fact, ConsultationSeatsStaffed)
    assert fact.empty == (SeatPeriod.AFTER,)
    refused(NoSuchWindow, teamed, consulted(period="after"), BANNER)


@pytest.mark.row(39)
def test_seats_are_staffed_by_members_of_policy_teams(teamed: ForumsWorld) -> None:
    stranger = windows()
    stranger[0]["staff"] = [seat("water")]
    refused(NotOfTheTeam, teamed, staffed(windows=stranger), BANNER)
    stranger[0]["staff"] = [seat("tax") | {"team": "team-2"}]
    assert refused(NotYet, teamed, staffed(windows=stranger), BANNER).needs.endswith(f"{BANNER_SESSION}/team-2")
    stranger[0]["staff"] = [seat("tax"), seat("tax")]
    refused(SitsTwice, teamed, staffed(windows=stranger), BANNER)


@pytest.mark.row(39)
def test_the_windows_lie_before_and_after_the_forum(teamed: ForumsWorld) -> None:
    given(teamed, (agenda(), BANNER))
    decide(teamed, staffed(), BANNER)
    early = windows()
    early[1]["starts_at"] = at(11, 20)
    refused(WindowsOverlapForum, teamed, staffed(windows=early), BANNER)
    late = windows()
    late[0]["ends_at"] = at(9, 31)
    refused(WindowsOverlapForum, teamed, staffed(windows=late), BANNER)


@pytest.mark.row(39)
def test_consultations_are_counted_once_each(teamed: ForumsWorld) -> None:
    assert refused(NotYet, teamed, consulted(), BANNER).needs.startswith("chunfeng.consultation-seats.staffed.v1")
    given(teamed, (staffed(), BANNER), (consulted(1), BANNER), (consulted(2), caller("tax")))
    refused(ConsultationTaken, teamed, consulted(1), BANNER)
    assert len(teamed.consultations) == 2


@pytest.mark.row(2)
@pytest.mark.parametrize("event", [agenda(), attended(("city-1", "present")), staffed(), carried(), noted()])
def test_the_city_session_has_nothing_of_a_forum(event: Event) -> None:
    elsewhere = event.model_copy(update={"session": CITY_SESSION})
    refused(NotInCitySession, heard(), elsewhere, DRC)


@pytest.mark.row(32, 38)
def test_who_comes_late_onto_a_locked_roster_signs_in_like_the_others() -> None:
    world = heard(*LISTED, LOCKED, (confirmed(official(9), reason="新增议题"), DRC))
    assert len(world.decide(posted(attended(("city-9", "present")), BANNER))) == 1
