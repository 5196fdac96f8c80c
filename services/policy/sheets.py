"""The service's tables as spreadsheets: what is exported can be edited and imported again (rows 46, 77)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from services.policy import tables
from services.policy.store import Store
from shared import sheets
from shared.events import NeedCollected, NeedWithdrawn
from shared.imports import Kind, Post, Reading
from shared.posted import Caller
from shared.sheets import Column, Row
from shared.vocabulary import PolicyTopic

_MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEEDS: Final = (
    Column("session", "场次（名称或代号）", "Session, by name or id", required=True, width=20),
    Column("need", "需求编号（新填报可不填）", "Need's id; empty for a new one", width=22),
    Column("enterprise", "企业名称", "Enterprise", required=True, width=36),
    Column("enterprise_code", "企业统一社会信用代码", "Enterprise's credit code", required=True, width=22),
    Column("topic", "政策主题", "Topic", choices=tuple(PolicyTopic), required=True, width=22),
    Column("question", "想了解的问题", "Question", width=48),
    Column("withdrawn", "撤回原因（撤回时填写）", "Withdrawn because", width=28),
)


def need_id(cells: Mapping[str, Any]) -> str:
    """Return the id of a need that came without one: the same enterprise asking the same is the same need."""
    said = "/".join(str(cells.get(name, "")) for name in ("enterprise_code", "topic", "question"))
    return f"need-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _of_session(row: Row, names: Mapping[str, str]) -> str:
    """Return the session a row is about, which people may call by its name."""
    said = row.cells.get("session", "")
    return names.get(said, said)


def _read(row: Row, names: Mapping[str, str], known: Mapping[tuple[str, str], tables.Need]) -> Reading:
    cells = {name: text for name, text in row.cells.items() if text}
    if "session" in cells:
        cells["session"] = _of_session(row, names)
    need = cells.get("need") or need_id(cells)
    before = known.get((cells.get("session", ""), need))
    if before is not None:
        if before.withdrawn is None and "withdrawn" in cells:
            data = {"session": before.session, "need": need, "reason": cells["withdrawn"]}
            return (Post(NeedWithdrawn.type, data),)
        same = {name: cells.get(name) for name in ("enterprise", "enterprise_code", "topic", "question")}
        if all(getattr(before, name) == value for name, value in same.items()):
            return ()
    data = {name: text for name, text in cells.items() if name != "withdrawn"} | {"need": need}
    return (Post(NeedCollected.type, data),)


async def read_needs(session: AsyncSession, _: Caller, rows: Sequence[Row]) -> Sequence[Reading]:
    """Turn a table of needs into events: what is there already changes nothing, a reason withdraws."""
    store = Store(session)
    known: dict[tuple[str, str], tables.Need] = {}
    names = {one.name: one.session for plan in (await store.campaigns())[:1] for one in plan.sessions}
    for name in {_of_session(row, names) for row in rows}:
        known |= {(one.session, one.need): one for one in await store.needs_of(name, withdrawn=True)}
    return [_read(row, names, known) for row in rows]


KINDS: Final = (Kind("needs", "企业政策需求", "Policy needs", NEEDS, read_needs),)


def needs_sheet(session: str, needs: Iterable[tables.Need]) -> Response:
    """Hand a session's needs out as a spreadsheet that can be handed in again."""
    content = sheets.write_xlsx("企业政策需求", NEEDS, (one.model_dump() for one in needs))
    name = quote(f"企业政策需求-{session}.xlsx")
    disposition = f"attachment; filename=\"needs-{session}.xlsx\"; filename*=UTF-8''{name}"
    return Response(content, media_type=_MEDIA, headers={"Content-Disposition": disposition})
