"""Identifiers are checked, and a refusal says what is wrong (rows 13 and 79)."""

import pytest

from shared.identifiers import credit_code, division, document_number, project_code

pytestmark = pytest.mark.row(79)

DEMO_CREDIT_CODES = (
    "91150602MA0XX01113",
    "91150603MA0XX0226P",
    "91150621MA0XX0330X",
    "91150622MA0XX0445J",
    "91150623MA0XX055X2",
    "91150624MA0XX0664R",
    "91150625MA0XX0779E",
    "91150626MA0XX08831",
    "91150627MA0XX0998M",
    "91150600MA0XX1106U",
)
PUBLISHED_PROJECT_CODES = (
    "2509-320193-89-01-544060",
    "2603-141124-89-05-346948",
    "2111-522323-04-01-342068",
    "2411-130202-89-01-637015",
    "2601-140521-89-05-367437",
)
DEMO_PROJECT_CODES = ("2203-150602-04-01-990011", "2203-150600-04-01-990107")


@pytest.mark.parametrize("code", ["11150600MB1511443H", *DEMO_CREDIT_CODES])
def test_a_credit_code_with_its_check_character_passes(code: str) -> None:
    assert credit_code(code) == code


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("11150600MB1511443J", "expected H, got J"),
        ("91350100M0001TGQXM", "position 18"),  # a real early code that fails the standard: strict refuses it
        ("91150602MA0XX01114", "第18位校验码应为3，实为4"),
        ("91150602MA0XX0111", "18 characters"),
        ("91150602MA0XX011133", "18 characters"),
        ("91150602MA0XX0111I", "18 characters"),
        ("91150602OA0XX01113", "18 characters"),
        ("91150602 MA0XX01113", "去掉空格和连字符"),
        ("91150602ma0xx01113", "91150602MA0XX01113"),
        ("９1150602MA0XX01113", "写作91150602MA0XX01113"),
        ("", "18 characters"),
    ],
)
def test_a_bad_credit_code_is_refused_with_the_reason(code: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        credit_code(code)


@pytest.mark.parametrize("code", [*PUBLISHED_PROJECT_CODES, *DEMO_PROJECT_CODES])
def test_a_project_code_with_its_check_digit_passes(code: str) -> None:
    assert project_code(code) == code


@pytest.mark.row(13)
def test_a_bad_check_digit_of_a_project_code_is_named_with_the_right_one() -> None:
    with pytest.raises(ValueError, match=r"末位校验码应为1，实为2.*expected 1, got 2"):
        project_code("2203-150602-04-01-990012")


@pytest.mark.parametrize("position", range(19))
def test_any_single_wrong_digit_of_a_project_code_is_found(position: int) -> None:
    digits = list("22031506020401990011")
    digits[position] = str((int(digits[position]) + 1) % 10)
    text = "".join(digits)
    with pytest.raises(ValueError, match="check digit"):
        project_code(f"{text[:4]}-{text[4:10]}-{text[10:12]}-{text[12:14]}-{text[14:]}")


@pytest.mark.parametrize(
    "code",
    [
        "2609-330100-04-01-100003",
        "22031506020401990011",
        "2203-150602-04-01-99001",
        "2203-150602-04-01-9900111",
        "2203-15060a-04-01-990011",
        "２203-150602-04-01-990011",
        "2203-150602-04-01-990011\n",
        "",
    ],
)
def test_a_bad_project_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="项目代码"):
        project_code(code)


BANNERS = ("150602", "150603", "150621", "150622", "150623", "150624", "150625", "150626", "150627")


@pytest.mark.parametrize("code", ["150600", *BANNERS])
def test_the_city_and_its_nine_banners_are_divisions(code: str) -> None:
    assert division(code) == code


@pytest.mark.parametrize("code", ["150628", "150601", "150100", "150600000000", "15060", ""])
def test_another_division_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="行政区划代码"):
        division(code)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("鄂府办发〔2022〕30号", "鄂府办发〔2022〕30号"),
        ("鄂环审字[2025]30号", "鄂环审字〔2025〕30号"),
        ("鄂环鄂前环评字〔2023〕30号", "鄂环鄂前环评字〔2023〕30号"),
        ("鄂水审字（2022）1号", "鄂水审字〔2022〕1号"),
        ("鄂水审字(2022)99999号", "鄂水审字〔2022〕99999号"),
    ],
)
def test_a_document_number_is_normalised_to_hexagonal_brackets(text: str, normal: str) -> None:
    assert document_number(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "鄂水审字〔2022〕030号",
        "鄂水审字〔2022〕0号",
        "鄂水审字〔2022〕第30号",
        "鄂水审字〔2022〕30",
        "鄂水审字〔22〕30号",
        "鄂水审字2022-30号",
        "鄂〔2022〕30号",
        "Water〔2022〕30号",
        "鄂水审字〔2022〕100000号",
        "",
    ],
)
def test_a_bad_document_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="文号格式"):
        document_number(text)
