"""The recorded sample campaign has the size of the real day and every nasty case of identifiers.md 5.5."""

import csv
import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import deploy.demo

HERE = Path(deploy.demo.__file__).parent
LINES = (HERE / "campaign.jsonl").read_text("utf-8").splitlines()
EXPECTED = json.loads((HERE / "expected.json").read_text("utf-8"))
POSTED: list[dict[str, Any]] = [json.loads(line) for line in dict.fromkeys(LINES)]
KEY = ("project_code", "formality", "level")


def of(kind: str) -> list[dict[str, Any]]:
    return [each for each in POSTED if each["type"] == f"chunfeng.{kind}.v1"]


def key(post: dict[str, Any]) -> tuple[str, ...]:
    return tuple(post["data"][name] for name in KEY)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


DOCKETED = {key(each): each for each in of("application.docketed")}
SIGNED = {key(each): each for each in of("approval.signed")}
CLOSED = {each["data"]["session"]: moment(each["data"]["closed_at"]) for each in of("session.closed")}
AFTER = [
    each
    for each in POSTED
    if each["data"].get("session") in CLOSED
    and moment(each["time"]) > CLOSED[each["data"]["session"]] + timedelta(minutes=1)
]


def test_the_size_is_that_of_the_real_day() -> None:
    sizes = Counter(each["data"]["session"][-6:] for each in DOCKETED.values())
    assert sizes.pop("150600") == 29
    assert sum(sizes.values()) == 120
    assert all(8 <= size <= 20 for size in sizes.values())


def test_outcomes_are_about_seventy_twenty_and_ten_in_a_hundred() -> None:
    outcomes = Counter(each["data"]["outcome"] for each in SIGNED.values())
    shares = {outcome: count / len(SIGNED) for outcome, count in outcomes.items()}
    assert 0.65 < shares["approved"] < 0.75
    assert 0.15 < shares["deferred"] < 0.25
    assert 0.08 < shares["forwarded"] < 0.12


def test_about_half_of_the_approved_with_a_paper_get_it_on_the_spot() -> None:
    papers = {"land_and_site", "forest_land", "grassland", "water_abstraction", "construction_permit"}
    approved = [k for k, each in SIGNED.items() if each["data"]["outcome"] == "approved" and k[1] in papers]
    licensed = [key(each) for each in of("licence.issued")]
    assert set(licensed) <= set(approved)
    assert len(licensed) == len(set(licensed))
    assert 0.4 < len(licensed) / len(approved) < 0.6


def test_one_line_is_sent_twice_and_once_more_days_later() -> None:
    [(line, times)] = [(line, times) for line, times in Counter(LINES).items() if times > 1]
    first = LINES.index(line)
    last = max(index for index, each in enumerate(LINES) if each == line)
    assert times == 3
    assert LINES[first + 1] == line
    assert moment(json.loads(LINES[last - 1])["time"]) - moment(json.loads(line)["time"]) > timedelta(days=2)


def test_one_signing_comes_before_its_docketing_and_one_licence_before_its_signing() -> None:
    order = {id(each): index for index, each in enumerate(POSTED)}
    early = [k for k, each in SIGNED.items() if order[id(each)] < order[id(DOCKETED[k])]]
    hasty = [key(each) for each in of("licence.issued") if order[id(each)] < order[id(SIGNED[key(each)])]]
    assert len(early) == len(hasty) == 1


def test_after_its_closing_a_session_hears_only_one_late_signing_one_correction_and_what_becomes_of_issues() -> None:
    own = [each for each in AFTER if not each["type"].startswith("chunfeng.issue.")]
    kinds = Counter((each["type"], each["data"]["session"][-6:]) for each in own)
    assert kinds == {("chunfeng.approval.signed.v1", "150624"): 1, ("chunfeng.approval.corrected.v1", "150621"): 1}
    assert all(moment(each["time"]) > CLOSED[each["data"]["session"]] + timedelta(hours=24) for each in own)


def test_a_correction_changes_a_recorded_outcome_and_keeps_the_document() -> None:
    [correction] = of("approval.corrected")
    old, new = SIGNED[key(correction)]["data"], correction["data"]
    assert old["outcome"] != new["outcome"]
    assert old["document_number"] == new["document_number"]


def test_one_application_is_withdrawn_the_day_before_and_one_never_decided() -> None:
    [withdrawn] = of("application.withdrawn")
    assert moment(withdrawn["time"]).date() < CLOSED[withdrawn["data"]["session"]].date()
    [silent] = DOCKETED.keys() - SIGNED.keys() - {key(withdrawn)}
    session = DOCKETED[silent]["data"]["session"]
    assert EXPECTED["sessions"][session]["at_end"]["owed"] == ["市林业和草原局"]


def test_one_deferral_falls_due_within_the_campaign() -> None:
    dues = [each["data"]["deferral"]["due"] for each in SIGNED.values() if each["data"]["outcome"] == "deferred"]
    assert len([due for due in dues if due < "2022-03-29"]) == 1


def test_one_document_closes_two_formalities_and_every_other_number_is_its_own() -> None:
    numbers = Counter(each["data"].get("document_number") for each in SIGNED.values())
    del numbers[None]
    [shared] = [number for number, times in numbers.items() if times > 1]
    pair = {k[1] for k, each in SIGNED.items() if each["data"].get("document_number") == shared}
    assert pair == {"forest_land", "grassland"}
    licences = [(each["source"], each["data"]["number"]) for each in of("licence.issued")]
    assert len(licences) == len(set(licences))


