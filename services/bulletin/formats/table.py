"""An edition as tables for those who count: CSV of its applications, a workbook with its totals beside them."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import xlsxwriter

from services.bulletin import wording
from services.bulletin.domain.edition import Application, Edition, Totals
from shared.clock import SHANGHAI
from shared.sheets import Column, write_csv
from shared.vocabulary import Formality, Level, Outcome, SessionKind

COLUMNS: Final = (
    Column("number", "序号", "No.", width=6),
    Column("project_code", "项目代码", "Project code", width=26),
    Column("project_name", "项目名称", "Project", width=36),
    Column("owner_name", "业主单位", "Owner", width=36),
    Column("level", "层级", "Level", choices=tuple(Level), width=10),
    Column("formality", "手续", "Formality", choices=tuple(Formality), width=24),
    Column("unit", "办理单位", "Unit", width=24),
    Column("outcome", "结论", "Outcome", choices=tuple(Outcome), width=12),
    Column("document_number", "文号", "Document", width=24),
    Column("licences", "证照", "Licences", width=30),
    Column("commitment_letter", "承诺书", "Commitment letter", width=24),
    Column("missing", "所缺材料", "Missing materials", width=30),
    Column("due", "补正时限", "Due", width=12),
    Column("target_body", "转报去向", "Forwarded to", width=24),
    Column("opinion", "初审意见", "Preliminary opinion", width=30),
    Column("remarks", "备注", "Remarks", width=16),
)
COMPARED: Final = (
    Column("year", "年度", "Year", width=8),
    Column("number", "期号", "Issue", width=8),
    Column("session_name", "专场", "Session", width=24),
    Column("kind", "类别", "Kind", choices=tuple(SessionKind), width=12),
    Column("held_on", "日期", "Date", width=12),
    Column("decided", "办理", "Decided", width=8),
    *(Column(outcome.value, outcome.zh, outcome.en, width=10) for outcome in Outcome),
    *(Column(level.value, level.zh, level.en, width=10) for level in Level),
    Column("undecided", "未办结", "Undecided", width=8),
    Column("licences", "证照", "Licences", width=8),
    Column("issues", "困难问题", "Issues", width=10),
    Column("surveys", "现场调研", "Surveys", width=10),
    Column("teams", "小分队", "Teams", width=8),
)


def columns(edition: Edition) -> tuple[Column, ...]:
    """Return the columns: a session's applications, or a wrap-up's sessions."""
    return COMPARED if edition.compared else COLUMNS


def rows(edition: Edition) -> Iterator[Mapping[str, Any]]:
    """Yield the rows, numbers as numbers."""
    if edition.compared:
        for one in edition.compared:
            figures = _figures(one.totals)
            names = ("year", "number", "session_name", "kind", "issues", "surveys", "teams")
            named = {name: getattr(one, name) for name in names}
            yield named | figures | {"held_on": one.held_on.isoformat()}
    else:
        yield from map(_application, edition.applications)


def _application(row: Application) -> Mapping[str, Any]:
    remarks = [text for text, said in (("清单外", not row.docketed), ("经更正", row.amended)) if said]
    return {
        **{column.name: getattr(row, column.name, None) for column in COLUMNS},
        "licences": [f"{one.licence_type} {one.number}" for one in row.licences],
        "due": row.due.isoformat() if row.due else None,
        "outcome": row.outcome or "未办结",
        "remarks": remarks,
    }


def _figures(totals: Totals) -> dict[str, int]:
    return {
        "decided": totals.decided,
        **{outcome.value: totals.of(outcome=outcome) for outcome in Outcome},
        **{level.value: totals.of(level=level) for level in Level},
        "undecided": totals.undecided,
        "licences": totals.licences,
    }


def csv(edition: Edition) -> bytes:
    """Write the rows as CSV."""
    return write_csv(columns(edition), rows(edition))


def xlsx(edition: Edition) -> bytes:
    """Write a workbook: what it is, its totals by formality, its rows."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    issued = edition.issued_at.astimezone(SHANGHAI).replace(tzinfo=None)
    book.set_properties({"title": "".join(wording.title(edition)), "author": edition.issuer, "created": issued})
    bold = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    _totals(book.add_worksheet("合计"), edition, bold, plain)
    sheet = book.add_worksheet("各专场" if edition.compared else "审批事项")
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns(edition)):
        sheet.set_column(place, place, column.width, plain)
        sheet.write_string(0, place, column.heading, bold)
    for number, row in enumerate(rows(edition), start=1):
        for place, column in enumerate(columns(edition)):
            _write(sheet, number, place, _value(column, row.get(column.name)), plain)
    book.close()
    return file.getvalue()


def _totals(sheet: Any, edition: Edition, bold: Any, plain: Any) -> None:  # noqa: ANN401  (published without types)
    sheet.set_column(0, 0, 30, plain)
    figures = edition.totals
    head: tuple[tuple[str, str | int], ...] = (
        ("简报", f"{edition.masthead}{wording.issue_number(edition)}"),
        ("标题", "".join(wording.title(edition))),
        ("印发日期", wording.day(edition.dated)),
        ("办理审批事项", figures.decided),
        ("当场制发证照", figures.licences),
        ("列入审批清单", figures.docketed),
        ("撤回", figures.withdrawn),
        ("延期", figures.postponed),
        ("尚未作出结论", figures.undecided),
        ("规范数据 SHA-256", edition.sha256()),
    )
    for line, pair in enumerate(head):
        _line(sheet, line, pair, plain)
    line = len(head) + 1
    for place, name in enumerate(("手续", "层级", *(outcome.zh for outcome in Outcome), "合计")):
        sheet.write_string(line, place, name, bold)
    for formality in Formality:
        for level in Level:
            counts = [_count(figures, formality, level, outcome) for outcome in Outcome]
            if any(counts):
                line += 1
                _line(sheet, line, (formality.zh, level.zh, *counts, sum(counts)), plain)
    sums = [figures.of(outcome=outcome) for outcome in Outcome]
    _line(sheet, line + 1, ("合计", "", *sums, sum(sums)), plain)


def _line(sheet: Any, line: int, values: Sequence[str | int], form: Any) -> None:  # noqa: ANN401
    for place, value in enumerate(values):
        _write(sheet, line, place, value, form)


def _count(totals: Totals, formality: Formality, level: Level, outcome: Outcome) -> int:
    key = (formality, level, outcome)
    return sum(one.applications for one in totals.cells if (one.formality, one.level, one.outcome) == key)


def _value(column: Column, value: object) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, list):
        return "；".join(value)
    if isinstance(value, tuple):
        return "；".join(map(str, value))
    return next((word.zh for word in column.choices if word == value), str(value) if value is not None else "")


def _write(sheet: Any, line: int, place: int, value: str | int, form: Any) -> None:  # noqa: ANN401
    if isinstance(value, str):
        sheet.write_string(line, place, value, form)
    else:
        sheet.write_number(line, place, value, form)
