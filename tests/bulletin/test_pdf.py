import io
import re
from pathlib import Path

import pikepdf
import pytest

from services.bulletin import wording
from services.bulletin.domain.edition import Issue
from services.bulletin.pdf.press import BulletinPress
from services.bulletin.pdf.typeset import Run, Setter
from shared.printing import fonts
from shared.printing.glyphs import MissingGlyphs
from shared.vocabulary import Outcome
from tests.bulletin.editions import CHANGES, OWED, application, edition, full_edition
from tests.bulletin.printed import Sheet, pitches, sheets, text

FONTS = Path(__file__).parents[2] / ".chunfeng" / "fonts"
TEXT_SIZE = 15.79
HAN = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"
CLOSE = 0.05
"""Millimetres within which a place on the paper is right."""


@pytest.fixture(scope="module")
def faces() -> fonts.Fonts:
    return fonts.find(FONTS)


@pytest.fixture(scope="module")
def press(faces: fonts.Fonts) -> BulletinPress:
    return BulletinPress(faces)


@pytest.fixture(scope="module")
def prose(press: BulletinPress) -> list[Sheet]:
    """Return pages of nothing but Han characters."""
    issues = tuple(Issue(issue=f"i-{n}", enterprise="甲", topic="乙", text=HAN * 20) for n in range(3))
    return sheets(press.print(edition(0, issues=issues)))


@pytest.fixture(scope="module")
def full(press: BulletinPress) -> bytes:
    return press.print(full_edition(20))


@pytest.mark.row(60)
def test_a_full_page_holds_22_lines_of_28_characters(prose: list[Sheet]) -> None:
    lines = prose[1].lines(TEXT_SIZE)
    assert [len(line) for _, line in lines] == [28] * 22
    assert pitches(lines) <= {10.2, 10.3}
    assert abs((lines[-1][0] - lines[0][0]) / 21 - 225 / 22) < 0.005


@pytest.mark.row(60)
def test_all_ink_lies_within_the_type_area(prose: list[Sheet], full: bytes) -> None:
    for sheet in (*prose, *sheets(full)):
        assert min(glyph.left for glyph in sheet.body) >= 28 - CLOSE
        assert max(glyph.right for glyph in sheet.body) <= 184 + CLOSE
        assert min(glyph.top for glyph in sheet.body) >= 37 - CLOSE
        assert max(glyph.bottom for glyph in sheet.body) <= 262 + CLOSE
        assert all(rule.left >= 28 - CLOSE and rule.right <= 184 + CLOSE for rule in sheet.rules)
        assert all(rule.top >= 37 - CLOSE and rule.bottom <= 262 + CLOSE for rule in sheet.rules)


@pytest.mark.row(60)
def test_headings_and_paragraphs_keep_the_grid_below_tables(full: bytes) -> None:
    for sheet in sheets(full)[1:]:
        for baseline, line in sheet.lines(TEXT_SIZE):
            place = (baseline - 37) / (225 / 22) % 1
            assert 0.65 < place < 0.8, (sheet.number, line)


@pytest.mark.row(60)
def test_full_lines_end_at_the_margin_and_none_begins_with_punctuation(full: bytes) -> None:
    first = sheets(full)[0]
    lines = [line for y, line in first.lines(TEXT_SIZE) if y > 160]
    assert not [line for line in lines if line[0] in "，。、；：？！）》〕”"]
    ends = [max(g.x for g in first.body if round(g.baseline, 1) == y) for y, _ in first.lines(TEXT_SIZE) if y > 160]
    assert sum(end > 177.5 for end in ends) >= len(ends) - 2


@pytest.mark.row(60)
def test_page_numbers_stand_outside_seven_millimetres_below(prose: list[Sheet]) -> None:
    for sheet in prose:
        number = [glyph for glyph in sheet.glyphs if glyph.baseline > 263]
        assert "".join(glyph.text for glyph in number) == f"—{sheet.number}—"
        assert all(abs(glyph.top - 269) < 0.6 for glyph in number if glyph.text == "—")
        if sheet.number % 2:
            assert abs(number[-1].right - (184 - 14 / 72 * 25.4)) < 0.5
        else:
            assert abs(number[0].left - (28 + 14 / 72 * 25.4)) < 0.5


