from datetime import UTC, date, datetime

import pytest

from services.bulletin import wording
from services.bulletin.pdf import contents
from shared.vocabulary import Distribution, SessionKind
from tests.bulletin.editions import CHANGES, OWED, application, edition, full_edition


@pytest.mark.row(59)
def test_the_outcome_is_stated_in_one_sentence_by_outcome_and_level_with_licences() -> None:
    assert wording.totals(edition(18)) == (
        "本场活动共办理审批事项18项，其中审批12项、容缺审批4项、转报上报2项；市级11项、旗区级7项；当场制发证照6本。"
    )


@pytest.mark.row(59)
def test_the_city_session_states_the_city_level_only() -> None:
    rows = tuple(application(number) for number in (1, 3, 5))
    sentence = wording.totals(edition(rows=rows, kind=SessionKind.CITY, session_name="市直专场"))
    assert "市级3项" in sentence
    assert "旗区" not in sentence


@pytest.mark.row(58)
def test_what_was_withdrawn_and_what_is_undecided_is_stated() -> None:
    rows = (application(1), application(2, outcome=None), application(3, outcome=None))
    withdrawn = full_edition(1).withdrawn
    sentence = wording.totals(edition(rows=rows, withdrawn=withdrawn))
    assert sentence.endswith("列入审批清单事项4项，撤回1项、尚未作出结论2项。")


def test_a_session_without_applications_says_so() -> None:
    assert wording.totals(edition(0)) == "本场活动审批清单无事项，未办理审批事项。"
    assert not wording.by_formality(edition(0))


@pytest.mark.row(59)
def test_formalities_are_counted_in_the_notices_order() -> None:
    assert wording.by_formality(edition(8)) == (
        "按手续分：立项1项、用地预审和规划选址意见书1项、能评1项、环评1项、林地手续1项、"
        "草地手续1项、取水许可证1项、施工许可证1项。"
    )


def test_the_opening_names_time_place_head_and_seats() -> None:
    occasion, seats = wording.basics(edition(2))
    assert occasion == (
        "根据鄂府办发〔2022〕30号安排，“服务入园政策暖企”春风行动达拉特旗专场集中审批活动于2022年3月16日9时30分"
        "在达拉特经济开发区举行，9时52分结束。达拉特旗旗长苏和宣布活动开始，副市长王喆现场了解、查看手续审批办理情况。"
    )
    assert seats.startswith("市发展和改革委员会、达拉特旗生态环境局等2个单位设联合审批坐席，参加企业12家")


def test_who_opens_a_session_and_looks_on_is_named_once() -> None:
    occasion, _ = wording.basics(edition(2, declared_by="副市长王喆"))
    assert occasion.endswith("结束。副市长王喆宣布活动开始，并现场了解、查看手续审批办理情况。")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("尽快办理", "尽快办理。"),
        ("尽快办理。", "尽快办理。"),
        ("尽快办理。（示例）", "尽快办理。（示例）"),
        ("尽快办理（示例）", "尽快办理（示例）。"),
        ("他说：“尽快办理”", "他说：“尽快办理”。"),
        ("他说：“尽快办理。”", "他说：“尽快办理。”"),
        ("Please hurry.", "Please hurry."),
    ],
)
def test_a_sentence_ends_once(text: str, said: str) -> None:
    assert wording.sentence(text) == said


def test_the_opening_reads_naturally_when_little_is_known() -> None:
    unknown = {"opened_at": None, "venue": None, "declared_by": None, "leaders": (), "enterprises": None}
    (sentence,) = wording.basics(edition(0, **unknown))
    assert sentence.endswith("达拉特旗专场集中审批活动举行，于2022年3月16日9时52分结束。")


@pytest.mark.row(62)
def test_days_are_shanghais() -> None:
    assert wording.day(datetime(2022, 3, 16, 16, 0, tzinfo=UTC)) == "2022年3月17日"
    assert wording.day(date(2022, 3, 5)) == "2022年3月5日"


