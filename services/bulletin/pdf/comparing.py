"""What stands on the wrap-up's page: ten sessions side by side, and their sums (row 70)."""

from collections.abc import Collection, Iterable
from typing import Final

from services.bulletin import wording
from services.bulletin.domain import wrapup
from services.bulletin.domain.edition import Compared, Edition, Totals
from services.bulletin.pdf import contents
from services.bulletin.pdf.contents import CHANGES, Cell, Column, Paragraph, Part, Section, Table
from services.bulletin.pdf.typeset import Run
from shared.printing.fonts import Role
from shared.vocabulary import Formality, Level, Outcome, SessionKind

SESSIONS: Final = (
    Column("期号", 22, centred=True),
    Column("专场", 29),
    Column("日期", 19, centred=True),
    Column("办理", 12, centred=True),
    Column("审批", 12, centred=True),
    Column("容缺", 12, centred=True),
    Column("转报", 12, centred=True),
    Column("市级", 12, centred=True),
    Column("旗区级", 14, centred=True),
    Column("证照", 12, centred=True),
)
FORMALITIES: Final = (
    Column("手续", 72),
    Column("办理", 21, centred=True),
    Column("审批", 21, centred=True),
    Column("容缺审批", 21, centred=True),
    Column("转报上报", 21, centred=True),
)
ACTIONS: Final = (
    Column("专场", 52),
    Column("参加企业", 26, centred=True),
    Column("困难问题", 26, centred=True),
    Column("现场调研", 26, centred=True),
    Column("小分队", 26, centred=True),
)


def sections(edition: Edition) -> tuple[Section, ...]:
    """Return the sections of any edition: a wrap-up's, or a session's own."""
    if not edition.compared:
        return contents.sections(edition)
    numbered: tuple[tuple[str, tuple[Part, ...]], ...] = (
        ("总体情况", _whole(edition)),
        ("各专场审批办理情况", (Paragraph(wording.compared(edition)), _by_session(edition))),
        ("各项手续办理情况", (*contents.chart(edition.totals), _by_formality(edition))),
        ("座谈交流、现场调研和政策宣讲情况", _actions(edition)),
        ("尚未办结事项", tuple(Paragraph(text) for text in wording.outstanding(edition))),
    )
    opening = (Section("更正说明", _correction(edition)),) if edition.revision else ()
    return opening + tuple(
        Section(f"{wording.numeral(number)}、{heading}", parts) for number, (heading, parts) in enumerate(numbered, 1)
    )


def _whole(edition: Edition) -> tuple[Paragraph, ...]:
    texts = (wording.course(edition), wording.totals(edition), wording.by_formality(edition))
    return tuple(Paragraph(text) for text in texts if text)


def _by_session(edition: Edition) -> Table:
    years = wrapup.years(edition)
    rows = [_row(one, years) for one in edition.compared]
    figures = edition.totals
    held = {one.session for one in edition.compared}
    rows.append(_cells(("", f"合计（{len(held)}场）", "", *_figures(figures))))
    return Table(SESSIONS, tuple(rows))


def _row(one: Compared, years: Collection[int]) -> tuple[Cell, ...]:
    number = wrapup.label(one, years) + (f"更正{one.revision}" if one.revision else "")
    day = f"{one.held_on.month}月{one.held_on.day}日"
    return _cells((number, one.session_name, day, *_figures(one.totals)))


def _figures(totals: Totals) -> tuple[str, ...]:
    numbers = (
        totals.decided,
        *(totals.of(outcome=outcome) for outcome in Outcome),
        *(totals.of(level=level) for level in (Level.CITY, Level.BANNER)),
        totals.licences,
    )
    return tuple(str(number) for number in numbers)


def _by_formality(edition: Edition) -> Table:
    counts = {
        (formality, outcome): sum(
            cell.applications
            for cell in edition.totals.cells
            if cell.formality is formality and cell.outcome is outcome
        )
        for formality in Formality
        for outcome in Outcome
    }
    rows = [
        _cells((formality.zh, *_numbers(counts[formality, outcome] for outcome in Outcome))) for formality in Formality
    ]
    sums = (sum(counts[formality, outcome] for formality in Formality) for outcome in Outcome)
    return Table(FORMALITIES, (*rows, _cells(("合计", *_numbers(sums)))))


def _numbers(outcomes: Iterable[int]) -> tuple[str, ...]:
    numbers = tuple(outcomes)
    return tuple(str(number) for number in (sum(numbers), *numbers))


def _actions(edition: Edition) -> tuple[Part, ...]:
    banners = [one for one in edition.compared if one.kind is SessionKind.BANNER]
    rows = [
        _cells((one.session_name, _known(one.enterprises), str(one.issues), str(one.surveys), str(one.teams)))
        for one in banners
    ]
    enterprises = sum(one.enterprises or 0 for one in banners)
    sums = (sum(one.issues for one in banners), sum(one.surveys for one in banners), sum(one.teams for one in banners))
    rows.append(_cells(("合计", str(enterprises), *(str(number) for number in sums))))
    return (Paragraph(wording.actions(edition)), Table(ACTIONS, tuple(rows)))


def _known(number: int | None) -> str:
    return "未报" if number is None else str(number)


def _correction(edition: Edition) -> tuple[Part, ...]:
    rows = tuple(_cells((each.item, each.old or "（原无）", each.new or "（删去）")) for each in edition.changes)
    return (Paragraph(wording.correction(edition)), *((Table(CHANGES, rows),) if rows else ()))


def _cells(texts: Iterable[str]) -> tuple[Cell, ...]:
    return tuple((Run(Role.TEXT, text),) if text else () for text in texts)
