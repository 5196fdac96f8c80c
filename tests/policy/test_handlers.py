"""What the policy service hears from others: when a session begins, who is booked elsewhere, answers to questions."""

import random

import pytest

from shared.events import Event, IssueAnswered, RosterClass
from shared.vocabulary import ForumClass
from tests.builders import BANNER, BANNER_SESSION, DRC, at, person, session_scheduled, unit
from tests.forums import gatherings
from tests.policy.library import heard, policy_office
from tests.policy.visiting import chief, question, team_on_its_way, visited
from tests.posting import Office
from tests.systems import System, until

TAX_AT_FORUM = {"participant": "city-1", "post": "业务科科长", **person("tax")}
FINANCE_AT_FORUM = {"participant": "city-2", "post": "业务科科长", **person("finance")}


async def slots(system: System) -> set[tuple[str, str]]:
    """Return who is booked from when, in Ordos time."""
    local = "to_char(starts_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI')"
    rows = await system.rows("policy", f"SELECT name, {local} AS start FROM slot")  # noqa: S608  (a test's own words)
    return {(row["name"], row["start"]) for row in rows}


@pytest.mark.row(48)
async def test_consultation_seats_and_the_forum_book_people_in_whatever_order_it_is_told(system: System) -> None:
    agenda = gatherings.agenda()
    city, heads = gatherings.confirmed(TAX_AT_FORUM), gatherings.confirmed(gatherings.head(1), kind="enterprise")
    roster = [
        RosterClass(kind=ForumClass.CITY, cap=15, waiting=0, participants=city.participants),
        RosterClass(kind=ForumClass.ENTERPRISE, cap=15, waiting=0, participants=heads.participants),
    ]
    facts: list[tuple[int, Event]] = [
        (1, city),
        (2, gatherings.confirmed(FINANCE_AT_FORUM)),
        (3, gatherings.withdrawn("city-2")),
        (4, gatherings.locked(roster=roster)),
        (1, gatherings.agenda(starts_at=at(8))),
        (2, agenda),
        (1, gatherings.staffed(windows=gatherings.windows(after=2))),
        (2, gatherings.staffed()),
    ]
    async with policy_office(system, scheduled=True) as (office, _):
        random.Random(48).shuffle(facts)  # noqa: S311  (a test's own dice)
        await heard(system, *facts)
        tax, forum = person("tax")["name"], ("tax某（虚构）", "09:30")
        assert await slots(system) == {forum, (tax, "09:00"), (tax, "11:30")}

        refused = await office.post(team_on_its_way(starts_at=at(11, 40)), DRC)
        assert (refused.status_code, refused.json()["row"]) == (409, 48)
        assert "座谈会后政策咨询（12:00结束）" in refused.json()["title"]
        await office.accepted((team_on_its_way(starts_at=at(12)), DRC))


@pytest.mark.row(48)
async def test_a_team_of_another_session_cannot_take_somebody_from_the_forum_or_the_seats(system: System) -> None:
    async with policy_office(system) as (office, _):
        later = at(9, days=1)
        await heard(system, (1, session_scheduled(starts_at=later)), service="approvals", first=100)
        await heard(system, (1, gatherings.confirmed(TAX_AT_FORUM)), (1, gatherings.staffed()))
        other = {"session": "spring-2022-150621", "liaison": person("government", "150621")}
        elsewhere = team_on_its_way(**other, members=[chief("tax")], starts_at=at(10, days=1), ends_at=at(12, days=1))
        refused = await office.post(elsewhere, DRC)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (409, "data.members.0")
        assert "03-17 09:20—11:20已安排：东胜区专场政企座谈会" in refused.json()["title"]
        at_the_seats = team_on_its_way(**other, members=[chief("tax")], starts_at=at(11, 45), ends_at=at(13))
        refused = await office.post(at_the_seats, DRC)
        assert "03-16 11:30—12:00已安排：东胜区专场政策咨询席（会后）" in refused.json()["title"]


@pytest.mark.row(48)
async def test_whoever_is_booked_after_the_team_was_assigned_is_shown_as_a_clash(system: System) -> None:
    async with policy_office(system, (team_on_its_way(), DRC), scheduled=True) as (office, _):
        await heard(system, (1, gatherings.confirmed(TAX_AT_FORUM)), (1, gatherings.agenda(starts_at=at(13))))
        cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}"}
        page = (await office.client.get(f"/sessions/{BANNER_SESSION}/teams", headers=cookie)).text
        assert "人员时间冲突，请调整" in page
        assert "03-16 13:00—15:00 东胜区专场政企座谈会" in page


async def _answers(office: Office) -> dict[str, object]:
    asked = (await office.client.get(f"/v1/sessions/{BANNER_SESSION}/questions", headers=office.key(DRC))).json()
    found: dict[str, object] = asked[0]
    return found


@pytest.mark.row(49)
async def test_a_question_left_open_becomes_an_issue_of_the_forum_and_its_answer_comes_back(system: System) -> None:
    asked = visited(questions=[question(topic="tax", text="留抵退税何时到账？")])
    async with (
        policy_office(system, (team_on_its_way(), DRC), (asked, BANNER)) as (office, _),
        system.serving("forums") as client,
    ):
        forums = Office(client, office.tokens)

        async def raised() -> bool:
            return (await _answers(office))["issue"] is not None

        await until(raised, within=20)
        issue = str((await _answers(office))["issue"])
        answer = IssueAnswered(
            session=BANNER_SESSION,
            issue=issue,
            unit=unit("tax").code,
            answer="十个工作日内到账。",
            answered_by="税政科（虚构）",
            answered_at=at(16),
        )
        await forums.accepted((answer, DRC))

        async def answered() -> bool:
            return await system.count("policy", "outbox WHERE type = 'chunfeng.question.answered.v1'") == 1

        await until(answered, within=20)
        question_ = await _answers(office)
        assert (question_["answer"], question_["answered_by"]) == ("十个工作日内到账。", unit("tax").name)
        assert question_["left_open"] is True, "it was open when the team left: the count stays"
