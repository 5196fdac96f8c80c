"""What the documents tell a reader to do can be done."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from deploy.cli import app
from deploy.contracts.parties import accepted_by, all_events, parties_of
from deploy.local import PORTS
from shared import envelope

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*READMES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
COMMANDS = typer.main.get_command(app)
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def code(page: Path) -> str:
    """Return what a page shows as code: what a reader may type."""
    text = page.read_text("utf-8")
    return "\n".join(_FENCED.findall(text) + _INLINE.findall(_FENCED.sub("", text)))


def exists(words: list[str]) -> bool:
    """Tell whether the command line has a command of these words; what follows a command is its argument."""
    command: Any = COMMANDS
    for word in words:
        if not hasattr(command, "commands"):
            return True
        command = command.commands.get(word)
    return command is not None


@every_page
def test_every_make_target_named_is_one(page: Path) -> None:
    assert set(re.findall(r"\bmake ([a-z]+)", code(page))) <= TARGETS


@every_page
def test_every_chunfeng_command_named_is_one(page: Path) -> None:
    named = re.findall(r"\bchunfeng ([a-z]+)(?: ([a-z]+))?", code(page))
    assert [words for words in named if not exists([word for word in words if word])] == []


def test_a_command_that_is_none_is_told_from_one_that_is() -> None:
    assert exists(["keys", "issue"])
    assert exists(["replay", "recording"])
    assert not exists(["forget"])
    assert not exists(["keys", "lose"])


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = _LINK.findall(_FENCED.sub("", page.read_text("utf-8")))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_file_named_is_there() -> None:
    named = {
        path
        for page in [*READMES, *sorted((ROOT / "docs").glob("*.md")), *DECISIONS]
        for path in re.findall(r"`((?:deploy|docs|services|shared|tests)/[\w./-]+)`", page.read_text("utf-8"))
    }
    assert len(named) > 40
    assert [one for one in sorted(named) if not (ROOT / one).exists() and "/secrets" not in one] == []


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_picture_is_there_and_small(page: Path) -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8"))
    assert pictures
    assert all((ROOT / picture).stat().st_size < 300_000 for picture in pictures)


@pytest.mark.row(92)
def test_both_readmes_show_the_same_commands_and_answers() -> None:
    blocks, others = (_FENCED.findall(page.read_text("utf-8")) for page in READMES)
    assert blocks == others


def test_the_approval_of_the_readme_is_one_that_the_service_reads() -> None:
    found = re.search(r"<<'EOF'\n(.*?)\nEOF\n", READMES[0].read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert envelope.read_posted(json.loads(found[1]), accepted_by("approvals")).id == "water-2022-000123"


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
@pytest.mark.parametrize("service", PORTS)
def test_the_table_of_services_names_each_with_its_port_and_some_of_its_facts(page: Path, service: str) -> None:
    row = next(line for line in page.read_text("utf-8").splitlines() if line.startswith(f"| [{service}]"))
    _, _, port, purpose, facts, pages, _ = (cell.strip() for cell in row.split("|"))
    own = {event.__name__ for event in all_events() if parties_of(event).publisher == service}
    assert int(port) == PORTS[service]
    assert set(facts.split(", ")) <= own
    assert purpose
    assert pages


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_every_decision_fits_a_page_and_says_what_else_was_weighed(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert len(lines) <= 60
    headings = [line for line in lines if line.startswith("## ")]
    assert {"## Context", "## Decision", "## Consequences", "## Alternatives considered"} <= set(headings)
    assert lines[0].startswith(f"# {page.name[:4]} ")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
