"""Three witnesses of every figure: the printed page's text, the edition's data, the approvals service's own ledger.

CHUNFENG_CAMPAIGNS=200 prints as many random campaigns as that; by itself the suite prints a few and folds many.
"""

import os
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.report import cells, figures, printed_figures
from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import totals
from services.bulletin import formats
from services.bulletin.domain import completeness, facts, fold
from services.bulletin.domain.edition import Edition
from services.bulletin.formats import table
from services.bulletin.pdf.press import BulletinPress
from shared.events import ApprovalTotals, Event
from shared.printing import fonts
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome
from tests.builders import (
    BANNER_SESSION,
    DONGSHENG,
    DRC,
    PLAN,
    ROOT,
    application_docketed,
    application_withdrawn,
    approval_corrected,
    approval_signed,
    caller,
    licence_issued,
    plan,
    posted,
    project_code,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.bulletin.printed import text
from tests.bulletin.stories import Teller, around, imprint
from tests.deciding import Post

PRINTED = int(os.environ.get("CHUNFENG_CAMPAIGNS", "3"))
BANNER = caller("government", DONGSHENG)


def posts(chance: Random) -> list[Post]:
    """Return what is posted of a random session: sometimes withdrawn, silent, corrected, licensed, or late."""
    before: list[Post] = [(plan(), DRC), (session_scheduled(), DRC)]
    during: list[Post] = []
    late: list[Post] = []
    for number in range(chance.randrange(25)):
        level, formality = chance.choice([*Level]), chance.choice([*Formality])
        of = {"project_code": project_code(1 + number // 2), "formality": formality, "level": level}
        division = CITY_DIVISION if level is Level.CITY else DONGSHENG
        owner = caller(PLAN.owners[level][formality], division)
        before.append((application_docketed(**of, owner_name=f"企业{number % 5}"), DRC))
        fate = chance.random()
        if fate < 0.1:
            during.append((application_withdrawn(**of), DRC))
        elif fate < 0.9:
            when = late if chance.random() < 0.1 else during
            outcome = chance.choice([*Outcome])
            when.append(
                (approval_signed(**of, outcome=outcome, document_number=f"鄂审字〔2022〕{number + 1}号"), owner)
            )
            if chance.random() < 0.5:
                when.append((licence_issued(**of, licence_type="许可证", number=f"证2022{number:04d}"), owner))
            if chance.random() < 0.2:
                when.append((approval_corrected(**of, outcome=chance.choice([*Outcome])), owner))
    return [*before, (session_opened(), BANNER), *during, (session_closed(), BANNER), *late]


def campaign(seed: int) -> tuple[Edition, ApprovalTotals]:
    """Return a random session's edition and its figures as the approvals service has them."""
    world, published = ApprovalsWorld(), list[Event]()
    for number, (event, by) in enumerate(posts(Random(seed))):  # noqa: S311  (chance, not secrecy)
        try:
            published += world.decide(posted(event, by, f"test-{number}"))
        except Refused:  # such as a licence for what was forwarded
            continue
    known = facts.read(PLAN, BANNER_SESSION, Teller().tell(*published, *around()))
    return fold.assemble(known, imprint(), completeness.lacking(known)), totals(world.of_session(BANNER_SESSION))


def agree(edition: Edition, own: ApprovalTotals) -> None:
    """Check the edition's data and its table against the ledger's figures."""
    counts = cells([one.model_dump(mode="json") for one in own.counts])
    assert cells([one.model_dump(mode="json") for one in edition.totals.cells]) == counts
    said = edition.totals
    assert (said.docketed, said.withdrawn, said.licences) == (own.docketed, own.withdrawn, own.licences)
    rows = list(table.rows(edition))
    assert sum(row["outcome"] != "未办结" for row in rows) == said.decided
    assert sum(len(row["licences"]) for row in rows) == said.licences


@pytest.mark.row(59, 69)
@given(st.integers(0, 1 << 32))
@settings(max_examples=max(60, PRINTED), deadline=None)
def test_data_and_ledger_agree_for_any_session(seed: int) -> None:
    agree(*campaign(seed))


@pytest.mark.row(59)
def test_what_is_printed_agrees_with_both() -> None:
    press = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts"))
    for seed in range(PRINTED):
        edition, own = campaign(seed)
        agree(edition, own)
        pdf = press.print(edition)
        counts = cells([one.model_dump(mode="json") for one in own.counts])
        expected = figures(counts, own.licences)
        assert printed_figures(pdf) == (expected if expected["decided"] else {}), seed
        page = text(pdf)
        printed = [*re.findall(r"证2022\d{4}", page), *re.findall(r"〔2022〕(\d+)号", page)]
        licences = [one.number for row in edition.applications for one in row.licences]
        assert sorted(licences) == sorted(one for one in printed if one.startswith("证")), seed
        for row in edition.applications:
            assert row.document_number is None or row.document_number in page, seed
        assert formats.words(edition).count("（经更正）") == page.count("（经更正）"), seed
