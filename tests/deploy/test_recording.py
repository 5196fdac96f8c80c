"""The recorded sample campaign is the generator's output and keeps the contracts and the notice's rules."""

import json
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from deploy.demo.make_campaign import campaign
from deploy.demo.record import files
from deploy.demo.run import SAMPLE
from shared.envelope import read_posted
from shared.events import EVENTS, CampaignPlanned
from shared.vocabulary import CITY_DIVISION, KANGBASHI, Level

POSTED: list[dict[str, Any]] = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
FIRST = list({(each["source"], each["id"]): each for each in POSTED}.values())
PLANNED = campaign(demo=True)
UNITS = {f"/units/{unit.code}": unit for unit in PLANNED.units}
SESSIONS = {session.session: session for session in PLANNED.sessions}


def of(kind: str) -> list[dict[str, Any]]:
    return [each for each in FIRST if each["type"] == f"chunfeng.{kind}.v1"]


def bureau(post: dict[str, Any]) -> tuple[str, str]:
    unit = UNITS[post["source"]]
    return unit.bureau, unit.division


def test_the_committed_files_are_the_generators_output() -> None:
    generated = files()
    assert SAMPLE in generated
    for path, text in generated.items():
        assert path.read_text("utf-8") == text, path.name


def test_every_line_passes_the_strict_reading_of_the_intake() -> None:
    for posted in POSTED:
        assert list(posted) == ["specversion", "id", "source", "type", "time", "datacontenttype", "data"]
        event = EVENTS[posted["type"]].model_validate(posted["data"], extra="forbid")
        assert read_posted(posted, EVENTS).event == event
        assert posted["time"].endswith("+08:00")


def test_nothing_stated_by_the_service_is_posted() -> None:
    assert not [each for each in FIRST if {"totals", "issues", "teams"} & each["data"].keys()]


def test_lines_are_in_time_order_but_for_repeats() -> None:
    times = [datetime.fromisoformat(each["time"]) for each in FIRST]
    assert times == sorted(times)


def test_ids_are_numbered_per_source_without_a_gap() -> None:
    numbers: dict[str, list[int]] = {}
    for each in FIRST:
        numbers.setdefault(each["source"], []).append(int(each["id"].rpartition("-")[2]))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_the_first_line_plans_the_demo_copy_of_the_template() -> None:
    assert CampaignPlanned.model_validate(POSTED[0]["data"]) == PLANNED
    assert PLANNED.demo


@pytest.mark.parametrize("kind", ["session.scheduled", "session.opened", "session.closed"])
def test_ten_sessions_are_scheduled_opened_and_closed(kind: str) -> None:
    assert Counter(each["data"]["session"] for each in of(kind)) == Counter(list(SESSIONS))


def test_sessions_are_held_one_a_working_day_and_the_city_session_last() -> None:
    starts = {each["data"]["session"]: each["data"]["starts_at"] for each in of("session.scheduled")}
    days = [datetime.fromisoformat(starts[session]).date() for session in SESSIONS]
    assert days[0].isoformat() == "2022-03-16"
    assert all(earlier < later for earlier, later in pairwise(days))
    assert {day.weekday() for day in days} <= {0, 1, 2, 3, 4}


def test_venues_follow_the_notice() -> None:
    kinds = {
        SESSIONS[each["data"]["session"]].division: each["data"]["venue"]["kind"] for each in of("session.scheduled")
    }
    assert kinds.pop(CITY_DIVISION) == "service_centre"
    assert kinds.pop(KANGBASHI) == "government_office"
    assert set(kinds.values()) == {"park"}


def test_decisions_and_licences_are_posted_by_the_owner_at_their_level() -> None:
    for each in [*of("approval.signed"), *of("approval.corrected"), *of("licence.issued")]:
        data = each["data"]
        level, division = Level(data["level"]), SESSIONS[data["session"]].division
        seat = CITY_DIVISION if level is Level.CITY else division
        assert bureau(each) == (PLANNED.owners[level][data["formality"]], seat)


def test_dockets_are_kept_by_the_drc_of_the_level() -> None:
    for each in [*of("application.docketed"), *of("application.withdrawn")]:
        city = each["data"]["level"] == Level.CITY
        assert bureau(each) == ("drc", CITY_DIVISION if city else SESSIONS[each["data"]["session"]].division)


def test_sessions_and_forums_are_posted_by_their_host_and_teams_by_the_city_drc() -> None:
    for kind in ("session.opened", "session.closed", "issue.raised", "forum.held"):
        for each in of(kind):
            division = SESSIONS[each["data"]["session"]].division
            assert bureau(each) == ("office" if division == CITY_DIVISION else "government", division)
    for each in [*of("session.scheduled"), *of("team.assigned"), *of("visits.concluded")]:
        assert bureau(each) == ("drc", CITY_DIVISION)


def test_scopes_and_levels_fit_the_kind_of_session() -> None:
    for each in of("application.docketed"):
        data, city = each["data"], each["data"]["session"].endswith(CITY_DIVISION)
        assert data["project"]["scope"] in ({"city_own"} if city else {"city_key", "banner_key"})
        assert data["level"] == "city" or not city
        assert data["project_code"][5:11] == data["project"]["owner_code"][2:8] == data["session"][-6:]


def test_a_project_is_always_the_same_project() -> None:
    projects = {(each["data"]["project_code"], str(each["data"]["project"])) for each in of("application.docketed")}
    assert len(projects) == len(dict(projects)) == 60


def test_a_city_session_has_neither_forum_nor_teams() -> None:
    posts = [*of("forum.held"), *of("visits.concluded"), *of("issue.raised"), *of("team.assigned")]
    assert {each["data"]["session"] for each in posts} == set(SESSIONS) - {f"spring-2022-{CITY_DIVISION}"}


def test_a_team_is_led_by_the_drc_with_a_liaison_of_the_banner_and_members_of_city_departments() -> None:
    for each in of("team.assigned"):
        data = each["data"]
        leader, liaison = (UNITS[f"/units/{data[who]['unit']}"] for who in ("leader", "liaison"))
        assert (leader.bureau, leader.level) == ("drc", Level.CITY)
        assert liaison.division == SESSIONS[data["session"]].division
        members = {UNITS[f"/units/{member['unit']}"] for member in data["members"]}
        assert all(unit.level is Level.CITY and 1 < unit.precedence <= 18 for unit in members)
        assert len(members) == len(data["members"])
