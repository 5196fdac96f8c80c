"""How the page sets what is unusual: long titles, tables at the foot of a page, names in other scripts."""

import pytest

from services.bulletin.domain.edition import Issue
from services.bulletin.formats import booklet
from services.bulletin.pdf.press import BulletinPress
from shared.printing import fonts
from tests.builders import ROOT
from tests.bulletin.editions import TEAMS, application, edition, full_edition
from tests.bulletin.printed import sheets, text

TEXT_SIZE = 15.79
LOWEST = 37 + 225 * 2 / 3
"""Millimetres from the top down to which every page but the last is filled."""


@pytest.fixture(scope="module")
def faces() -> fonts.Fonts:
    return fonts.find(ROOT / ".chunfeng" / "fonts")


@pytest.fixture(scope="module")
def press(faces: fonts.Fonts) -> BulletinPress:
    return BulletinPress(faces)


@pytest.mark.row(60)
@pytest.mark.parametrize("name", ["鄂尔多斯市伊金霍洛旗蒙苏经济开发区及周边园区", "达" * 60])
def test_a_long_title_is_broken_at_its_sense_group_into_even_lines(press: BulletinPress, name: str) -> None:
    *lines, last = [line for _, line in sheets(press.print(edition(0, session_name=name)))[0].lines(22.0)]
    assert last == "集中审批活动情况"
    assert "".join(lines) == name
    assert max(map(len, lines)) - min(map(len, lines)) <= 1


@pytest.mark.row(60, 68)
def test_no_table_head_is_left_alone_no_lead_in_apart_from_its_table_and_no_page_a_third_empty(
    press: BulletinPress,
) -> None:
    firms = tuple(f"达拉特旗示例{number}号光伏治沙有限公司" for number in range(4))
    teams = tuple(TEAMS[0].model_copy(update={"team": f"team-{number}", "enterprises": firms}) for number in (1, 2))
    for count in (5, 7, 8, 12):
        printed = sheets(press.print(full_edition(count, teams=teams)))
        for sheet in printed[:-1]:
            assert max(glyph.bottom for glyph in sheet.body) > LOWEST, (count, sheet.number)
        for sheet in printed:
            small = sheet.lines(10.5)
            heads = [y for y, line in small if line.startswith("序号")]
            assert all(any(y > head + 5 for y, _ in small) for head in heads), (count, sheet.number)
            body = sheet.lines(TEXT_SIZE)
            assert not (body and body[-1][1].endswith("如下。") and body[-1][0] > 250), (count, sheet.number)


@pytest.mark.row(60)
@pytest.mark.parametrize("halves", [0, 3, 8])
def test_the_last_page_never_holds_a_single_line_beside_the_foot(press: BulletinPress, halves: int) -> None:
    issue = Issue(issue="i-1", enterprise="甲", topic="乙", text="宇" * 14 * halves + "。")
    *_, last = sheets(press.print(edition(0, issues=(issue,))))
    assert last.number == 2
    assert len(last.lines(TEXT_SIZE)) >= 2


@pytest.mark.row(68)
def test_names_in_mongolian_cyrillic_and_latin_are_printed_whole(press: BulletinPress, faces: fonts.Fonts) -> None:
    names = ["Эрдэнэт Үйлдвэр ХХК", "Ordos Kübqi New-Energy Co., Ltd."]
    names += ["ᠣᠷᠳᠣᠰ"] if not faces.lacks("ᠣ") else []
    rows = tuple(application(number, owner_name=name) for number, name in enumerate(names, 1))
    printed = text(press.print(edition(rows=rows)))
    assert all(name.replace(" ", "") in printed for name in names)


@pytest.mark.row(60, 68)
def test_a_character_borrowed_from_another_typeface_never_moves_the_grid(press: BulletinPress) -> None:
    leaders = ("副市长王喆", "Эрдэнэт", "昇堃镕玥珺旸祎垚")
    lines = sheets(press.print(edition(0, leaders=leaders)))[0].lines(TEXT_SIZE)[2:]
    assert len(lines) > 6
    for number, (y, words) in enumerate(lines):
        assert abs(y - lines[0][0] - number * 225 / 22) < 0.1, words


@pytest.mark.row(67)
def test_the_booklet_has_two_pages_to_a_side_in_folding_order(press: BulletinPress) -> None:
    pdf = press.print(full_edition(12))
    folded = booklet.imposed(pdf)
    assert folded == booklet.imposed(pdf)
    pages, sides = sheets(pdf), sheets(folded)
    order = booklet.sides(len(pages))
    assert order[:2] == [(8, 1), (2, 7)]
    assert sorted(number for side in order for number in side) == list(range(1, 4 * -(-len(pages) // 4) + 1))
    for pair, side in zip(order, sides, strict=True):
        for place, number in enumerate(pair):
            half = [glyph for glyph in side.glyphs if (glyph.x > 210) == bool(place)]
            there = pages[number - 1].glyphs if number <= len(pages) else ()
            assert [glyph.text for glyph in half] == [glyph.text for glyph in there]
            assert all(abs(a.x - place * 210 - b.x) < 0.05 for a, b in zip(half, there, strict=True))
