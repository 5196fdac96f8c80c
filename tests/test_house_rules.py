"""The rules of the house that no linter knows; each test says in its docstring what went wrong without it."""

import ast
import importlib.util
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.builders import ROOT

LONGEST_FILE, LONGEST_FUNCTION = 300, 40
ROLES = {"__init__.py", "__main__.py", "app.py", "settings.py", "api.py", "handlers.py", "store.py", "tables.py"}
GROWN = {"api", "pages", "store", "tables"}
"""A role that has outgrown one file: a folder of the same name."""
PAGES = {"pages.py", "templates", "static"}
LATER = {"agenda.py", "sheets.py", "papers.py"}
"""What a service does by the clock; its tables as spreadsheets; what it prints."""
OWN = {
    "approvals": {"gauges.py", "keyring.py", "campaigns", "papers"},
    "forums": {"photos.py"},
    "policy": {"brochures.py", "brochures"},
    "bulletin": {
        "edition.py",
        "deadline.py",
        "delivery",
        "formats",
        "gauges.py",
        "issuing.py",
        "wrapup.py",
        "watch.py",
        "rebuild.py",
        "wording",
        "pdf",
        "pdf.py",
    },
}
"""What one service has and the others have not: named by what its business does."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[Path, ast.Module], Iterator[str]]


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in path.parts)


def _breaches(rule: Rule, *folders: str) -> list[str]:
    """Return where files break a rule, as path: what."""
    return [f"{path.relative_to(ROOT)}: {breach}" for path in _sources(*folders) for breach in rule(path, _tree(path))]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _calls(tree: ast.Module, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def _only_names(tree: ast.Module) -> bool:
    """Tell whether a module only says again what others define: a table of contents is as long as its contents."""
    return all(isinstance(node, (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)) for node in tree.body)


def long_file(path: Path, tree: ast.Module) -> Iterator[str]:
    lines = len(path.read_text("utf-8").splitlines())
    if lines > LONGEST_FILE and not (path.name == "__init__.py" and _only_names(tree)):
        yield f"{lines} lines"


def _lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def long_function(path: Path, tree: ast.Module) -> Iterator[str]:
    """Find functions too long without those defined in them; a migration is a list of columns, not a function."""
    if path.parts[-2] in ("migrations", "versions"):
        return
    for function in ast.walk(tree):
        if isinstance(function, Function):
            inner = sum(_lines(node) for node in function.body if isinstance(node, Function))
            if (lines := _lines(function) - inner) > LONGEST_FUNCTION:
                yield f"{function.name} has {lines} lines"


def no_docstring(_: Path, tree: ast.Module) -> Iterator[str]:
    if not ast.get_docstring(tree):
        yield "the module says nothing of itself"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{node.name} says nothing of itself"


def implicit_acknowledgement(_: Path, tree: ast.Module) -> Iterator[str]:
    for call in _calls(tree, "subscriber"):
        if "ack_policy" not in {keyword.arg for keyword in call.keywords}:
            yield f"line {call.lineno}: a subscriber without ack_policy"


def commit(_: Path, tree: ast.Module) -> Iterator[str]:
    for call in _calls(tree, "commit"):
        yield f"line {call.lineno}: commit()"


def shared_table_base(path: Path, tree: ast.Module) -> Iterator[str]:
    if path.name != "tables.py":
        return
    bases = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Table"]
    if not any(keyword.arg == "registry" for base in bases for keyword in base.keywords):
        yield "no class Table(SQLModel, registry=registry())"


def foreign_file_names(service: Path) -> set[str]:
    """Return what a service's folder holds beyond the names of the house and its own."""
    allowed = (
        ROLES
        | GROWN
        | PAGES
        | LATER
        | OWN.get(service.name, set())
        | {"domain", "domain.py", "migrations", "__pycache__"}
    )
    return {path.name for path in service.iterdir()} - allowed


def services() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "services").glob("*/__init__.py"))


def test_files_are_short_enough_to_be_read_at_one_sitting() -> None:
    """A file that grows past a screenful or five is two files that nobody dared to part."""
    assert _breaches(long_file, "services", "shared", "deploy", "tests") == []


def test_functions_are_short_enough_to_be_held_in_mind() -> None:
    """What does not fit into forty lines is not understood when it is changed."""
    assert _breaches(long_function, "services", "shared", "deploy", "tests") == []


def test_every_module_and_class_says_in_a_sentence_what_it_is_for() -> None:
    """Whoever opens a file at night knows in thirty seconds whether it is the right one."""
    assert _breaches(no_docstring, "services", "shared", "deploy") == []


@pytest.mark.parametrize("service", services(), ids=lambda path: path.name)
def test_the_same_role_has_the_same_file_name_in_every_service(service: Path) -> None:
    """Whoever has read one service has read all; a second name for the same role ends that."""
    assert foreign_file_names(service) == set()
    names = [path.name.removesuffix(".py") for path in service.iterdir()]
    needed = {"__init__", "__main__", "app", "settings", "api", "store", "tables", "migrations", "domain"}
    assert needed <= set(names)
    assert len(names) == len(set(names)), "a role is one file or one folder, not both"


def test_shared_and_services_are_this_checkouts() -> None:
    """PyPI has a `shared` and a `services`; installed beside ours, one of them overwrote our files without a word."""
    for name in ("shared", "services", "deploy"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert Path(str(spec.origin)).parent == ROOT / name


def test_every_subscriber_says_when_it_acknowledges() -> None:
    """FastStream's default acknowledges a message whose handler has failed: the fact is lost."""
    assert _breaches(implicit_acknowledgement, "services", "shared", "deploy") == []


def test_nothing_but_the_spine_ends_a_transaction() -> None:
    """One request group or one batch is one transaction: a commit in between tears state and outbox apart."""
    # `session.begin()` in shared.database commits at the end of its block; a benchmark measures what we do not do.
    breaches = _breaches(commit, "services", "shared", "deploy")
    assert [breach for breach in breaches if not breach.startswith("deploy/bench/")] == []


def test_every_service_has_a_table_base_of_its_own() -> None:
    """Two tables of the same name on plain SQLModel fall out with each other as soon as one process loads both."""
    assert _breaches(shared_table_base, "services") == []


@pytest.mark.parametrize(
    ("rule", "source", "path"),
    [
        (long_file, "", "uv.lock"),
        (long_function, "def f():\n" + "    pass\n" * LONGEST_FUNCTION, "shared/x.py"),
        (no_docstring, "x = 1", "shared/x.py"),
        (no_docstring, '"""A module."""\nclass Silent: ...', "shared/x.py"),
        (implicit_acknowledgement, "@broker.subscriber('facts')\nasync def f(): ...", "services/forums/handlers.py"),
        (commit, "async def f():\n    await self.session.commit()", "services/forums/store.py"),
        (shared_table_base, "class Table(SQLModel): ...", "services/forums/tables.py"),
    ],
)
def test_each_rule_finds_its_breach(rule: Rule, source: str, path: str) -> None:
    """A rule that cannot fail protects nothing."""
    assert list(rule(ROOT / path, ast.parse(source)))
