"""The ledger goes out, is edited, and comes in again: looked at first, recorded in the background (rows 27, 77)."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given as arbitrary
from hypothesis import settings
from hypothesis import strategies as st

from services.approvals.sheets import COLUMNS, Form, NewNeeds, drafts
from shared import sheets
from shared.events import ApplicationDocketed
from shared.vocabulary import Outcome
from tests.approvals.following import LIST
from tests.approvals.rehearsing import on_the_campaigns_clock
from tests.approvals.test_ledger import SOME, ledger
from tests.builders import BANNER_SESSION, DRC, PLAN, application_docketed, owner, project_code
from tests.posting import Office, approvals
from tests.systems import System, until

NASTY: Final = '=HYPERLINK("http://evil.example","点我")'
Cells = dict[str, str]


async def exported(office: Office, form: str) -> list[Cells]:
    """Download the ledger, and read it as a spreadsheet would."""
    path = f"/v1/campaigns/{PLAN.campaign}/ledger.{form}"
    content = (await office.client.get(path, headers=office.key(DRC))).content
    return [dict(row.cells) for row in sheets.read(COLUMNS, content)]


def written(form: str, rows: list[Cells]) -> bytes:
    return sheets.write_csv(COLUMNS, rows) if form == "csv" else sheets.write_xlsx("台账", COLUMNS, rows)


async def check(office: Office, unit: str, content: bytes) -> str:
    """Hand a file in to be looked at; return the page."""
    headers = {"Cookie": f"chunfeng_key={office.tokens[unit]}", "Accept": "text/html"}
    page = await office.client.post("/ledger/import/check", files={"table": ("台账.xlsx", content)}, headers=headers)
    return page.text


async def confirm(office: Office, unit: str, page: str) -> None:
    """Confirm what was looked at, and wait until the background has done it."""
    fields = dict(re.findall(r'name="(file|content)" value="([^"]*)"', page))
    headers = {"Cookie": f"chunfeng_key={office.tokens[unit]}"}
    parts = {name: (None, value) for name, value in fields.items()}
    taken = await office.client.post("/ledger/import/take", files=parts, headers=headers)
    assert taken.status_code == 303, taken.text

    run = taken.headers["location"].rpartition("/")[2]
    key = {"Authorization": f"Bearer {office.tokens[unit]}"}

    async def finished() -> bool:
        told = (await office.client.get(f"/v1/imports/runs/{run}", headers=key)).json()
        return bool(told["finished"])

    await until(finished, within=20)


@pytest.mark.row(27, 77)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_exported_ledger_comes_back_unchanged_or_records_just_what_was_edited(
    system: System, form: str
) -> None:
    async with on_the_campaigns_clock(system, *SOME) as (office, _):
        rows = await exported(office, form)
        facts = await system.count("approvals", "outbox")
        assert "没有改动" in await check(office, owner().unit, written(form, rows))
        edited = {"new_materials": LIST[0], "new_supplied_at": "2022-03-16 10:30", "new_supplied_by": "丙（虚构）"}
        (deferred,) = [row for row in rows if row["project_code"] == project_code(1)]
        deferred |= edited | {"new_received_by": "丁（虚构）"}
        (forwarded,) = [row for row in rows if row["project_code"] == project_code(3)]
        forwarded |= {"receipt_number": "内环受〔2022〕18号", "received_on": "2022-03-17"}
        page = await check(office, owner().unit, written(form, rows))
        assert "将登记 2 行" in page
        assert await system.count("approvals", "outbox") == facts
        await confirm(office, owner().unit, page)
        lines = {line["project_code"]: line for line in (await ledger(office))["lines"]}
        assert lines[project_code(1)]["outstanding"] == [LIST[1]]
        assert lines[project_code(3)]["receipt_number"] == "内环受〔2022〕18号"
        assert await system.count("approvals", "outbox") == facts + 2
        after = await exported(office, form)
        assert "没有改动" in await check(office, owner().unit, written(form, after))


@pytest.mark.row(27, 77, 81)
async def test_each_wrong_row_is_told_in_chinese_and_the_others_are_docketed(system: System) -> None:
    async with approvals(system, (PLAN, DRC), (application_docketed(), DRC)) as office:
        first = (await exported(office, "xlsx"))[0]
        known = {name: first[name] for name in ("session", "formality", "level", "scope", "owner_code")}
        rows: list[Cells] = [
            {**known, "project_code": project_code(2), "project_name": NASTY, "owner_name": "+示例企业"},
            {**known, "project_code": project_code(3)[:-1] + "x", "project_name": "项目", "owner_name": "示例企业"},
            {**known, "project_code": project_code(4), "project_name": "项目", "owner_name": ""},
            first | {"owner_name": "另一家企业"},
        ]
        page = await check(office, DRC.unit, written("xlsx", rows))
        assert "将登记 1 行" in page
        assert "有误 3 行" in page
        assert "“项目代码”" in page
        assert "按新增登记须填写“企业名称”" in page
        assert "导入不改动此列" in page
        await confirm(office, DRC.unit, page)
        lines = (await ledger(office))["lines"]
        assert sorted(line["project_name"] for line in lines) == [NASTY, "示例项目"]
        path = f"/v1/campaigns/{PLAN.campaign}/ledger.csv"
        text = (await office.client.get(path, headers=office.key(DRC))).content.decode("utf-8-sig")
        assert f"'{NASTY}".replace('"', '""') in text
        assert "'+示例企业" in text
        assert "没有改动" in await check(office, DRC.unit, text.encode())
        assert "不是完好的 XLSX 文件" in await check(office, DRC.unit, b"PK\x03\x04broken")


@pytest.mark.row(27)
def test_a_row_says_what_it_changes_and_nothing_else() -> None:
    new = application_docketed()
    key = {
        "session": BANNER_SESSION,
        "project_code": new.project_code,
        "formality": "environmental_impact",
        "level": "city",
    }
    with pytest.raises(NewNeeds) as refused:
        drafts(key, None)
    assert refused.value.path == "project_name"
    project = {
        "project_name": "项目",
        "scope": "city_key",
        "owner_code": "91150602MA0XX01113",
        "owner_name": "示例企业",
    }
    ((kind, data),) = drafts(key | project | {"reason": "锁定后补列"}, None)
    assert kind is ApplicationDocketed
    assert (data["project"]["name"], data["late_reason"]) == ("项目", "锁定后补列")


@pytest.mark.row(27)
async def test_an_import_of_many_rows_is_done_in_the_background_with_its_progress(system: System) -> None:
    async with approvals(system, (PLAN, DRC), (application_docketed(), DRC)) as office:
        first = (await exported(office, "csv"))[0]
        rows = [
            first | {"project_code": project_code(number), "project_name": f"项目{number}"} for number in range(2, 302)
        ]
        page = await check(office, DRC.unit, written("csv", rows))
        assert "将登记 300 行" in page
        await asyncio.wait_for(confirm(office, DRC.unit, page), 20)
        assert await system.count("approvals", "application") == 301


_TEXTS: Final = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)


@pytest.mark.row(27, 77)
@arbitrary(st.lists(_TEXTS, min_size=1, max_size=3), st.dates(date(2022, 1, 1), date(2023, 1, 1)))
@settings(max_examples=40)
def test_whatever_stands_in_a_cell_comes_back_as_it_was_and_is_no_formula(texts: list[str], day: date) -> None:
    row: Mapping[str, Any] = {
        "project_name": texts[0],
        "owner_name": texts[-1],
        "deadline": day,
        "outcome": Outcome.DEFERRED,
    }
    for form in Form:
        content = sheets.write_csv(COLUMNS, [row]) if form is Form.CSV else sheets.write_xlsx("台账", COLUMNS, [row])
        (read,) = sheets.read(COLUMNS, content)
        assert [read.cells[name] for name in ("project_name", "owner_name")] == [texts[0], texts[-1]]
        assert (read.cells["deadline"], read.cells["outcome"]) == (day.isoformat(), "deferred")
    first = sheets.write_csv(COLUMNS[4:5], [row]).decode("utf-8-sig").splitlines()[1].lstrip('"')
    assert not first.startswith(("=", "+", "-", "@"))