@pytest.mark.row(57)
@pytest.mark.row(58)
def test_an_edition_issued_at_its_limit_names_who_owes_what() -> None:
    incomplete = edition(3, complete=False, owed=(*OWED, OWED[0]))
    assert wording.cutoff(incomplete).startswith("本期简报所载情况截至2022年3月17日2时30分。截至该时，下列单位")
    assert wording.owed(incomplete)[0] == ("市水利局：", "取水许可证1项的审批结论；取水许可证1项的审批结论。")


@pytest.mark.row(63)
def test_a_correction_is_numbered_and_shows_old_and_new() -> None:
    corrected = edition(2, revision=1, changes=CHANGES)
    assert wording.issue_number(corrected) == "第3期（第1次更正）"
    first = contents.sections(corrected)[0]
    assert first.heading == "更正说明"
    table = first.parts[1]
    assert isinstance(table, contents.Table)
    assert [tuple(cell[0].text for cell in row) for row in table.rows][1:] == [
        ("当场制发证照", "7本", "6本"),
        ("三垧梁工业园区铁路专用线环评文号", "（原无）", "鄂环审字〔2022〕38号"),
    ]


def test_sections_with_nothing_to_say_are_left_out_and_the_rest_numbered_in_order() -> None:
    assert [section.heading for section in contents.sections(edition(2))] == ["一、基本情况", "二、审批办理情况"]
    approved_only = full_edition(3)
    assert [section.heading for section in contents.sections(approved_only)][2:] == [
        "三、座谈交流问题交办",
        "四、现场调研",
        "五、政策宣讲",
        "六、上期未结事项进展",
    ]
    assert len(contents.sections(full_edition(18))) == 8


@pytest.mark.row(59)
def test_a_deferral_shows_what_is_missing_until_when_and_a_forwarding_to_whom() -> None:
    tables = {
        section.heading[2:]: [part for part in section.parts if isinstance(part, contents.Table)]
        for section in contents.sections(edition(9))
    }
    deferral = ["".join(run.text for run in cell) for cell in tables["容缺事项及补正时限"][0].rows[0]]
    assert deferral[3] == "1. 社会稳定风险评估报告2. 用地红线图（加盖公章）"
    assert deferral[4] == "2022年3月25日前容缺承诺〔2022〕7号"
    forwarding = ["".join(run.text for run in cell) for cell in tables["转报事项及去向"][0].rows[0]]
    assert forwarding[3:] == ["自治区发展和改革委员会", "经初审，材料齐全，拟同意上报"]


def test_decisions_off_the_docket_or_amended_say_so() -> None:
    assert wording.conclusion(application(1, docketed=False)) == "审批（清单外）"
    assert wording.conclusion(application(1, amended=True)) == "审批（经更正）"


@pytest.mark.row(60)
@pytest.mark.parametrize(
    ("name", "above", "below"),
    [
        ("“服务入园政策暖企”春风行动简报", "“服务入园政策暖企”春风行动", "简报"),
        ("春风行动简报", "“服务入园政策暖企”春风行动", "春风行动简报"),
        ("“服务入园政策暖企”春风行动", "", "“服务入园政策暖企”春风行动"),
    ],
)
def test_the_activitys_name_stands_once_above_the_bulletins(name: str, above: str, below: str) -> None:
    assert wording.masthead(edition(0, masthead=name)) == (above, below)


@pytest.mark.row(60)
def test_recipients_are_listed_by_class() -> None:
    assert wording.distribution(edition(0), Distribution.PEERS) == "市人民政府办公室，市直各有关部门。"
    assert not wording.distribution(edition(0, addressees=()), Distribution.PEERS)


def test_numerals_are_chinese_up_to_ninety_nine() -> None:
    assert [wording.numeral(number) for number in (1, 10, 11, 20, 35, 99, 100)] == [
        "一",
        "十",
        "十一",
        "二十",
        "三十五",
        "九十九",
        "100",
    ]
