"""The ledger: every application with its unit, state, deadline and light, as data, page and spreadsheet."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as arbitrary
from hypothesis import strategies as st

from services.approvals.domain.lights import OPEN, Light, State, light
from shared.vocabulary import Formality, Level, Outcome
from tests.approvals.following import DEFERRED, LIST, SUBJECT, made_good, received, resolved
from tests.approvals.rehearsing import on_the_campaigns_clock, pass_to
from tests.browsing import DESK, PHONE, chromium, picture, reachable, visit
from tests.builders import (
    BANNER_DRC,
    BANNER_SESSION,
    DRC,
    PLAN,
    application_docketed,
    application_withdrawn,
    approval_corrected,
    approval_signed,
    at,
    deferral,
    owner,
    project_code,
)
from tests.deciding import Post
from tests.posting import Office
from tests.systems import System

DUE = date(2022, 4, 15)


@pytest.mark.row(27)
@pytest.mark.parametrize(
    ("left", "colour"), [(30, Light.GREEN), (2, Light.GREEN), (1, Light.YELLOW), (0, Light.YELLOW), (-1, Light.RED)]
)
def test_due_in_under_two_days_is_yellow_and_past_due_is_red(left: int, colour: Light) -> None:
    assert light(State.DEFERRED, DUE, DUE - timedelta(days=left)) is colour


@pytest.mark.row(27)
def test_what_is_done_is_green_and_what_is_gone_has_no_light() -> None:
    late = DUE + timedelta(days=9)
    assert {light(state, DUE, late) for state in State if state not in OPEN} == {Light.GREEN, Light.NONE}
    assert light(State.MADE_GOOD, DUE, late) is Light.GREEN
    assert light(State.REVOKED, DUE, late) is light(State.WITHDRAWN, DUE, late) is Light.NONE


@pytest.mark.row(27)
@arbitrary(st.sampled_from(OPEN), st.none() | st.dates(), st.dates(), st.integers(0, 400))
def test_the_light_of_an_open_item_never_goes_back(state: State, due: date | None, day: date, later: int) -> None:
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    after = min(day.toordinal() + later, date.max.toordinal())
    assert order.index(light(state, due, day)) <= order.index(light(state, due, date.fromordinal(after)))


LEDGER = f"/v1/campaigns/{PLAN.campaign}/ledger"


def application(number: int, outcome: Outcome | None, level: Level = Level.CITY) -> list[Post]:
    """Return what docketing and deciding one application takes."""
    what = {"project_code": project_code(number), "level": level}
    posts: list[Post] = [(application_docketed(**what), DRC if level is Level.CITY else BANNER_DRC)]
    if outcome is not None:
        posts.append((approval_signed(**what, outcome=outcome), owner(level=level)))
    return posts


SOME = [
    DEFERRED,
    *application(2, Outcome.APPROVED),
    *application(3, Outcome.FORWARDED),
    *application(4, None),
    *application(5, None),
    (application_withdrawn(project_code=project_code(5)), DRC),
    *application(6, Outcome.APPROVED, Level.BANNER),
]


async def ledger(office: Office, **asked: str | int) -> dict[str, Any]:
    answer = await office.client.get(LEDGER, params=asked, headers=office.key(DRC))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def codes(office: Office, **asked: str | int) -> list[int]:
    """Return the numbers of the projects that a filter leaves, in order."""
    numbers = {project_code(number): number for number in range(10)}
    return [numbers[line["project_code"]] for line in (await ledger(office, **asked))["lines"]]


@pytest.mark.row(27)
async def test_the_ledger_shows_unit_state_deadline_and_light_as_days_pass(system: System) -> None:
    async with on_the_campaigns_clock(system, *SOME) as (office, held):
        (line,) = (await ledger(office, q=project_code(1)))["lines"]
        assert (line["subject"], line["unit"], line["signatory"]) == (SUBJECT, "市生态环境局", "甲（虚构）")
        assert (line["state"], line["light"], line["deadline"]) == ("deferred", "green", "2022-04-15")
        for days, state, colour in ((29, "deferred", "yellow"), (31, "overdue", "red")):
            await pass_to(office, held, at(12, days=days))
            (line,) = (await ledger(office, q=project_code(1)))["lines"]
            assert (line["state"], line["light"]) == (state, colour)
        await office.accepted((made_good(supplied_at=at(11, days=31)), owner()))
        (line,) = (await ledger(office, q=project_code(1)))["lines"]
        assert (line["state"], line["light"], line["outstanding"]) == ("made_good", "green", [])


@pytest.mark.row(27, 28)
async def test_the_ledger_is_filtered_sorted_and_paged(system: System) -> None:
    async with on_the_campaigns_clock(system, *SOME) as (office, _):
        whole = await ledger(office)
        assert whole["total"] == 6
        assert whole["lights"] == {"green": 4, "yellow": 1, "red": 0, "none": 1}
        assert await codes(office, state="withdrawn") == [5]
        assert await codes(office, light="yellow") == [4]  # to be decided today
        assert await codes(office, unit=owner().unit, sort="project", state="approved") == [2]
        assert await codes(office, unit=owner(level=Level.BANNER).unit) == [6]
        assert await codes(office, unit=owner(Formality.WATER_ABSTRACTION).unit) == []
        assert len(await codes(office, enterprise="示例企业")) == 6
        assert await codes(office, session=BANNER_SESSION, q="没有这样的项目") == []
        assert await codes(office, sort="deadline", size=2) == [4, 5]
        assert await codes(office, sort="-deadline", size=1) == [1]
        pages = [await codes(office, sort="session", size=4, page=page) for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [4, 2, 0]
        assert sorted(pages[0] + pages[1]) == [1, 2, 3, 4, 5, 6]
        assert (await office.client.get(LEDGER, params={"sort": "1;drop"}, headers=office.key(DRC))).status_code == 422


@pytest.mark.row(26, 27, 59)
async def test_every_light_the_database_filters_by_is_the_light_it_shows(system: System) -> None:
    async with on_the_campaigns_clock(system, *SOME) as (office, held):
        for days in (0, 29, 31):
            await pass_to(office, held, at(12, days=days))
            lines = (await ledger(office))["lines"]
            for colour in Light:
                shown = {line["subject"] for line in lines if line["light"] == colour}
                assert {line["subject"] for line in (await ledger(office, light=colour))["lines"]} == shown
        totals = (await office.client.get(f"/v1/sessions/{BANNER_SESSION}/totals", headers=office.key(DRC))).json()
        assert len(lines) == totals["docketed"]
        for outcome in Outcome:
            counted = sum(one["applications"] for one in totals["counts"] if one["outcome"] == outcome)
            assert sum(line["outcome"] == outcome for line in lines) == counted


@pytest.mark.row(20)
async def test_a_later_result_of_a_forwarded_application_shows_in_the_ledger(system: System) -> None:
    forwarded = {"project_code": project_code(3)}
    async with on_the_campaigns_clock(system, *SOME) as (office, _):
        for event, state in ((received(**forwarded), "received"), (resolved(**forwarded), "granted")):
            await office.accepted((event, owner()))
            (line,) = (await ledger(office, q=project_code(3)))["lines"]
            assert line["state"] == state
        assert (line["document"], line["receipt_number"]) == ("内环审〔2022〕7号", "内环受〔2022〕18号")


@pytest.mark.row(19, 25, 87)
async def test_an_application_tells_who_did_what_when_with_old_and_new(system: System) -> None:
    corrected = approval_corrected(outcome=Outcome.DEFERRED, deferral=deferral(missing=LIST, due=date(2022, 5, 1)))
    posts: list[Post] = [DEFERRED, (made_good(LIST[0]), owner()), (corrected, owner())]
    async with on_the_campaigns_clock(system, *posts) as (office, held):
        await pass_to(office, held, at(0, days=60))
        dossier = (await office.client.get(f"/v1/applications/{SUBJECT}", headers=office.key(DRC))).json()
        history = dossier["history"]
        assert [(one["zh"], one["unit_name"]) for one in history] == [
            ("列入审批清单", "市发展和改革委员会"),
            ("签批", "市生态环境局"),
            ("补正材料", "市生态环境局"),
            ("更正签批", "市生态环境局"),
            ("补正期限提醒", None),
            ("补正逾期", None),
        ]
        changed = {one["field"]: (one["old"] and one["old"][0], one["new"][0]) for one in history[3]["changes"]}
        assert changed == {"due": ("2022-04-15", "2022-05-01"), "reason": (None, "登记有误")}
        unknown = await office.client.get(f"/v1/applications/{SUBJECT[:-4]}banner", headers=office.key(DRC))
        assert unknown.status_code == 404


@pytest.mark.row(27, 92)
async def test_the_ledger_is_read_at_a_desk_and_on_a_phone(system: System) -> None:
    async with on_the_campaigns_clock(system, *SOME) as (office, held):
        await pass_to(office, held, at(12, days=31))
        token = office.tokens[DRC.unit]
        async with reachable(system, "approvals", rehearsal=True) as address, chromium() as browser:
            for name, size in (("desk", DESK), ("phone", PHONE)):
                async with visit(browser, address, token=token, size=size) as page:
                    if path := picture(f"ledger-{name}"):
                        await page.goto(f"{address}/ledger?sort=light")
                        await page.screenshot(path=path, full_page=True)
                    await page.goto(f"{address}/ledger?light=red")
                    assert await page.locator("tbody tr").count() == 2
                    assert await page.locator("tbody").get_by_text("逾期未补").is_visible()
                    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
                    await page.get_by_role("row", name="逾期未补").get_by_role("link").click()
                    await page.get_by_role("heading", name="办理过程").wait_for()
                    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
                    if path := picture(f"application-{name}"):
                        await page.screenshot(path=path, full_page=True)