@pytest.mark.row(60)
def test_the_masthead_is_red_above_a_red_rule_of_the_full_width(press: BulletinPress) -> None:
    pdf = press.print(edition(3, masthead="“服务入园政策暖企”春风行动简报"))
    first = sheets(pdf)[0]
    rule = first.rules[0]
    assert abs(rule.width - 156.0) < CLOSE
    above = "".join(glyph.text for glyph in first.body if glyph.baseline < rule.bottom)
    assert above == "“服务入园政策暖企”春风行动简报第3期鄂尔多斯市发展和改革委员会2022年3月17日"
    left, right = (next(g for g in first.body if g.text == sign) for sign in ("鄂", "日"))
    assert abs(left.x - 28 - 5.57) < 0.1
    assert abs(right.x + 2 * 5.57 - 184) < 0.1
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        drawn = opened.pages[0].Contents.read_bytes()
    assert re.search(rb"0\.784\d* 0\.062\d* 0\.180\d* (rg|RG|scn|SCN)", drawn)


@pytest.mark.row(60)
@pytest.mark.row(67)
@pytest.mark.parametrize("applications", [0, 5])
def test_the_block_at_the_foot_of_the_last_page_ends_on_the_type_areas_edge(
    press: BulletinPress, applications: int
) -> None:
    pages = sheets(press.print(edition(applications, print_count=35)))
    last = pages[-1]
    assert abs(max(rule.bottom for rule in last.rules) - 262) < CLOSE
    foot = "".join(line for _, line in last.lines(14.0))
    assert foot.startswith("报：市委、市人大常委会、市政府、市政协领导，自治区发展和改革委员会。送：市人民政府办公室，")
    assert foot.endswith("发：各旗区人民政府，各旗区发展和改革委员会。2022年3月17日印发共印35份")
    assert len(last.body) > len(foot), "the block never stands alone on a page"


@pytest.mark.row(60)
def test_an_empty_session_takes_one_page(press: BulletinPress) -> None:
    assert len(sheets(press.print(edition(0)))) == 1


@pytest.mark.row(59)
def test_the_page_states_the_totals_and_every_application(full: bytes) -> None:
    printed, shown = text(full), full_edition(20)
    assert wording.totals(shown) in printed
    for row in shown.applications:
        assert row.document_number is None or row.document_number in printed
        assert all(licence.number in printed for licence in row.licences)
    assert printed.count("容缺审批") >= shown.totals.of(outcome=Outcome.DEFERRED)


@pytest.mark.row(64)
def test_every_section_is_printed_and_bookmarked(full: bytes) -> None:
    with pikepdf.open(io.BytesIO(full)) as pdf, pdf.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
    assert titles[1:] == [
        *("一、基本情况", "二、审批办理情况", "三、容缺事项及补正时限", "四、转报事项及去向"),
        *("五、座谈交流问题交办", "六、现场调研", "七、政策宣讲", "八、上期未结事项进展"),
    ]


@pytest.mark.row(59)
def test_tables_repeat_their_heading_and_split_no_row(press: BulletinPress) -> None:
    pages = [sheet for sheet in sheets(press.print(edition(40))) if "文号" in sheet.text]
    assert len(pages) >= 4
    for number in range(1, 41):
        project = application(number).project_name[:8]
        homes = [page for page in pages if any(g.text == project[0] and g.size == 10.5 for g in page.body)]
        assert homes
    assert all("项目／业主单位" in sheet.text.replace("/", "／").replace(" ", "") for sheet in pages)


@pytest.mark.row(57)
@pytest.mark.row(58)
def test_an_incomplete_edition_says_until_when_it_knows_and_who_owes_what(press: BulletinPress) -> None:
    printed = text(press.print(edition(2, complete=False, owed=OWED)))
    assert "本期简报所载情况截至2022年3月17日2时30分。" in printed
    assert "（一）市水利局：取水许可证1项的审批结论。" in printed


@pytest.mark.row(63)
def test_a_correction_says_so_in_number_and_title_and_lists_old_and_new(press: BulletinPress) -> None:
    printed = text(press.print(edition(2, revision=2, changes=CHANGES)))
    assert "第3期（第2次更正）" in printed
    assert "达拉特旗专场集中审批活动情况（更正）" in printed
    assert "7本6本" in printed


