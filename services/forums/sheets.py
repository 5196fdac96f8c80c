"""The ledger of issues and its rates as spreadsheets."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from services.forums.domain.issue_ledger import Line, Rates, RateTables
from shared.lights import Light
from shared.sheets import Column
from shared.vocabulary import Feedback, IssueSource, IssueState, Resolution
from shared.web.imports import Form, file, written

COLUMNS: Final = (
    Column("session_name", "专场", "Session"),
    Column("issue", "问题编号", "Issue"),
    Column("source", "来源", "Source", choices=tuple(IssueSource)),
    Column("enterprise", "企业", "Enterprise", width=30),
    Column("topic", "类别", "Topic"),
    Column("text", "问题", "Issue text", width=48),
    Column("raised_at", "提出时间", "Raised at", width=20),
    Column("state", "状态", "State", choices=tuple(IssueState)),
    Column("light", "红绿灯", "Light", choices=tuple(Light), width=10),
    Column("escalated", "督办中", "Under supervision", width=10),
    Column("owner", "当前责任单位", "Owes the next step", width=24),
    Column("due", "期限", "Due", width=12),
    Column("lead", "主办单位", "Lead", width=24),
    Column("assisting", "协办单位", "Assisting", width=24),
    Column("dispatched_at", "交办时间", "Dispatched at", width=20),
    Column("answer", "答复或办理结果", "Answer or result", width=48),
    Column("answered_by", "答复单位", "Answered by", width=24),
    Column("answerer", "答复人", "Person"),
    Column("answered_at", "答复时间", "Answered at", width=20),
    Column("on_the_spot", "现场答复", "On the spot", width=10),
    Column("in_time", "按期", "In time", width=10),
    Column("resolution", "办理结论", "Resolution", choices=tuple(Resolution)),
    Column("feedback", "企业评价", "Feedback", choices=tuple(Feedback)),
    Column("feedback_by", "评价人", "Feedback by"),
    Column("feedback_note", "评价说明", "Feedback note", width=30),
    Column("closed_at", "销号时间", "Closed out at", width=20),
    Column("closed_by", "批准人", "Closed out by", width=24),
    Column("reassigned", "改派次数", "Reassigned", width=10),
    Column("reopened", "重新打开次数", "Reopened", width=10),
    Column("escalations", "督办次数", "Escalations", width=10),
)
_NUMBERS: Final = (
    ("raised", "问题数", "Raised"),
    ("responded", "已响应", "Responded"),
    ("on_the_spot", "现场答复", "On the spot"),
    ("answered", "已办结", "Answered"),
    ("in_time", "按期办结", "In time"),
    ("closed_out", "已销号", "Closed out"),
    ("judged", "已评价", "Judged"),
    ("satisfied", "满意", "Satisfied"),
    ("overdue", "逾期未办", "Overdue"),
    ("escalations", "督办次数", "Escalations"),
    ("withdrawn", "撤销登记", "Withdrawn"),
)
_RATES: Final = (
    ("response", "响应率", "Response rate"),
    ("resolution", "办结率", "Resolution rate"),
    ("punctuality", "按期率", "Punctuality rate"),
    ("satisfaction", "满意率", "Satisfaction rate"),
)
RATE_COLUMNS: Final = (
    Column("kind", "口径", "Counted by"),
    Column("name", "名称", "Name", width=30),
    *(Column(name, zh, en, width=10) for name, zh, en in (*_NUMBERS, *_RATES)),
)


def percent(share: float | None) -> str:
    """Return a share as people read it."""
    return "—" if share is None else f"{share:.1%}"


def issues(form: Form, campaign: str, lines: Sequence[Line]) -> Response:
    """Hand the ledger out as a file."""
    rows = [{column.name: getattr(line, column.name) for column in COLUMNS} for line in lines]
    return file(form, f"issues-{campaign}", f"问题台账-{campaign}", written(form, "问题台账", COLUMNS, rows))


def _rate_row(kind: str, one: Rates) -> dict[str, Any]:
    numbers = {name: getattr(one, name) for name, _, _ in _NUMBERS}
    shares = {name: percent(getattr(one, name)) for name, _, _ in _RATES}
    return {"kind": kind, "name": one.name, **numbers, **shares}


def rates(form: Form, campaign: str, tables: RateTables) -> Response:
    """Hand the rates out as a file: the whole, each banner, each unit."""
    rows = [_rate_row("合计", tables.whole)]
    rows += [_rate_row("专场", one) for one in tables.banners] + [_rate_row("单位", one) for one in tables.units]
    return file(form, f"issue-rates-{campaign}", f"问题办理率-{campaign}", written(form, "办理率", RATE_COLUMNS, rows))