def test_rare_characters_a_very_long_name_and_an_english_one_occur() -> None:
    owners = {each["data"]["project"]["owner_name"] for each in DOCKETED.values()}
    assert all(any(rare in owner for owner in owners) for rare in "喆堃镕昇")
    assert max(map(len, owners)) > 60
    assert any(owner.startswith("Example ") for owner in owners)


def test_every_enterprise_project_and_person_is_marked_as_fictitious() -> None:
    for each in DOCKETED.values():
        assert "示例" in each["data"]["project"]["name"]
        assert "示例" in each["data"]["project"]["owner_name"]
    for each in SIGNED.values():
        assert "（虚构）" in each["data"]["department_signatory"]
        assert "（虚构）" in each["data"]["enterprise_signatory"]


def test_every_forum_hears_about_eight_issues_answers_half_and_dispatches_the_rest() -> None:
    heard = Counter(each["data"]["session"] for each in of("issue.raised"))
    assert len(heard) == 9
    assert all(7 <= issues <= 8 for issues in heard.values())
    there = [each["data"] for each in of("issue.answered") if not each["data"]["issue"].startswith("policy-")]
    assert Counter(each["session"] for each in there) == dict.fromkeys(heard, 4)
    dispatched = {(each["data"]["session"], each["data"]["issue"]) for each in of("issue.dispatched")}
    assert sum(issue.startswith("issue-") and issue != "issue-1" for _, issue in dispatched) == sum(heard.values()) - 36


def test_one_issue_goes_to_another_unit_one_is_given_more_time_and_one_enterprise_is_dissatisfied() -> None:
    assert [len(of(f"issue.{kind}")) for kind in ("objected", "reassigned", "extension-asked", "extended")] == [1] * 4
    judged = Counter(each["data"]["feedback"] for each in of("issue.feedback-given"))
    assert judged["dissatisfied"] == 1
    assert len(of("issue.closed-out")) == len(of("issue.resolved")) == 6


def test_every_banner_is_surveyed_at_a_project_it_filed_and_chose_on_the_day() -> None:
    for kind in ("survey.site-filed", "survey.finding-recorded", "survey.held"):
        assert len({each["data"]["session"] for each in of(kind)}) == 9, kind
    days = Counter((each["data"]["session"], each["data"]["chosen_at"][:10]) for each in of("survey.site-chosen"))
    assert len({session for session, _ in days}) == 9
    assert len(days) == 10, "one is chosen the day before, which makes it a candidate only"


def test_the_import_file_names_the_energy_bureau_twice() -> None:
    rows = (HERE / "units.csv").read_text("utf-8").splitlines()[1:]
    assert len(rows) == 7
    assert [row for row, times in Counter(rows).items() if times == 2 and "市能源局" in row]


def test_expected_figures_add_up() -> None:
    for session in EXPECTED["sessions"].values():
        for figures in (session["at_first_issue"], session["at_end"]):
            cells = sum(cell["applications"] for cell in figures["cells"])
            assert figures["docketed"] == figures["withdrawn"] + figures["decided"] + figures["undecided"]
            assert cells == figures["decided"] + figures["undecided"]
            assert len(figures["owed"]) == figures["undecided"]
    assert len(EXPECTED["sessions"]) == 10
    assert EXPECTED["campaign"]["docketed"] == len(DOCKETED) == 149


def test_expected_outcomes_are_those_written_in_the_docket() -> None:
    rows = csv.DictReader((HERE / "docket.csv").read_text("utf-8").splitlines())
    marks = Counter[tuple[str, str]]()
    for row in rows:
        for word in f"{row['city']} {row['banner']}".split():
            marks[row["division"], word.partition("/")[2]] += 1
    for slug, session in EXPECTED["sessions"].items():
        cells = Counter[str | None]()
        for cell in session["at_first_issue"]["cells"]:
            cells[cell["outcome"]] += cell["applications"]
        division = slug[-6:]
        assert cells["deferred"] == marks[division, "容缺"] + marks[division, "速补"]
        assert cells["forwarded"] == marks[division, "转报"]
        assert cells[None] == marks[division, "未办"] + marks[division, "迟签"]
        assert session["at_first_issue"]["withdrawn"] == marks[division, "撤回"]


def test_the_first_project_of_each_session_has_its_codes_of_the_list_of_identifiers() -> None:
    listed = {
        "150602": ("91150602MA0XX01113", "2203-150602-04-01-990011"),
        "150603": ("91150603MA0XX0226P", "2203-150603-04-01-990022"),
        "150621": ("91150621MA0XX0330X", "2203-150621-04-01-990030"),
        "150622": ("91150622MA0XX0445J", "2203-150622-04-01-990043"),
        "150623": ("91150623MA0XX055X2", "2203-150623-04-01-990052"),
        "150624": ("91150624MA0XX0664R", "2203-150624-04-01-990065"),
        "150625": ("91150625MA0XX0779E", "2203-150625-04-01-990075"),
        "150626": ("91150626MA0XX08831", "2203-150626-04-01-990084"),
        "150627": ("91150627MA0XX0998M", "2203-150627-04-01-990096"),
        "150600": ("91150600MA0XX1106U", "2203-150600-04-01-990107"),
    }
    recorded = {(each["data"]["project"]["owner_code"], code) for (code, _, _), each in DOCKETED.items()}
    assert set(listed.values()) <= recorded
