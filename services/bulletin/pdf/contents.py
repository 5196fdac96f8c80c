"""What stands on the page, in order: numbered sections of paragraphs and tables, still without layout."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.bulletin import wording
from services.bulletin.domain.edition import Application, Edition, Totals
from services.bulletin.pdf.typeset import Run
from shared.printing.fonts import Role
from shared.vocabulary import Formality, Outcome

Cell = tuple[Run, ...]
"""A table cell: its parts, each beginning on a new line."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is set in 楷体 and runs on into the text."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Bar:
    """One line of the chart: what it counts, and a number for each outcome."""

    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """The outcomes by formality, drawn to scale; its legend names the outcomes in the notice's order."""

    title: str
    legend: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Column:
    """A column: heading, width in millimetres, and whether its cells are centred."""

    heading: str
    width: float
    centred: bool = False


@dataclass(frozen=True)
class Table:
    """A table of the type area's full width: its columns add up to 156 mm."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


Part = Paragraph | Table | Chart


@dataclass(frozen=True)
class Section:
    """A section; without a heading it stands before the numbered ones."""

    heading: str
    parts: tuple[Part, ...]


_NUMBER: Final = Column("序号", 10, centred=True)
APPROVALS: Final = (
    _NUMBER,
    Column("项目／业主单位", 48.5),
    Column("手续", 22),
    Column("层级／单位", 24.5),
    Column("结论", 17, centred=True),
    Column("文号／证照", 34),
)
DEFERRALS: Final = (
    _NUMBER,
    Column("项目／业主单位", 44),
    Column("手续／审批单位", 30),
    Column("所缺材料", 40),
    Column("补正时限／承诺书", 32),
)
FORWARDINGS: Final = (
    _NUMBER,
    Column("项目／业主单位", 50),
    Column("手续／转报单位", 30),
    Column("去向", 30),
    Column("初审意见", 36),
)
TEAMS: Final = (
    Column("小分队", 21, centred=True),
    Column("队长／联络员", 33),
    Column("成员", 40),
    Column("宣讲内容", 26),
    Column("走访企业", 36),
)
PROGRESS: Final = (
    _NUMBER,
    Column("专场", 28),
    Column("事项", 46),
    Column("办理单位", 28),
    Column("进展", 44),
)
CHANGES: Final = (Column("更正事项", 40), Column("原载", 58), Column("更正为", 58))


def sections(edition: Edition) -> tuple[Section, ...]:
    """Return the sections that have something to say; 基本情况 and 审批办理情况 always do."""
    numbered = (
        ("基本情况", _basics(edition)),
        ("审批办理情况", _approvals(edition)),
        ("容缺事项及补正时限", _deferrals(edition)),
        ("转报事项及去向", _forwardings(edition)),
        ("座谈交流问题交办", _forum(edition)),
        ("现场调研", _surveys(edition)),
        ("政策宣讲", _teams(edition)),
        ("上期未结事项进展", _progress(edition)),
    )
    present = [(heading, parts) for heading, parts in numbered if parts]
    opening = (Section("更正说明", _correction(edition)),) if edition.revision else ()
    return opening + tuple(
        Section(f"{wording.numeral(number)}、{heading}", parts) for number, (heading, parts) in enumerate(present, 1)
    )


def note(missing: Iterable[str]) -> Section:
    """Return the note that says which characters a sign stands for, where no typeface has them."""
    named = "、".join(f"U+{ord(character):04X}" for character in missing)
    return Section("", (Paragraph(f"注：〓为字库缺字（{named}），原字见本文件所附数据。"),))


def _correction(edition: Edition) -> tuple[Part, ...]:
    paragraph = Paragraph(wording.correction(edition))
    if not edition.changes:
        return (paragraph,)
    rows = tuple((_plain(c.item), _plain(c.old or "（原无）"), _plain(c.new or "（删去）")) for c in edition.changes)
    return (paragraph, Table(CHANGES, rows))


def _basics(edition: Edition) -> tuple[Paragraph, ...]:
    # An official who reads the totals must know first that they are not final.
    paragraphs = tuple(Paragraph(sentence) for sentence in wording.basics(edition))
    if edition.unsigned:
        paragraphs += (Paragraph(wording.unsigned(edition)),)
    if edition.complete:
        return paragraphs
    return (*paragraphs, Paragraph(wording.cutoff(edition)), *_items(wording.owed(edition)))


def _approvals(edition: Edition) -> tuple[Part, ...]:
    parts: list[Part] = [
        Paragraph(sentence) for sentence in (wording.totals(edition), wording.by_formality(edition)) if sentence
    ]
    parts += chart(edition.totals)
    if edition.applications:
        parts.append(Paragraph(wording.table(edition)))
        parts.append(Table(APPROVALS, tuple(_approval(row) for row in edition.applications)))
    if edition.withdrawn:
        put_off = "或延期" if edition.totals.postponed else ""
        parts.append(Paragraph(f"下列事项已从审批清单撤回{put_off}。"))
        parts.extend(_items(("", wording.withdrawn(item)) for item in edition.withdrawn))
    return tuple(parts)


def chart(totals: Totals) -> tuple[Chart, ...]:
    """Return the chart of outcomes by formality, where there is something to compare."""
    counts = [
        Bar(
            formality.zh,
            tuple(
                sum(c.applications for c in totals.cells if (c.formality, c.outcome) == (formality, outcome))
                for outcome in Outcome
            ),
        )
        for formality in Formality
    ]
    bars = tuple(bar for bar in counts if sum(bar.numbers))
    title = "各项手续办理结论（单位：项）"
    return (Chart(title, tuple(outcome.zh for outcome in Outcome), bars),) if len(bars) > 1 else ()


def _approval(row: Application) -> tuple[Cell, ...]:
    licences = tuple(Run(Role.TEXT, text) for each in row.licences for text in (each.licence_type, each.number))
    document = _plain(row.document_number or "")
    return (
        _plain(str(row.number)),
        _owned(row.project_name, row.owner_name),
        _plain(row.formality.zh),
        (*_plain(row.level.zh), *_plain(row.unit)),
        _plain(wording.conclusion(row)),
        document + licences or _plain("—"),
    )


def _deferrals(edition: Edition) -> tuple[Part, ...]:
    rows = [row for row in edition.applications if row.outcome is Outcome.DEFERRED]
    if not rows:
        return ()
    cells = tuple(
        (
            _plain(str(row.number)),
            _owned(row.project_name, row.owner_name),
            _owned(row.formality.zh, row.unit),
            tuple(Run(Role.TEXT, f"{number}. {material}") for number, material in enumerate(row.missing, 1)),
            _plain(f"{wording.day(row.due)}前" if row.due else "未报") + _plain(row.commitment_letter or ""),
        )
        for row in rows
    )
    return (Paragraph(wording.deferred(edition)), Table(DEFERRALS, cells))


def _forwardings(edition: Edition) -> tuple[Part, ...]:
    rows = [row for row in edition.applications if row.outcome is Outcome.FORWARDED]
    if not rows:
        return ()
    cells = tuple(
        (
            _plain(str(row.number)),
            _owned(row.project_name, row.owner_name),
            _owned(row.formality.zh, row.unit),
            _plain(row.target_body or "未报"),
            _plain(row.opinion or "未报"),
        )
        for row in rows
    )
    return (Paragraph(wording.forwarded(edition)), Table(FORWARDINGS, cells))


def _forum(edition: Edition) -> tuple[Part, ...]:
    if not edition.issues and not edition.attendance and edition.forum is None:
        return ()
    return (Paragraph(wording.issues(edition)), *_items(wording.issue(item) for item in edition.issues))


def _surveys(edition: Edition) -> tuple[Part, ...]:
    if not edition.surveys and edition.survey_day is None and edition.no_survey is None:
        return ()
    return (Paragraph(wording.surveys(edition)), *_items(wording.survey(item) for item in edition.surveys))


def _teams(edition: Edition) -> tuple[Part, ...]:
    if not edition.teams:
        return ()
    opening = wording.teams(edition)
    told = [wording.team(wording.numeral(number), item) for number, item in enumerate(edition.teams, 1)]
    if len(told) == 1:
        return (Paragraph(opening + told[0][1]),)
    if not any(item.enterprises for item in edition.teams):
        return (Paragraph(opening), *_items(told))
    rows = tuple(
        (
            _plain(f"第{wording.numeral(number)}小分队"),
            (*_plain(item.leader), *_plain(item.liaison)),
            tuple(Run(Role.TEXT, member) for member in item.members),
            _plain("、".join(item.topics)),
            tuple(Run(Role.TEXT, enterprise) for enterprise in item.enterprises) or _plain("—"),
        )
        for number, item in enumerate(edition.teams, 1)
    )
    return (Paragraph(opening + "各小分队情况如下。"), Table(TEAMS, rows))


def _progress(edition: Edition) -> tuple[Part, ...]:
    if not edition.followed_up:
        return _items(wording.progress(item) for item in edition.progress)
    if not edition.progress:
        return (Paragraph(wording.followed_up(edition)),)
    rows = tuple(
        (
            _plain(str(number)),
            _plain(item.session_name or "—"),
            _plain(item.item),
            _plain(item.unit or "—"),
            _plain(item.state),
        )
        for number, item in enumerate(edition.progress, 1)
    )
    return (Paragraph(wording.followed_up(edition)), Table(PROGRESS, rows))


def _items(items: Iterable[tuple[str, str]]) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(text, f"（{wording.numeral(number)}）{lead}") for number, (lead, text) in enumerate(items, 1)
    )


def _plain(text: str) -> Cell:
    return (Run(Role.TEXT, text),) if text else ()


def _owned(first: str, second: str) -> Cell:
    return (*_plain(first), Run(Role.SUBHEADING, second)) if second else _plain(first)