def test_demonstration_data_is_marked_on_every_page(press: BulletinPress) -> None:
    assert all("演示数据" in sheet.text.replace(" ", "") for sheet in sheets(press.print(full_edition(6, demo=True))))
    assert "演示数据" not in text(press.print(edition(0)))


@pytest.mark.row(68)
def test_it_is_pdf_a_3u_with_its_data_attached_once(full: bytes) -> None:
    with pikepdf.open(io.BytesIO(full)) as pdf:
        assert pdf.open_metadata().pdfa_status == "3U"
        assert [str(one.AFRelationship) for one in pdf.Root.AF] == ["/Data"]
        assert pdf.attachments["bulletin.json"].get_file().read_bytes() == full_edition(20).canonical()
        assert str(pdf.docinfo["/CreationDate"]) == "D:20220316183000Z"
        assert pdf.Root.Lang == "zh-CN"


@pytest.mark.row(68)
def test_every_face_is_embedded_and_reported(full: bytes, faces: fonts.Fonts) -> None:
    embedded = set()
    with pikepdf.open(io.BytesIO(full)) as pdf:
        for found in pdf.objects:
            if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/FontDescriptor":
                assert "/FontFile3" in found or "/FontFile2" in found
                embedded.add(str(found.FontName)[8:].replace("-", " "))
    assert set(fonts.used(full)) == embedded
    assert {face.removesuffix(" Bold") for face in embedded} <= {face.family.removesuffix(" R") for face in faces.faces}


@pytest.mark.row(68)
def test_qpdf_finds_no_fault(full: bytes) -> None:
    with pikepdf.open(io.BytesIO(full)) as pdf:  # what `qpdf --check` does
        assert pdf.check_pdf_syntax() == []


@pytest.mark.row(68)
def test_rare_characters_of_names_are_printed(press: BulletinPress) -> None:
    names = "镕喆堃昇玥珺旸祎垚翀暘"
    assert names in text(press.print(edition(0, leaders=(names,))))


@pytest.mark.row(68)
def test_a_character_no_typeface_has_stops_the_press_and_is_named(press: BulletinPress) -> None:
    with pytest.raises(MissingGlyphs, match=r"U\+1F600（leaders\[0\]）") as refused:
        press.print(edition(0, leaders=("王😀",)))
    assert refused.value.places == {"😀": "leaders[0]"}


@pytest.mark.row(68)
def test_or_is_printed_as_a_sign_and_explained_where_it_must_be_printed(press: BulletinPress) -> None:
    pdf = press.print(edition(0, leaders=("王😀",)), signs=True)
    assert "王〓现场了解" in text(pdf)
    assert "注：〓为字库缺字（U+1F600），原字见本文件所附数据。" in text(pdf)


def test_the_pages_own_words_have_glyphs(faces: fonts.Fonts) -> None:
    source = Path(wording.__file__).parent
    own = "".join(path.read_text() for path in (*source.glob("*.py"), *source.parent.glob("pdf/c*.py")))
    assert not [character for character in set(own) if character.isprintable() and faces.lacks(character)]


def test_lines_are_broken_by_rule(faces: fonts.Fonts) -> None:
    setter = Setter(faces)
    words = f"（{HAN[:25]}），{HAN}。“{HAN[:26]}”——编号〔2022〕30号。"
    lines = setter.lines((Run(fonts.Role.TEXT, words),), TEXT_SIZE, 28 * TEXT_SIZE, indent=2 * TEXT_SIZE)
    assert "".join(line.text for line in lines) == words
    assert not [line.text for line in lines if line.text[0] in "，。）”—"]
    assert not [line.text for line in lines[:-1] if line.text[-1] in "（“"]
    assert any("〔2022〕30号" in line.text for line in lines)
    # A number longer than its cell never leaves a single digit behind.
    assert [len(line) for line in setter.cell("1506212022031690001", 10.5, 90.0)] == [10, 9]
    assert all(0 <= line.spacing < 0.12 * TEXT_SIZE for line in lines)
