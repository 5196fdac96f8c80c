"""The run sheet 流程单: a session's plan to the minute and the order in which enterprises enter (row 10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final, NamedTuple

from services.approvals.domain.actions import read_actions
from services.approvals.domain.state import Application
from services.approvals.store.daybook import Daybook
from shared.clock import SHANGHAI
from shared.events import PlannedAction
from shared.vocabulary import Action, SessionKind

CSS: Final = """
@page { size: 210mm 297mm; margin: 20mm 18mm 18mm 20mm;
  @bottom-center { content: "— " counter(page) " —"; font: 10.5pt var(--figures); } }
html, body { margin: 0; font: 11pt/1.5 var(--text); color: #000; }
h1 { font: 20pt/1.4 var(--title); text-align: center; margin: 0 0 2mm; }
h2 { font: 13pt/1.5 var(--heading); margin: 5mm 0 2mm; }
p { margin: 0 0 1mm; }
.facts { border-top: .5mm solid #b3171d; padding-top: 3mm; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
thead { display: table-header-group; }
th { font: 10.5pt var(--heading); text-align: left; border-bottom: .35mm solid #000; padding: 1mm 1.5mm; }
td { border-bottom: .15mm solid #888; padding: 1mm 1.5mm; vertical-align: top; }
tr { break-inside: avoid; }
.time { width: 28mm; } .length { width: 20mm; } .number { width: 12mm; } .place { width: 42mm; }
.sum td { border-bottom: .35mm solid #000; font-family: var(--heading); }
.part td { color: #333; } .part td:nth-child(3) { padding-left: 6mm; }
.note { font-size: 9.5pt; color: #444; margin-top: 2mm; }
"""
_OPENING, _SEATING = timedelta(minutes=1), timedelta(minutes=2)
NAMES: Final = {
    Action.APPROVAL: "集中审批",
    Action.FORUM: "政企座谈交流",
    Action.SURVEY: "春季集中开工项目现场调研",
    Action.POLICY: "政策宣讲入企",
}
_AGENDA: Final = "旗区通报重大项目进展；企业发言；部门、企业交流互动、现场答疑；市领导讲话"


class Entry(NamedTuple):
    """An enterprise's turn."""

    number: int
    at: datetime
    name: str
    items: str


def clock(moment: datetime) -> str:
    """Return an hour as the sheet shows it."""
    return moment.astimezone(SHANGHAI).strftime("%H:%M")


def entries(book: Daybook, approval: PlannedAction | None) -> list[Entry]:
    """Return the enterprises in their order, the time at the table shared out among them."""
    owners = _owners(book)
    if approval is None or not owners:
        return []
    first = approval.starts_at + _OPENING + _SEATING
    whole = (approval.ends_at or first) - first
    return [
        Entry(number, first + whole * index / len(owners), name, _items(book, book.of(code)))
        for index, (number, code, name) in enumerate(owners)
    ]


def _owners(book: Daybook) -> list[tuple[int, str, str]]:
    """Return number, code and name by the queue; before the docket is locked, as it would be."""
    if book.queue:
        return [(place.number, place.owner_code, place.owner_name) for place in book.queue]
    names = {one.owner_code: one.owner_name for one in book.standing}
    return [(number, code, name) for number, (code, name) in enumerate(names.items(), start=1)]


def _items(book: Daybook, applications: Sequence[Application]) -> str:
    by_unit: dict[str, list[str]] = {}
    for one in applications:
        unit = book.unit(one)
        by_unit.setdefault(unit.name if unit else "—", []).append(one.formality.zh)
    return "；".join(f"{name}：{'、'.join(words)}" for name, words in by_unit.items())


def _row(kind: str, *cells: str) -> str:
    return f'<tr class="{kind}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _length(action: PlannedAction) -> str:
    return "全天" if action.minutes is None else f"{action.minutes}分钟"


def _span(starts_at: datetime, ends_at: datetime | None) -> str:
    return f"{clock(starts_at)}—{clock(ends_at)}" if ends_at else f"{clock(starts_at)}起"


def _plan(book: Daybook, actions: Sequence[PlannedAction]) -> str:
    rows = []
    for one in actions:
        place = one.place or (book.state.venue or "" if one.action in (Action.APPROVAL, Action.FORUM) else _away(one))
        rows.append(_row("", _span(one.starts_at, one.ends_at), _length(one), NAMES[one.action], place))
        rows += [_row("part", *cells, "") for cells in _parts(book, one)]
    whole = sum(one.minutes or 0 for one in actions)
    rows.append(_row("sum", "合计", f"{whole}分钟", "不含全天的行动", ""))
    head = '<th class="time">时间</th><th class="length">时长</th><th>内容</th><th class="place">地点</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _away(action: PlannedAction) -> str:
    return "项目建设现场（当天确定）" if action.action is Action.SURVEY else "旗区、园区企业"


def _parts(book: Daybook, action: PlannedAction) -> list[tuple[str, str, str]]:
    """Return the flow of an action (notice §二(一)5, (二)4)."""
    start, end = action.starts_at, action.ends_at
    if action.action is Action.FORUM:
        return [("", "", _AGENDA)]
    if action.action is not Action.APPROVAL or end is None:
        return []
    city = book.planned.kind is SessionKind.CITY
    declares, seated = ("市领导", "市直") if city else ("旗区负责人", "市、旗区两级")
    second, third = start + _OPENING, start + _OPENING + _SEATING
    table = int((end - third).total_seconds() // 60)
    return [
        (clock(start), "1分钟", f"{declares}宣布活动开始"),
        (clock(second), "2分钟", f"{seated}相关审批部门负责人就坐入席"),
        (clock(third), f"{table}分钟", "审批企业依次进场审批签字盖章，能发证的当场制发许可证件"),
        ("", "其间", "市领导、随行部门负责人现场了解、查看办理情况，政府和企业负责人交流互动"),
    ]


def _order(book: Daybook, actions: Sequence[PlannedAction]) -> str:
    approval = next((one for one in actions if one.action is Action.APPROVAL), None)
    turns = entries(book, approval)
    if not turns:
        return '<p class="note">审批清单上尚无事项。</p>'
    rows = "".join(_row("", f"{one.number}号", clock(one.at), one.name, one.items) for one in turns)
    head = '<th class="number">序号</th><th class="length">约于</th><th>企业</th><th>办理事项</th>'
    note = "" if book.state.docket_locked_at else '<p class="note">审批清单尚未锁定，进场顺序暂定。</p>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"


def html(book: Daybook) -> str:
    """Return the run sheet of a session whose date is announced."""
    plan, state = book.registry.plan, book.state
    actions = read_actions(state.actions)
    day = state.scheduled_at.astimezone(SHANGHAI) if state.scheduled_at else None
    when = f"{day.year}年{day.month}月{day.day}日 {clock(day)}" if day else "待通知"
    demo = '<p class="note">演示数据</p>' if plan.demo else ""
    return (
        f"<h1>{escape(plan.title)}<br>{escape(book.planned.name)}流程单</h1>{demo}"
        f'<div class="facts"><p>时间：{when}</p><p>地点：{escape(state.venue or "待通知")}</p></div>'
        f"<h2>一、时间安排</h2>{_plan(book, actions)}<h2>二、企业进场顺序</h2>{_order(book, actions)}"
    )
