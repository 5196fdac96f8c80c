"""A unit without a system posts by table: template, rows, progress, refused rows mended and handed in (row 77)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from services.approvals import keyring
from services.approvals.keyring import Grant
from shared import sheets
from shared.events import ApplicationDocketed, ApprovalSigned, Event
from shared.eventsheets import Sheet
from shared.posted import Caller
from shared.vocabulary import Formality, Outcome
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.builders import DRC, PLAN, application_docketed, approval_signed, caller, deferral, owner, project_code
from tests.posting import OPENED, Office, approvals, keys
from tests.systems import System, until

pytestmark = pytest.mark.row(77)
DOCKETED, SIGNED = ApplicationDocketed.type, ApprovalSigned.type


def cells(event: Event) -> dict[str, Any]:
    """Return an event as a clerk would fill in its row: the columns' own names, nothing nested."""
    flat: dict[str, Any] = {}
    for name, value in event.model_dump(mode="json", exclude_none=True).items():
        inner = {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
        flat |= {key: "\n".join(one) if isinstance(one, list) else one for key, one in inner.items()}
    return flat


def table(kind: type[Event], *events: Event, **changes: object) -> bytes:
    return sheets.write_xlsx("表", Sheet(kind).columns, [cells(event) | changes for event in events])


async def hand_in(office: Office, kind: str, content: bytes, by: Caller) -> dict[str, Any]:
    """Hand a table in and wait until it is done."""
    answer = await office.client.post(f"/v1/imports/{kind}", content=content, headers=office.key(by))
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()

    async def finished() -> bool:
        nonlocal told
        told = (await office.client.get(f"/v1/imports/runs/{told['run']}", headers=office.key(by))).json()
        return bool(told["finished"])

    await until(finished, within=20)
    return told


def docketed(count: int) -> list[ApplicationDocketed]:
    return [application_docketed(project_code=project_code(number)) for number in range(1, count + 1)]


async def test_a_filled_template_records_its_rows_once_however_often_it_is_handed_in(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        empty = await office.client.get(f"/v1/imports/{DOCKETED}/template.xlsx", headers=office.key(DRC))
        headings = [column.zh for column in Sheet(ApplicationDocketed).columns]
        workbook = CalamineWorkbook.from_filelike(_file(empty))
        assert workbook.get_sheet_by_index(0).to_python()[0] == headings
        assert b"dataValidation" in _xml(empty)

        rows = table(ApplicationDocketed, *docketed(130))
        first = await hand_in(office, DOCKETED, rows, DRC)
        again = await hand_in(office, DOCKETED, rows, DRC)
        assert (first["counts"], again["counts"]) == ({"recorded": 130}, {"duplicate": 130})
        assert await system.count("approvals", "application") == 130


def _file(answer: httpx.Response) -> Any:  # noqa: ANN401  (a file of bytes)
    import io  # noqa: PLC0415

    return io.BytesIO(answer.content)


def _xml(answer: httpx.Response) -> bytes:
    import zipfile  # noqa: PLC0415

    return zipfile.ZipFile(_file(answer)).read("xl/worksheets/sheet1.xml")


@pytest.mark.row(81)
async def test_a_wrong_row_is_told_in_the_tables_own_words_and_harms_no_other(system: System) -> None:
    right, wrong, foreign = docketed(3)
    async with approvals(system, *OPENED) as office:
        rows = [cells(right), cells(wrong) | {"project_code": "2203-150602-04-01-990012"}, cells(foreign)]
        rows[2] |= {"formality": "环保", "project.owner_code": ""}
        content = sheets.write_csv(Sheet(ApplicationDocketed).columns, rows)
        told = await hand_in(office, DOCKETED, content, DRC)
        assert told["counts"] == {"recorded": 1, "refused": 2}
        first, second = told["refused"]
        assert first["row"] == 3
        assert first["zh"].startswith("“项目代码”项目代码末位校验码应为")
        assert "“手续”应为其中之一" in second["zh"]
        assert "“项目·企业统一社会信用代码”缺少此项" in second["zh"]

        mended = await office.client.get(told["refused_rows"], headers=office.key(DRC))
        cells_back = CalamineWorkbook.from_filelike(_file(mended)).get_sheet_by_index(0).to_python()
        assert cells_back[0][-1] == "错误（导入时不读此列）"
        assert cells_back[1][-1] == first["zh"]
        both = table(ApplicationDocketed, wrong, foreign)
        assert (await hand_in(office, DOCKETED, both, DRC))["counts"] == {"recorded": 2}


def test_what_is_exported_as_cells_comes_back_as_the_same_event() -> None:
    events: list[ApprovalSigned] = [
        approval_signed(),
        approval_signed(outcome=Outcome.DEFERRED, deferral=deferral(missing=["甲；乙", "丙"]), document_number=None),
    ]
    sheet = Sheet(ApprovalSigned)
    for write in (sheets.write_csv, lambda *args: sheets.write_xlsx("表", *args)):
        read = sheets.read(sheet.columns, write(sheet.columns, [cells(event) for event in events]))
        assert [ApprovalSigned.model_validate(sheet.data(row.cells)) for row in read] == events


async def test_rows_left_when_a_service_ends_are_posted_by_the_next_one(system: System) -> None:
    tokens = await keys(await system.database("approvals"))
    async with system.serving("approvals") as client:
        office = Office(client, tokens)
        await office.accepted(*OPENED)
        content = table(ApplicationDocketed, *docketed(250))
        answer = await client.post(f"/v1/imports/{DOCKETED}", content=content, headers=office.key(DRC))
    run = answer.json()["run"]
    async with system.serving("approvals") as client:

        async def finished() -> bool:
            told = (await client.get(f"/v1/imports/runs/{run}", headers=office.key(DRC))).json()
            return bool(told["finished"])

        await until(finished, within=20)
    assert await system.count("approvals", "application") == 250


@pytest.mark.row(75, 81)
@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "表中没有内容"),
        (b"a,b\n1,2\n", 422, "缺少“场次代号”一列"),
        (b"PK\x03\x04broken", 422, "不是完好的 XLSX 文件"),
        (b'"' + b"x" * 200_000, 422, "不是完好的 CSV"),
    ],
)
async def test_a_file_that_is_no_such_table_is_refused_at_once(
    system: System, content: bytes, status: int, said: str
) -> None:
    async with approvals(system) as office:
        answer = await office.client.post(f"/v1/imports/{DOCKETED}", content=content, headers=office.key(DRC))
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert said in answer.json()["title"]
        unknown = await office.client.post("/v1/imports/budget", content=b"a", headers=office.key(DRC))
        assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/unknown-kind")


