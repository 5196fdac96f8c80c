"""The ledger as a spreadsheet: what is exported can be edited and imported again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from services.approvals.domain.ledger import Asked, Line
from services.approvals.domain.lights import Light, State
from services.approvals.store.ledger import Ledger
from shared import sheets
from shared.events import (
    ApplicationDocketed,
    DeferralMadeGood,
    DeferralRevoked,
    Event,
    ForwardReceived,
    ForwardResolved,
)
from shared.eventsheets import Sheet, moment
from shared.imports import Kind, Post, Reading
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.sheets import Column, Row
from shared.vocabulary import Formality, ForwardResult, Level, Outcome, Scope


class Form(StrEnum):
    """The forms a table is handed out in."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA: Final = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_KEY: Final = (
    Column("session", "场次代号", "Session", required=True, width=20),
    Column("project_code", "项目代码", "Project code", required=True, width=26),
    Column("formality", "手续", "Formality", choices=tuple(Formality), required=True),
    Column("level", "层级", "Level", choices=tuple(Level), required=True, width=10),
)
"""Which application a row is about."""
PROJECT: Final = (
    Column("project_name", "项目名称", "Project", width=36),
    Column("scope", "项目类别", "Scope", choices=tuple(Scope)),
    Column("owner_code", "企业统一社会信用代码", "Owner's credit code", width=22),
    Column("owner_name", "企业名称", "Owner", width=36),
)
"""What docketing needs; of a docketed application it must stay as it is."""
_SHOWN: Final = (
    Column("session_name", "专场", "Session name"),
    Column("unit", "责任单位", "Responsible unit"),
    Column("signatory", "责任人", "Responsible person"),
    Column("state", "办理状态", "State", choices=tuple(State)),
    Column("light", "红绿灯", "Light", choices=tuple(Light), width=10),
    Column("deadline", "时限", "Deadline", width=12),
    Column("outcome", "办理结论", "Outcome", choices=tuple(Outcome)),
    Column("document_number", "文号", "Document", width=24),
    Column("signed_at", "签批时间", "Signed at", width=20),
    Column("licences", "证照数", "Licences", width=8),
    Column("withdrawn", "撤回原因", "Withdrawn because"),
    Column("postponed", "延期原因", "Postponed because"),
    Column("commitment_letter", "承诺书", "Commitment letter", width=28),
    Column("missing", "所缺材料", "Missing materials", width=28),
    Column("supplied", "已补材料", "Materials handed in", width=28),
    Column("outstanding", "尚缺材料", "Outstanding materials", width=28),
    Column("target_body", "上级机关", "Higher body", width=24),
    Column("opinion", "初审意见", "Preliminary opinion", width=28),
)
"""What an import leaves alone."""
SUPPLY: Final = (
    Column("new_materials", "本次补正材料（每行一项）", "Materials handed in now (one a line)", width=28),
    Column("new_supplied_at", "本次补正时间", "Handed in now at", width=20),
    Column("new_supplied_by", "交件人", "Handed in by"),
    Column("new_received_by", "收件人", "Taken by"),
)
REVOCATION: Final = (
    Column("revoked", "撤销原因", "Revoked because", width=28),
    Column("revoked_at", "撤销时间", "Revoked at", width=20),
    Column("revoked_by", "撤销人", "Revoked by"),
)
RECEIPT: Final = (
    Column("receipt_number", "受理文号", "Receipt number", width=24),
    Column("received_on", "受理日期", "Received on", width=12),
    Column("promised_by", "承诺办结日期", "Promised by", width=12),
)
RESULT: Final = (
    Column("result", "上级办理结果", "Result", choices=tuple(ForwardResult)),
    Column("document", "上级批复文号", "Document of the result", width=24),
    Column("decided_on", "上级批复日期", "Decided on", width=12),
    Column("told_at", "告知申请人时间", "Applicant told at", width=20),
    Column("told_how", "告知方式", "Told how"),
)
REASON: Final = Column("reason", "更正原因", "Reason for replacing", width=24)
COLUMNS: Final = (*_KEY, *PROJECT, *_SHOWN, *SUPPLY, *REVOCATION, *RECEIPT, *RESULT, REASON)


def cells(line: Line) -> Mapping[str, Any]:
    """Return a line as cells: a list of materials has one a line, whatever signs their names contain."""
    values = {column.name: getattr(line, column.name, None) for column in COLUMNS}
    supplied = [one.material for one in line.supplied]
    lists = {"missing": line.missing, "outstanding": line.outstanding, "supplied": supplied}
    return values | {name: "\n".join(materials) for name, materials in lists.items()}


def write(form: Form, lines: Iterable[Line]) -> bytes:
    """Write lines of the ledger."""
    rows = map(cells, lines)
    return sheets.write_csv(COLUMNS, rows) if form is Form.CSV else sheets.write_xlsx("台账", COLUMNS, rows)


