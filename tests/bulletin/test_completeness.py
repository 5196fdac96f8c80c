"""What an edition lacks and who owes it; what a correction changes."""

import pytest

from services.bulletin.domain import completeness
from services.bulletin.domain.changes import changes as changed
from services.bulletin.domain.edition import Change
from shared.envelope import Fact
from shared.events import (
    ApplicationDocketed,
    ApprovalSigned,
    Event,
    ForumHeld,
    IssueRaised,
    LicenceIssued,
    SessionClosed,
    TeamAssigned,
    VisitsConcluded,
)
from tests.builders import (
    BANNER,
    CITY_SESSION,
    DRC,
    application_docketed,
    application_withdrawn,
    approval_corrected,
    approval_signed,
    issue_raised,
    licence_corrected,
    licence_issued,
    owner,
    plan,
    project_code,
    session_closed,
)
from tests.bulletin.stories import Teller, around, decided, edition, held, read, story

FORUM = ("东胜区人民政府", "政企座谈交流情况")
VISITS = ("市发展和改革委员会", "政策宣讲入企情况")
TOTALS = ("市发展和改革委员会", "集中审批办理情况（合计数核对未完成）")


def owed(told: list[Fact]) -> list[tuple[str, str]]:
    return [(one.unit, one.what) for one in completeness.lacking(read(told))]


def without(kind: type[Event]) -> list[Fact]:
    """Return the story without the first fact of one type: on its way, or lost."""
    told = story()
    missing = next(one for one in told if one.type == kind.type)
    return [one for one in told if one is not missing]


@pytest.mark.row(58)
def test_of_a_whole_session_nothing_is_owed() -> None:
    assert owed(story()) == []


@pytest.mark.row(58, 59, 64)
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ForumHeld, FORUM),
        (IssueRaised, (FORUM[0], f"{FORUM[1]}（合计数核对未完成）")),
        (VisitsConcluded, VISITS),
        (TeamAssigned, (VISITS[0], f"{VISITS[1]}（合计数核对未完成）")),
        (SessionClosed, TOTALS),
        (ApplicationDocketed, TOTALS),
        (LicenceIssued, TOTALS),
    ],
)
def test_who_owes_what_is_named(kind: type[Event], expected: tuple[str, str]) -> None:
    assert owed(without(kind)) == [expected]


@pytest.mark.row(58)
def test_an_undecided_application_is_owed_by_its_department_by_name() -> None:
    posts = [post for post in held() if not isinstance(post[0], (ApprovalSigned, LicenceIssued))]
    told = Teller().tell(*decided((plan(), DRC), *posts), *around())
    units, items = zip(*owed(told), strict=True)
    assert set(units) == {"市生态环境局"}
    assert items[0] == f"示例项目（{project_code(1)}）市级环评办理结果"
    assert len(items) == 3


@pytest.mark.row(58)
def test_a_decision_on_its_way_is_missed_by_the_totals_too() -> None:
    assert [what for _, what in owed(without(ApprovalSigned))] == [
        f"示例项目（{project_code(1)}）市级环评办理结果",
        TOTALS[1],
    ]


@pytest.mark.row(58)
def test_a_withdrawn_application_owes_nothing() -> None:
    posts = [post for post in held() if not isinstance(post[0], (ApprovalSigned, LicenceIssued, SessionClosed))]
    withdrawals = [(application_withdrawn(project_code=project_code(n)), DRC) for n in (1, 2, 3)]
    told = Teller().tell(*decided((plan(), DRC), *posts, *withdrawals, (session_closed(), BANNER)), *around())
    assert owed(told) == []


@pytest.mark.row(2, 58)
def test_the_city_session_waits_for_no_forum_and_no_visits() -> None:
    of = {"session": CITY_SESSION}
    told = Teller().tell(
        plan(), session_closed(**of, totals={"docketed": 0, "withdrawn": 0, "licences": 0, "counts": []})
    )
    assert completeness.lacking(read(told, CITY_SESSION)) == ()


@pytest.mark.row(82)
def test_what_is_decided_after_the_closing_does_not_upset_the_totals() -> None:
    late = approval_corrected(project_code=project_code(2), outcome="approved")
    assert owed(Teller().tell(*decided((plan(), DRC), *held(), (late, owner())), *around())) == []


@pytest.mark.row(63)
def test_a_correction_lists_old_and_new() -> None:
    before = edition(story())
    later = [
        approval_corrected(project_code=project_code(2), outcome="approved"),
        licence_issued(project_code=project_code(3), number="鄂环证009"),
        licence_corrected(number="鄂环证150602", right_number="鄂环证150620"),
        issue_raised(issue="issue-2"),
    ]
    told = Teller().tell(*decided((plan(), DRC), *held()), *around(), *later)
    changes = changed(before, edition(told))
    assert changes == (
        Change(
            item=f"示例项目（{project_code(1)}）市级环评",
            old="审批；建设项目环评批复鄂环证150602",
            new="审批；建设项目环评批复鄂环证150620",
        ),
        Change(
            item=f"示例项目（{project_code(2)}）市级环评",
            old="容缺审批；待补：环评批复原件，2022年4月15日前；承诺书1号",
            new="审批",
        ),
        Change(
            item=f"示例项目（{project_code(3)}）市级环评",
            old="转报上报；转报自治区生态环境厅；初审意见：同意上报",
            new="转报上报；建设项目环评批复鄂环证009；转报自治区生态环境厅；初审意见：同意上报",
        ),
        Change(item="问题：示例企业（用地）", old=None, new="示例企业（用地）：项目用地指标不足。"),
    )


@pytest.mark.row(63)
def test_what_was_owed_and_has_come_is_said_once() -> None:
    posts = held()
    signed = next(post for post in posts if isinstance(post[0], ApprovalSigned))
    early = decided(
        (plan(), DRC), *(post for post in posts if post != signed and not isinstance(post[0], LicenceIssued))
    )
    before = edition(Teller().tell(*early, *around()))
    after = edition(Teller().tell(*early, *around(), approval_signed()))
    (change,) = changed(before, after)
    assert (change.old, change.new) == ("（未办结）", "审批")


@pytest.mark.row(63)
def test_without_a_difference_there_is_no_correction() -> None:
    assert changed(edition(story()), edition(story(), revision=1)) == ()


def test_an_application_docketed_late_appears_as_new() -> None:
    late = application_docketed(project_code=project_code(9))
    told = Teller().tell(*decided((plan(), DRC), *held()), *around(), late)
    (change,) = changed(edition(story()), edition(told))
    assert (change.old, change.new) == (None, "（未办结）")
