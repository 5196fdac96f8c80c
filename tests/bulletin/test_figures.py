"""Three witnesses of every figure: the printed page's text, the edition's data, the approvals service's own ledger.

CHUNFENG_CAMPAIGNS=200 prints as many random campaigns as that, three sessions and the wrap-up of each; by itself the
suite prints one and folds many.
"""

import os
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.report import Cells, cells, figures, printed_figures, sums
from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import totals
from services.bulletin import formats
from services.bulletin.domain import completeness, facts, fold, wrapup
from services.bulletin.domain.edition import Edition
from services.bulletin.formats import table
from services.bulletin.pdf.press import BulletinPress
from shared.events import ApprovalTotals, Event
from shared.printing import fonts
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome, Scope
from tests.builders import (
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_SESSION,
    PLAN,
    ROOT,
    application_docketed,
    application_postponed,
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

PRINTED = int(os.environ.get("CHUNFENG_CAMPAIGNS", "1"))
SESSIONS = (BANNER_SESSION, OTHER_SESSION, CITY_SESSION)


def posts(chance: Random, session: str) -> list[Post]:
    """Return what is posted of a random session: sometimes withdrawn, silent, corrected, licensed, or late."""
    division = session.rpartition("-")[2]
    head = OFFICE if division == CITY_DIVISION else caller("government", division)
    scope = Scope.CITY_OWN if division == CITY_DIVISION else Scope.CITY_KEY
    before: list[Post] = [(session_scheduled(session=session), DRC)]
    during: list[Post] = []
    late: list[Post] = []
    for number in range(chance.randrange(25)):
        level = Level.CITY if division == CITY_DIVISION else chance.choice([*Level])
        of = {
            "session": session,
            "project_code": project_code(1 + number // 2, division),
            "formality": chance.choice([*Formality]),
            "level": level,
        }
        owner = caller(PLAN.owners[level][of["formality"]], CITY_DIVISION if level is Level.CITY else division)
        before.append((application_docketed(**of, owner_name=f"企业{number // 2 % 5}", scope=scope), DRC))
        fate = chance.random()
        if fate < 0.1:
            during.append((application_withdrawn(**of), DRC))
        elif fate < 0.15:
            during.append((application_postponed(**of), DRC))
        elif fate < 0.9:
            when = late if chance.random() < 0.1 else during
            document = f"鄂审字〔2022〕{int(division) * 100 % 9000 + number + 1}号"
            when.append((approval_signed(**of, outcome=chance.choice([*Outcome]), document_number=document), owner))
            if chance.random() < 0.5:
                licence = f"证{division}{number:04d}"
                when.append((licence_issued(**of, licence_type="许可证", number=licence), owner))
            if chance.random() < 0.2:
                when.append((approval_corrected(**of, outcome=chance.choice([*Outcome])), owner))
    ends = [(session_opened(session=session), head), *during, (session_closed(session=session), head)]
    return [*before, *ends, *late]


def campaign(seed: int) -> list[tuple[Edition, ApprovalTotals]]:
    """Return a random campaign's editions, each with its figures as the approvals service has them."""
    world, published, chance = ApprovalsWorld(), list[Event](), Random(seed)  # noqa: S311  (chance, not secrecy)
    told = [(plan(), DRC), *(post for session in SESSIONS for post in posts(chance, session))]
    for number, (event, by) in enumerate(told):
        try:
            published += world.decide(posted(event, by, f"test-{number}"))
        except Refused:  # such as a licence for what was forwarded
            continue
    facts_told = Teller().tell(*published, *(event for session in SESSIONS[:2] for event in around(session)))
    found = []
    for number, session in enumerate(SESSIONS, start=1):
        known = facts.read(PLAN, session, facts_told)
        made = fold.assemble(known, imprint(number=number), completeness.lacking(known))
        found.append((made, totals(world.of_session(session))))
    return found


def agree(edition: Edition, own: ApprovalTotals) -> None:
    """Check the edition's data and its table against the ledger's figures."""
    counts = cells([one.model_dump(mode="json") for one in own.counts])
    assert cells([one.model_dump(mode="json") for one in edition.totals.cells]) == counts
    said = edition.totals
    assert (said.docketed, said.withdrawn, said.postponed) == (own.docketed, own.withdrawn, own.postponed)
    assert said.licences == own.licences
    rows = list(table.rows(edition))
    assert sum(row["outcome"] != "未办结" for row in rows) == said.decided
    assert sum(len(row["licences"]) for row in rows) == said.licences


@pytest.mark.row(59, 69)
@given(st.integers(0, 1 << 32))
@settings(max_examples=max(30, PRINTED))
def test_data_and_ledger_agree_for_any_campaign(seed: int) -> None:
    for edition, own in campaign(seed):
        agree(edition, own)


@pytest.mark.row(59, 70)
def test_what_is_printed_agrees_with_both() -> None:
    press = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts"))
    for seed in range(PRINTED):
        told = campaign(seed)
        for edition, own in told:
            agree(edition, own)
            printed(press, edition, own)
        whole = wrapup.assemble(PLAN, [edition for edition, _ in told], imprint(), None)
        expected = sums(own.model_dump(mode="json") for _, own in told)
        counts = cells(expected["counts"])
        assert cells([one.model_dump(mode="json") for one in whole.totals.cells]) == counts
        assert printed_figures(press.print(whole)) == stated_by(counts, expected["licences"])


def stated_by(counts: Cells, licences: int) -> dict[str, int]:
    """Return the figures that a page is to state; none where nothing was decided."""
    expected = figures(counts, licences)
    return expected if expected["decided"] else {}


def printed(press: BulletinPress, edition: Edition, own: ApprovalTotals) -> None:
    """Check what a page says, read back, against the ledger's figures and the data's numbers."""
    pdf = press.print(edition)
    assert printed_figures(pdf) == stated_by(cells([one.model_dump(mode="json") for one in own.counts]), own.licences)
    page, division = text(pdf), edition.session.rpartition("-")[2]
    licences = [one.number for row in edition.applications for one in row.licences]
    assert sorted(licences) == sorted(re.findall(rf"证{division}\d{{4}}", page))
    for row in edition.applications:
        assert row.document_number is None or row.document_number in page
    assert formats.words(edition).count("（经更正）") == page.count("（经更正）")
