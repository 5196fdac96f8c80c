"""Desk signs: an A4 sheet for each unit with a seat, its name readable from across the table, printed once (row 24)."""

from typing import Final

import pypdfium2
import pytest

from services.approvals.papers import desksigns
from shared.vocabulary import CITY_DIVISION, Formality, Scope
from tests.browsing import picture
from tests.builders import CITY_SESSION, DRC, PLAN, application_docketed, project_code
from tests.bulletin.printed import MM, sheets
from tests.deciding import Post
from tests.posting import approvals
from tests.systems import System

# In the order of the notice's (五)6(2), the energy bureau twice as it stands there.
AS_PRINTED: Final = "市自然资源局、市生态环境局、市能源局、市林业和草原局、市水利局、市住房和城乡建设局、市能源局"
READABLE_MM: Final = 25.0
DOCKET: Final[list[Post]] = [
    (application_docketed(session=CITY_SESSION, scope=Scope.CITY_OWN, formality=one, project_code=project_code(n)), DRC)
    for n, one in enumerate((Formality.WATER_ABSTRACTION, Formality.FOREST_LAND, Formality.GRASSLAND), start=1)
]


@pytest.mark.row(24)
async def test_the_signs_are_one_for_each_unit_in_the_registrys_order_and_the_energy_bureau_has_one(
    system: System,
) -> None:
    path = f"/sessions/{CITY_SESSION}/seats"
    async with approvals(system, (PLAN, DRC), *DOCKET) as office:
        cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}", "Accept": "text/html"}
        page = await office.client.post(path, data={"names": AS_PRINTED}, headers=cookie)
        assert "市能源局重复列出2次，只设一席" in page.text
        unknown = await office.client.post(path, data={"names": "市矿产局"}, headers=cookie)
        assert (unknown.status_code, "单位名录中没有 市矿产局" in unknown.text) == (422, True)
        pdf = (await office.client.get(f"{path}/signs.pdf", headers=cookie)).content
        for same in (f"{path}/signs.pdf", f"/v1{path.removesuffix('seats')}desk-signs.pdf"):
            assert (await office.client.get(same, headers=cookie | office.key(DRC))).content == pdf
        seats = (await office.client.get(f"/v1{path}", headers=office.key(DRC))).json()
    if there := picture("desk-sign"):
        with pypdfium2.PdfDocument(pdf) as document:
            document[0].render(scale=1.5).to_pil().save(there)
    printed = sheets(pdf)
    wanted = set(AS_PRINTED.split("、"))
    order = [one.name for one in sorted(PLAN.units, key=lambda one: one.precedence) if one.division == CITY_DIVISION]
    large = ["".join(glyph.text for glyph in sheet.glyphs if glyph.size >= READABLE_MM * MM) for sheet in printed]
    assert large == [f"{name}{name}" for name in order if name in wanted]
    assert [f"{seat['name']}{seat['name']}" for seat in seats] == large
    assert "林地手续、草地手续" in "".join(sheet.text for sheet in printed)


@pytest.mark.row(24)
async def test_a_sign_is_a_sheet_to_fold_that_reads_upright_from_both_sides(system: System) -> None:
    async with approvals(system, (PLAN, DRC), *DOCKET[:1]) as office:
        cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}"}
        answer = await office.client.get(f"/sessions/{CITY_SESSION}/seats/signs.pdf", headers=cookie)
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) == 1
        width, height = (round(side / MM) for side in document[0].get_size())
        assert (width, height) == (297, 210)
    (sheet,) = sheets(answer.content)
    name = [glyph for glyph in sheet.glyphs if glyph.size >= READABLE_MM * MM]
    assert "".join(glyph.text for glyph in name) == "市水利局市水利局"
    back, front = name[:4], name[4:]
    assert [glyph.x for glyph in back] == sorted((glyph.x for glyph in back), reverse=True)  # upside down
    assert [glyph.x for glyph in front] == sorted(glyph.x for glyph in front)
    assert all(glyph.left > 0 and glyph.right < 297 for glyph in name)


@pytest.mark.row(24)
def test_every_unit_of_the_registry_has_a_name_large_enough_to_read_across_a_table() -> None:
    for one in PLAN.units:
        broken = desksigns.lines(one.name)
        assert "".join(broken) == one.name
        assert len(broken) <= 2
        assert desksigns.size_of(broken) >= READABLE_MM, one.name
