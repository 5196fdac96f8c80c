"""Which promise has which test: `python -m deploy.rows` reads docs/rows.md and the tests' row marks.

Marks are read from the source rather than collected by pytest: it needs no server, and a test that cannot be imported
today still counts as written.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_ROW: Final = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)

Rows = dict[int, str]
Tests = dict[int, list[str]]


class BadMarkError(Exception):
    """A row mark that names no row; the message starts with file and line."""


def promises(text: str) -> Rows:
    """Return the promises of docs/rows.md by row."""
    return {int(number): promise for number, promise, _ in _ROW.findall(text)}


def _marked(nodes: list[ast.expr]) -> Iterator[int]:
    """Yield the rows of every `pytest.mark.row(…)` in the nodes, parameter sets included."""
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Call) and ast.unparse(each.func).endswith("mark.row"):
                yield from _arguments(each)


def _arguments(mark: ast.Call) -> Iterator[int]:
    for argument in mark.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, int)):
            message = f"{mark.lineno}: a row mark takes plain numbers"
            raise BadMarkError(message)
        yield argument.value


def _shared(body: list[ast.stmt]) -> set[int]:
    """Return the rows that `pytestmark` gives to everything in a module or class."""
    values = [
        statement.value
        for statement in body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "pytestmark"
    ]
    return set(_marked(values))


def _tests(body: list[ast.stmt], name: str, inherited: set[int]) -> Iterator[tuple[str, set[int]]]:
    """Yield every test below a module or class with its rows."""
    rows = inherited | _shared(body)
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, f"{name}::{node.name}", rows | set(_marked(node.decorator_list)))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
            yield f"{name}::{node.name}", rows | set(_marked(node.decorator_list))


def marked_tests(folder: Path, rows: Rows) -> Tests:
    """Return the ids of the tests below a folder by row, every row with its list; the folder's parent is the root."""
    found: Tests = {row: [] for row in rows}
    for path in sorted(folder.rglob("test_*.py")):
        name = path.relative_to(folder.parent).as_posix()
        try:
            marked = list(_tests(ast.parse(path.read_text("utf-8")).body, name, set()))
        except BadMarkError as error:
            message = f"{name}:{error}"
            raise BadMarkError(message) from None
        for test, numbers in marked:
            if unknown := numbers - rows.keys():
                message = f"{test}: no such row: {', '.join(map(str, sorted(unknown)))}"
                raise BadMarkError(message)
            for number in numbers:
                found[number].append(test)
    return found


def report(rows: Rows, tests: Tests) -> str:
    """Return every row with its tests, then the rows that have none."""
    lines = []
    for row, promise in rows.items():
        lines += [f"{row:>3}  {promise}", *(f"       {test}" for test in tests[row])]
    without = [str(row) for row in rows if not tests[row]]
    lines += ["", f"{len(rows) - len(without)} of {len(rows)} rows have a test."]
    if without:
        lines.append(f"Without one: {', '.join(without)}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the report and write out/rows.json."""
    rows = promises((ROOT / "docs/rows.md").read_text("utf-8"))
    try:
        tests = marked_tests(ROOT / "tests", rows)
    except BadMarkError as error:
        sys.exit(str(error))
    written = ROOT / "out" / "rows.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps({str(row): tests[row] for row in rows}, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(report(rows, tests))


if __name__ == "__main__":
    main()