@pytest.mark.row(75)
async def test_another_units_import_is_not_shown_and_a_row_is_posted_as_its_unit(system: System) -> None:
    async with approvals(system, *OPENED, (application_docketed(), DRC)) as office:
        told = await hand_in(office, SIGNED, table(ApprovalSigned, approval_signed()), caller("drc"))
        assert told["refused"][0]["problem"]["type"] == "/problems/not-the-owner"
        hidden = await office.client.get(f"/v1/imports/runs/{told['run']}", headers=office.key(owner()))
        assert hidden.status_code == 404
        drc = [unit for unit in PLAN.units if unit.code == caller("drc").unit]
        tried = await keyring.issue(await system.database("approvals"), drc, datetime.now(UTC), grant=Grant(test=True))
        by_test_key = {"Authorization": f"Bearer {tried[drc[0].code]}"}

        async def known() -> bool:
            return (await office.client.get("/v1/whoami", headers=by_test_key)).status_code == 200

        await until(known, within=20)
        assert (await office.client.get(f"/v1/imports/runs/{told['run']}", headers=by_test_key)).status_code == 404
        assert (await hand_in(office, SIGNED, table(ApprovalSigned, approval_signed()), owner()))["counts"] == {
            "recorded": 1
        }


@pytest.mark.row(92)
async def test_a_clerk_hands_a_table_in_with_a_browser(system: System, tmp_path: Path) -> None:
    good, bad = docketed(2)
    path = tmp_path / "清单.xlsx"
    rows = [cells(good), cells(bad) | {"formality": Formality.ENERGY_REVIEW.zh, "level": "省级"}]
    path.write_bytes(sheets.write_xlsx("清单", Sheet(ApplicationDocketed).columns, rows))
    tokens = await keys(await system.database("approvals"))
    async with (
        reachable(system, "approvals") as address,
        chromium() as browser,
        visit(browser, address, token=tokens[DRC.unit], size=PHONE) as page,
        httpx.AsyncClient(base_url=address) as client,
    ):
        await Office(client, tokens).accepted(*OPENED)
        await page.goto(f"{address}/imports")
        await page.get_by_label("表格种类").select_option("事项已列入审批清单")
        await page.get_by_label("填好的表格").set_input_files(path)
        if shot := picture("imports-phone"):
            await page.screenshot(path=shot, full_page=True)
        await page.get_by_role("button", name="交回").click()
        await page.get_by_text("“层级”应为其中之一：市级、旗区级").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        if shot := picture("import-phone"):
            await page.screenshot(path=shot, full_page=True)
        async with page.expect_download() as download:
            await page.get_by_role("link", name="下载未通过的行 XLSX").click()
        assert (await download.value).suggested_filename == "事项已列入审批清单-未通过.xlsx"