def answer(form: Form, name: str, lines: Sequence[Line]) -> Response:
    """Hand a ledger out as a file."""
    disposition = f"attachment; filename=\"ledger-{name}.{form}\"; filename*=UTF-8''{quote(f'台账-{name}.{form}')}"
    return Response(write(form, lines), media_type=_MEDIA[form], headers={"Content-Disposition": disposition})


class NewNeeds(Refused):
    """A row of no application on any docket says all that docketing needs."""

    row = 27
    zh = "台账上没有此行的事项，按新增登记须填写“{what}”"
    en = "The ledger has no such application; to docket it, fill in {what_en}"


class ProjectStays(Refused):
    """What an application's docketing said is not changed by way of the ledger."""

    row = 27
    zh = "台账上为“{before}”，导入不改动此列；更正项目信息请在审批清单中替换登记"
    en = "The ledger says {before}; an import does not change it: docket it anew, superseding the first"


_ANY_DAY: Final = date(2022, 3, 15)
"""Lights are not looked at here."""
Draft = tuple[type[Event], Mapping[str, Any]]
_GROUPS: Final[Mapping[type[Event], Sequence[Column]]] = {
    DeferralMadeGood: SUPPLY,
    DeferralRevoked: REVOCATION,
    ForwardReceived: RECEIPT,
    ForwardResolved: RESULT,
}
_FIELDS: Final = {"revoked": "reason"} | {column.name: column.name.removeprefix("new_") for column in SUPPLY}
"""Columns whose event has another name for them."""


def drafts(cells: Mapping[str, str], line: Line | None) -> list[Draft]:
    """Return the events a row stands for: what it says beyond the ledger's line; none, if nothing has changed."""
    key = {column.name: cells.get(column.name, "") for column in _KEY}
    if line is None:
        return [(ApplicationDocketed, key | _docketing(cells))]
    before = {column.name: sheets.as_read(column, getattr(line, column.name, None)) for column in COLUMNS}
    for column in PROJECT:
        if (text := cells.get(column.name)) and text != before[column.name]:
            raise ProjectStays(path=column.name, before=sheets.told(column, getattr(line, column.name)))
    return [(kind, key | said) for kind, columns in _GROUPS.items() if (said := _said(kind, columns, cells, before))]


def _docketing(cells: Mapping[str, str]) -> dict[str, Any]:
    for column in PROJECT:
        if not cells.get(column.name):
            raise NewNeeds(path=column.name, what=column.zh, what_en=column.en)
    project = {column.name.removeprefix("project_"): cells[column.name] for column in PROJECT}
    return {"project": project} | ({"late_reason": cells[REASON.name]} if cells.get(REASON.name) else {})


def _said(
    kind: type[Event], columns: Sequence[Column], cells: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the columns of one event say, if they say anything and not just what the ledger said."""
    said = {column.name: cells[column.name] for column in columns if cells.get(column.name)}
    if not said or said == {column.name: before[column.name] for column in columns if before[column.name]}:
        return {}
    named = {_FIELDS.get(name, name): text for name, text in said.items()}
    if kind in (ForwardReceived, ForwardResolved) and cells.get(REASON.name):
        named["reason"] = cells[REASON.name]
    times = {name: moment(text) for name, text in named.items() if name.endswith("_at")}
    return Sheet(kind).data(named | times)


def kind(plans: Plans) -> Kind:
    """Return the ledger as a kind of table that is handed in: what was exported, edited."""

    async def read(session: AsyncSession, _: Caller, rows: Sequence[Row]) -> Sequence[Reading]:
        keys = [_subject(row.cells) for row in rows]
        ledger, lines = Ledger(session, plans), dict[str, Line]()
        for campaign in {key.partition("/")[0] for key in keys}:
            registry = await ledger.registry(campaign)
            if registry is not None:
                subjects = tuple(key for key in keys if key.startswith(f"{campaign}/"))
                found = await ledger.lines(registry, Asked(campaign, _ANY_DAY, subjects=subjects))
                # What has left a session stands in its ledger too: the line in force comes last.
                found.sort(key=lambda line: (line.withdrawn or line.postponed) is None)
                lines |= {line.subject: line for line in found}
        return [_reading(row.cells, lines.get(key)) for row, key in zip(rows, keys, strict=True)]

    return Kind("ledger", "审批台账", "Approval ledger", COLUMNS, read)


def _subject(cells: Mapping[str, str]) -> str:
    campaign = cells.get("session", "").rpartition("-")[0]
    return "/".join((campaign, *(cells.get(name, "") for name in ("project_code", "formality", "level"))))


def _reading(cells: Mapping[str, str], line: Line | None) -> Reading:
    try:
        return [Post(kind.type, data) for kind, data in drafts(cells, line)]
    except Refused as refusal:
        return refusal
