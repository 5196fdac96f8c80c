"""What is printed of a forum says what was arranged: in the order spoken, with nobody twice and no internal ids."""

import csv
import io
from pathlib import Path

import pypdfium2
import pytest

from tests.browsing import picture
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE
from tests.forums.gatherings import attended, noted, speakers, spoke
from tests.forums.meeting_day import FORUM, PAGE, PREPARED, forum_of, html
from tests.posting import Office
from tests.systems import System

ENTRIES = (
    ("city-1", "present"),
    {"participant": "city-2", "presence": "substitute", "substitute": "代会（虚构）", "substitute_post": "科长"},
    ("city-3", "excused"),
)


async def printed(forums: Office, paper: str) -> str:
    """Return the text of a paper as a reader of the PDF sees it."""
    answer = await forums.client.get(f"{PAGE}/{paper}.pdf", headers=html(forums, OFFICE))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    if path := picture(paper):
        Path(path).with_suffix(".pdf").write_bytes(answer.content)
    document = pypdfium2.PdfDocument(answer.content)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    finally:
        document.close()


@pytest.mark.row(33, 34)
async def test_the_order_printed_is_the_order_spoken(system: System) -> None:
    async with forum_of(system, *PREPARED) as (_, forums):
        agenda = await printed(forums, "agenda")
        places = [agenda.index(word) for word in ("赵旗长", "旗区汇报", "企业发言", "现场答复", "市领导讲话")]
        assert places == sorted(places)
        order = [agenda.index(f"示例企业{number}（虚构）") for number in (2, 1, 3)]
        assert order == sorted(order), "printed in the order of the list"
        await forums.accepted((spoke(2), BANNER), (speakers(2, 3, 1), BANNER), (spoke(3), BANNER))
        again = await printed(forums, "agenda")
        order = [again.index(f"示例企业{number}（虚构）") for number in (2, 3, 1)]
        spoken = (await forums.client.get(f"{FORUM}/agenda", headers=forums.key(DRC))).json()["spoken"]
        assert order == sorted(order)
        assert spoken == ["enterprise-2", "enterprise-3"]


@pytest.mark.row(38, 40, 41)
async def test_sheet_manifest_and_minutes_tell_names_and_no_internal_ids(system: System) -> None:
    texts = [(noted("一、汇报。\n二、发言。"), BANNER), (attended(*ENTRIES), BANNER)]
    async with forum_of(system, *PREPARED, *texts) as (_, forums):
        sheet = await printed(forums, "attendance")
        assert "市直部门（4人）" in sheet
        assert "替会：代会（虚构）" in sheet
        manifest = await printed(forums, "vehicles")
        table = await forums.client.get(f"{PAGE}/vehicles.csv", headers=html(forums, OFFICE))
        rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
        names = [row[6] for row in rows[1:]]
        assert len(names) == len(set(names)) == 6
        assert all(name in manifest for name in names)
        for internal in ("city-1", "bus-1", BANNER_SESSION, "11150600"):
            assert internal not in manifest
            assert internal not in table.content.decode()
        minutes = await printed(forums, "minutes")
        assert (
            "市直部门（2人）：市直1（虚构）（市自然资源局）、代会（虚构）（市自然资源局，代市直2（虚构））" in minutes
        )
        assert "请假、缺席：市直3（虚构）（请假）" in minutes


@pytest.mark.row(38, 39, 40)
async def test_readiness_names_what_is_missing(system: System) -> None:
    async with forum_of(system, *PREPARED) as (_, forums):
        told = (await forums.client.get(f"{FORUM}/readiness", headers=forums.key(OFFICE))).json()
        wrong = {one["point"]: one["wrong"] for one in told["points"] if not one["ready"]}
        assert not told["ready"]
        assert wrong == {
            "roster": ["名单尚未锁定"],
            "seats-before": ["会前政策咨询席位无人值守"],
            "seats-after": ["会后政策咨询席位无人值守"],
        }
