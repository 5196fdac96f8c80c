"""`python -m deploy.rows` finds the test of every promise."""

from pathlib import Path

import pytest

from deploy.rows import ROOT, BadMarkError, marked_tests, promises, report

ROWS = {1: "one", 2: "two", 3: "three"}


def written(folder: Path, source: str) -> Path:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_it.py").write_text(f"import pytest\n{source}", encoding="utf-8")
    return tests


def test_every_promise_is_listed_once_in_order_and_on_one_line() -> None:
    rows = promises((ROOT / "docs/rows.md").read_text("utf-8"))
    assert list(rows) == list(range(1, 93))


def test_every_mark_in_this_tree_names_a_row() -> None:
    rows = promises((ROOT / "docs/rows.md").read_text("utf-8"))
    assert set(marked_tests(ROOT / "tests", rows)) == set(rows)


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.row(2)\ndef test_a(): ...",
        "@pytest.mark.row(2)\nasync def test_a(): ...",
        "pytestmark = pytest.mark.row(2)\ndef test_a(): ...",
        "pytestmark = [pytest.mark.slow, pytest.mark.row(2)]\ndef test_a(): ...",
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.row(2))])\ndef test_a(x): ...",
    ],
)
def test_a_mark_is_found_wherever_it_may_stand(tmp_path: Path, source: str) -> None:
    assert marked_tests(written(tmp_path, source), ROWS) == {1: [], 2: ["tests/test_it.py::test_a"], 3: []}


def test_marks_of_module_class_and_test_add_up(tmp_path: Path) -> None:
    source = """
pytestmark = pytest.mark.row(1)

@pytest.mark.row(2)
class TestIt:
    @pytest.mark.row(3, 2)
    def test_a(self): ...
"""
    test = ["tests/test_it.py::TestIt::test_a"]
    assert marked_tests(written(tmp_path, source), ROWS) == {1: test, 2: test, 3: test}


def test_helpers_and_unmarked_tests_count_for_nothing(tmp_path: Path) -> None:
    source = "@pytest.mark.row(1)\ndef helper(): ...\ndef test_a(): ..."
    assert marked_tests(written(tmp_path, source), ROWS) == {1: [], 2: [], 3: []}


def test_a_row_that_does_not_exist_is_an_error_that_names_the_test(tmp_path: Path) -> None:
    with pytest.raises(BadMarkError, match=r"test_it\.py::test_a: no such row: 93"):
        marked_tests(written(tmp_path, "@pytest.mark.row(1, 93)\ndef test_a(): ..."), ROWS)


def test_a_mark_that_is_no_plain_number_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadMarkError, match=r"test_it\.py:2: .* plain numbers"):
        marked_tests(written(tmp_path, "@pytest.mark.row(ROW)\ndef test_a(): ..."), ROWS)


def test_the_report_shows_tests_below_their_row_and_names_the_rows_without() -> None:
    text = report(ROWS, {1: ["tests/test_it.py::test_a"], 2: [], 3: []})
    assert "  1  one\n       tests/test_it.py::test_a\n  2  two\n" in text
    assert text.endswith("1 of 3 rows have a test.\nWithout one: 2, 3\n")
