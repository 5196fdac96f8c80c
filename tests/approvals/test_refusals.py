"""Every rule says no in two sentences and names its row; of a refused post nothing stays but the line of its audit."""

import inspect
import io
import json
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

import services.approvals.domain
from shared.events import Material
from shared.problems import Refused
from shared.vocabulary import Formality, Outcome
from tests.approvals.test_owners import assigned
from tests.approvals.test_queue import ENTERPRISES
from tests.builders import (
    BANNER,
    DRC,
    KANGBASHI,
    application_docketed,
    application_postponed,
    application_withdrawn,
    approval_corrected,
    approval_signed,
    called,
    deferral,
    docket_locked,
    finished,
    gated,
    licence_issued,
    owner,
    prereviewed,
    project_code,
    recalled,
    seats_arranged,
    session_opened,
    session_scheduled,
    unit,
)
from tests.deciding import Post
from tests.posting import CALLERS, Office, cloudevent, keys
from tests.systems import System

DOMAIN: Final = Path(services.approvals.domain.__file__).parent
STATE: Final = (
    "application",
    "departure",
    "document",
    "followup",
    "licence",
    "place",
    "prereview",
    "seating",
    "session",
)
_TABLES: Final = " UNION ALL ".join(f"SELECT to_jsonb({one})::text FROM {one}" for one in (*STATE, "waiting"))  # noqa: S608  (own words)
# What the service records by itself of a duty that the docket's lock fulfils comes in its own time.
_DUMP: Final = f"{_TABLES} UNION ALL SELECT to_jsonb(outbox)::text FROM outbox WHERE type NOT LIKE 'chunfeng.duty.%'"  # noqa: S608  (likewise)


def refusals() -> list[type[Refused]]:
    """Return every refusal that the domain defines."""
    modules = [import_module(f"services.approvals.domain.{path.stem}") for path in DOMAIN.glob("[a-z]*.py")]
    found = {one for module in modules for _, one in inspect.getmembers(module, inspect.isclass)}
    own = [one for one in found if issubclass(one, Refused) and one.__module__.startswith("services.approvals.domain")]
    return sorted((one for one in own if "zh" in vars(one)), key=lambda one: one.__name__)


@pytest.mark.parametrize("refusal", refusals(), ids=lambda one: one.__name__)
def test_a_refusal_names_its_row_and_speaks_two_languages(refusal: type[Refused]) -> None:
    assert refusal.row in range(1, 93)
    assert any("\u4e00" <= character <= "\u9fff" for character in refusal.zh)
    assert refusal.en.isascii()
    assert refusal.__doc__


@pytest.mark.parametrize("row", [row for row in range(13, 31) if row != 26])
def test_each_rule_of_the_day_is_found_in_the_domain_by_its_row(row: int) -> None:
    """Row 26 is a view of what the others record, and no rule."""
    texts = [path.read_text("utf-8") for path in DOMAIN.glob("*.py")]
    named = set[int]()
    for text in texts:
        for line in text.splitlines():
            if "row" in line.lower():
                words = line.replace(",", " ").replace(")", " ").replace("=", " ").replace(";", " ").split()
                numbers = [int(word) for word in words if word.isdecimal()]
                named |= {*range(numbers[0], numbers[-1] + 1)} if " to " in line and numbers else {*numbers}
    assert row in named


SIGNED: Final[Post] = (approval_signed(document_number="鄂环审字〔2022〕1号"), owner())
OTHER: Final = {"project_code": project_code(2)}
BEFORE: Final[list[Post]] = [
    (
        gated(
            *("locked_docket", "prereview", "other_signer", "own_documents"),
            checklists={
                Formality.ENVIRONMENTAL_IMPACT: (Material(name="报告书"), Material(name="说明", essential=False))
            },
        ),
        DRC,
    ),
    (session_scheduled(), DRC),
    *((application_docketed(project_code=project_code(number)), DRC) for number in (1, 2, 3, 4)),
    *((prereviewed(project_code=project_code(number), present=["报告书", "说明"]), owner()) for number in (1, 3)),
    (prereviewed(**OTHER, present=["报告书"]), owner()),
    (docket_locked(), DRC),
    (session_opened(), BANNER),
    SIGNED,
    (licence_issued(), owner()),
    (application_withdrawn(project_code=project_code(4)), DRC),
]
# The row whose rule says no, the post, and the status.
CASES: Final[list[tuple[int, Post, int]]] = [
    (15, (approval_signed(**OTHER), owner(Formality.WATER_ABSTRACTION)), 403),
    (15, (assigned(), DRC), 409),
    (16, (application_docketed(project_code=project_code(5)), DRC), 422),
    (16, (docket_locked(), DRC), 409),
    (17, (approval_signed(**OTHER), owner()), 409),
    (17, (prereviewed(**OTHER, present=["说明"]), owner()), 422),
    (17, (approval_signed(**OTHER, outcome=Outcome.DEFERRED, deferral=deferral(missing=["报告书"])), owner()), 422),
    (19, (approval_signed(**OTHER, outcome=Outcome.DEFERRED, deferral=deferral(due="2022-03-15")), owner()), 422),
    (21, (licence_issued(), owner()), 409),
    (21, (approval_corrected(outcome=Outcome.FORWARDED), owner()), 422),
    (22, (approval_signed(project_code=project_code(3), document_number="鄂环审字[2022]1号"), owner()), 409),
    (23, (recalled(owner_code=ENTERPRISES[1]), BANNER), 422),
    (24, (seats_arranged(units=[unit("water", KANGBASHI).code]), BANNER), 422),
    (25, (approval_signed(department_signatory="戊（虚构）"), owner()), 409),
    (28, (application_postponed(project_code=project_code(4)), DRC), 409),
    (29, (approval_signed(project_code=project_code(3), department_signatory="丙（虚构）"), owner()), 409),
    (30, (application_docketed(), DRC), 409),
]


@pytest.mark.row(15, 16, 17, 19, 21, 22, 23, 24, 25, 28, 29, 30, 81, 87)
async def test_what_a_rule_refuses_leaves_no_trace_but_the_audits_line(system: System, log: io.StringIO) -> None:
    tokens = await keys(await system.database("approvals"), (*CALLERS, owner(Formality.WATER_ABSTRACTION)))
    async with system.serving("approvals") as client:
        office = Office(client, tokens)
        await office.accepted(*BEFORE)
        before = sorted(row["to_jsonb"] for row in await system.rows("approvals", _DUMP))
        for number, (row, (event, by), status) in enumerate(CASES):
            answer = await office.send(cloudevent(event, by, f"refused-{number}"), by)
            problem = answer.json()
            assert (answer.status_code, problem.get("row")) == (status, row), answer.text
            assert problem["title"] != problem["title_en"]
        assert sorted(row["to_jsonb"] for row in await system.rows("approvals", _DUMP)) == before
        assert (await office.post(called(), BANNER)).status_code == 202
        refused = recalled(owner_code=ENTERPRISES[0])
        assert (await office.send(cloudevent(refused, BANNER, "refused-late"), BANNER)).json()["row"] == 23
        assert (await office.send(cloudevent(finished(), BANNER, "early"), BANNER)).json()["status"] == "waiting"
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    audited = {line["event_id"]: line for line in lines if line.get("refused")}
    assert {f"refused-{number}" for number in range(len(CASES))} <= audited.keys()
    assert all(line["unit"] and line["event_type"] and line["subject"] for line in audited.values())
