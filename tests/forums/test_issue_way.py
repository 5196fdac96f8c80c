"""Issues in the running service: escalated by the clock, made of policy questions, waited for, listed and counted."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import python_calamine
from structlog.testing import capture_logs

from shared.events import IssueEscalated, QuestionAnswered, QuestionLeftOpen
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, OTHER_SESSION, at, issue_raised
from tests.deciding import Post
from tests.forums.desk import at_desk, pass_to
from tests.forums.issuing import (
    DISPATCHED,
    HOUSING,
    LAND,
    PARK,
    RAISED,
    RESOLVED,
    WATER,
    answered,
    closed_out,
    dispatched,
    feedback,
    objected,
    reassigned,
    resolved,
    withdrawn,
)
from tests.posting import Office
from tests.systems import System, fact, until

LEDGER = "/v1/campaigns/spring-2022/issues"
ISSUE = f"/v1/sessions/{BANNER_SESSION}/issues/issue-1"


async def read(office: Office, path: str, **params: str) -> Any:  # noqa: ANN401  (JSON)
    answer = await office.client.get(path, params=params, headers=office.key(DRC))
    assert answer.status_code == 200, answer.text
    return answer.json()


def sample() -> list[Post]:
    """Return ten issues and what became of them: the sample that is counted by hand below."""
    posts: list[Post] = [(issue_raised(issue=f"issue-{number}"), BANNER) for number in range(1, 11)]
    posts += [(answered(issue=f"issue-{n}"), LAND) for n in (1, 2, 3)]
    posts += [(feedback(issue="issue-1", given_at=at(12)), PARK), (closed_out(issue="issue-1", closed_at=at(13)), DRC)]
    posts.append((feedback(issue="issue-2", feedback="dissatisfied", given_at=at(12)), PARK))
    posts += [(dispatched(issue=f"issue-{n}"), DRC) for n in (4, 5, 6)]
    posts.append((dispatched(issue="issue-7", lead=HOUSING.unit, assisting=[]), BANNER))
    posts += [(resolved(issue="issue-4"), LAND), (resolved(issue="issue-5", resolved_at=at(9, days=40)), LAND)]
    posts.append((feedback(issue="issue-4", feedback="fair"), PARK))
    posts += [(objected(issue="issue-6"), LAND), (reassigned(issue="issue-6"), DRC)]
    posts.append((withdrawn(issue="issue-8"), BANNER))
    return posts


@pytest.mark.row(37)
async def test_rates_per_banner_and_unit_are_those_of_a_hand_count(system: System) -> None:
    async with at_desk(system, *sample()) as (office, held):
        await pass_to(office, held, at(9, days=60))
        rates = await read(office, "/v1/campaigns/spring-2022/issue-rates")
    # Counted by hand: 10 raised, 1 withdrawn. 1, 2, 3 answered and 4, 5, 6, 7 dispatched: 7 of 9 responded.
    # 1, 3, 4, 5 have their answer (2 is open again): 4 of 9. 5 came late: 3 of 4 in time.
    # Judged 1 (satisfied), 2 (dissatisfied), 4 (fair): 2 of 3. Overdue: 2, 6, 7, 9, 10.
    whole = rates["whole"]
    counts = whole["counts"]
    assert (counts["raised"], counts["withdrawn"], counts["responded"]) == (9, 1, 7)
    assert (counts["answered"], counts["in_time"], counts["on_the_spot"], counts["closed_out"]) == (4, 3, 2, 1)
    assert (counts["judged"], counts["satisfied"], counts["overdue"]) == (3, 2, 5)
    shares = [round(whole[name], 3) for name in ("response", "resolution", "punctuality", "satisfaction")]
    assert shares == [0.778, 0.444, 0.75, 0.667]
    (banner,) = rates["banners"]
    assert banner["counts"] == counts | {"key": BANNER_SESSION, "name": "东胜区专场"}
    units = {one["counts"]["name"]: one["counts"] for one in rates["units"]}
    assert [*units] == ["市自然资源局", "市水利局", "东胜区人民政府", "东胜区住房和城乡建设局"]
    # The land bureau: answered 1, 2, 3 and led 4, 5; of these 2 is open again.
    assert (units["市自然资源局"]["raised"], units["市自然资源局"]["answered"]) == (5, 4)
    assert (units["市水利局"]["raised"], units["市水利局"]["overdue"]) == (1, 1)
    # With the banner's government: 9 and 10, which nobody has dispatched.
    assert (units["东胜区人民政府"]["raised"], units["东胜区人民政府"]["withdrawn"]) == (2, 0)


@pytest.mark.row(35)
async def test_an_overdue_issue_is_escalated_by_the_clock_with_an_alarm_and_appears_red(system: System) -> None:
    async with at_desk(system, RAISED, DISPATCHED) as (office, held):
        with capture_logs() as log:
            await pass_to(office, held, at(23, 59, days=23))  # due on 8 April
            assert not [line for line in log if line["event"] == "issue.escalated"]
            assert (await read(office, LEDGER))["lines"][0]["light"] == "yellow"
            await pass_to(office, held, at(0, 1, days=24))
        (alarm,) = [line for line in log if line["event"] == "issue.escalated"]
        assert (alarm["log_level"], alarm["subject"]) == ("error", f"{BANNER_SESSION}/issue-1")
        shown = await read(office, LEDGER, light="red", escalated="true", unit=WATER.unit)
        (line,) = shown["lines"]
        assert (line["state"], line["owner"], line["due"]) == ("dispatched", "市自然资源局", "2022-04-08")
        assert (await read(office, LEDGER, unit=HOUSING.unit))["total"] == 0
        rows = await system.rows("forums", "SELECT envelope FROM outbox WHERE type = $1", IssueEscalated.type)
        (escalated,) = [json.loads(row["envelope"]) for row in rows]
        assert datetime.fromisoformat(escalated["time"]) == at(0, days=24)
        assert escalated["data"]["standing"]["escalations"] == 1


@pytest.mark.row(35)
async def test_the_whole_history_says_who_did_what_and_what_it_changed(system: System) -> None:
    posts = (RAISED, DISPATCHED, RESOLVED, (feedback(), PARK), (closed_out(), OFFICE))
    async with at_desk(system, *posts) as (office, _):
        dossier = await read(office, ISSUE)
    told = [(entry["zh"], entry["unit"]) for entry in dossier["history"]]
    assert told == [
        ("提出", "东胜区人民政府"),
        ("交办", "市发展和改革委员会"),
        ("办理结果", "市自然资源局"),
        ("企业评价", "东胜经济开发区管理委员会"),
        ("销号", "市人民政府办公室"),
    ]
    changes = {one["field"]: (one["old"], one["new"]) for one in dossier["history"][1]["changes"]}
    assert changes["owner_name"] == (["东胜区人民政府"] * 2, ["市自然资源局"] * 2)
    assert changes["due"] == (["2022-03-21"] * 2, ["2022-04-08"] * 2)
    assert dossier["line"]["closed_by"] == "斯琴（虚构）（市人民政府副市长）"


@pytest.mark.row(49)
async def test_a_question_a_policy_visit_left_open_becomes_an_issue_whatever_comes_first(system: System) -> None:
    question = {"session": OTHER_SESSION, "question": "question-1"}
    asked = QuestionLeftOpen.model_validate(
        question
        | {"team": "team-1", "visit": "visit-1", "enterprise": "示例企业", "enterprise_code": "91150602MA0XX01113"}
        | {"topic": "finance", "text": "贴息如何申请？", "asked_at": at(15), "departments": [LAND.unit]}
    )
    later = QuestionAnswered.model_validate(
        question | {"answer": "由市金融办受理。", "answered_by": "李明（虚构）", "answered_at": at(10, days=2)}
    )
    async with at_desk(system) as (office, _):
        for number, event in enumerate((later, asked), start=1):
            await system.publish("policy", fact("policy", number, event), event.type)

        async def there() -> bool:
            return await system.count("forums", "outbox WHERE type = 'chunfeng.issue.answered.v1'") == 1

        await until(there)
        (line,) = (await read(office, LEDGER))["lines"]
    assert (line["issue"], line["source"], line["origin"]) == ("policy-question-1", "policy", "question-1")
    assert (line["state"], line["answer"], line["on_the_spot"]) == ("answered", "由市金融办受理。", False)
    assert (line["enterprise"], line["topic"]) == ("示例企业", "融资与金融支持")


@pytest.mark.row(82)
async def test_feedback_that_overtook_dispatch_and_result_is_taken_once_they_have_come(system: System) -> None:
    async with at_desk(system, RAISED) as (office, _):
        answer = await office.post(feedback(), PARK, "early")
        assert answer.json()["status"] == "waiting"
        await office.accepted(DISPATCHED, RESOLVED)

        async def taken() -> bool:
            status: str = (await office.receipt("early", PARK))["status"]
            return status == "accepted"

        await until(taken)
        assert (await read(office, ISSUE))["line"]["feedback"] == "satisfied"


@pytest.mark.row(36)
async def test_a_reassignment_without_its_target_is_answered_with_422_that_names_the_field(system: System) -> None:
    async with at_desk(system, RAISED, DISPATCHED) as (office, _):
        body = reassigned().model_dump(mode="json", exclude={"lead", "standing", "due"})
        raw = {"specversion": "1.0", "id": "no-target", "source": DRC.source, "type": reassigned().type, "data": body}
        answer = await office.send(raw, DRC)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "data.lead")


@pytest.mark.row(35)
async def test_the_ledger_is_taken_along_as_csv_and_xlsx(system: System) -> None:
    async with at_desk(system, RAISED, DISPATCHED) as (office, held):
        await held.leap(at(9, days=1).astimezone(UTC))
        sheets = {}
        for form in ("csv", "xlsx"):
            answer = await office.client.get(f"{LEDGER}.{form}", headers=office.key(DRC))
            assert answer.status_code == 200
            sheets[form] = answer.content
        rates = await office.client.get("/v1/campaigns/spring-2022/issue-rates.csv", headers=office.key(DRC))
    text = sheets["csv"].decode("utf-8-sig")
    assert "市自然资源局" in text
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheets["xlsx"]))
    heading, row = book.get_sheet_by_index(0).to_python()
    cells = dict(zip(heading, row, strict=True))
    assert (cells["状态"], cells["期限"], cells["协办单位"]) == ("办理中", "2022-04-08", "市水利局")
    assert "市自然资源局,1,1,0,0,0,0,0,0,0,0,0,100.0%,0.0%,—,—" in rates.content.decode("utf-8-sig")
