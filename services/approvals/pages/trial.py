"""What would become of an event if it were posted now: for a look before what cannot be undone. Leaves no trace."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.events import (
    ApplicationDocketed,
    ApplicationPrereviewed,
    ApprovalSigned,
    DocketLocked,
    EnterpriseCalled,
    EnterpriseSeated,
    Event,
    SessionOpened,
    SessionReady,
    SessionScheduled,
)
from shared.posted import Caller
from shared.problems import Refused, TooEarly
from shared.receipts import Receipt, find
from shared.spine import Spine

Draft = tuple[type[Event], Mapping[str, Any]]
_FIRST: Final[Mapping[str, tuple[str, str]]] = {
    SessionScheduled.type: ("本场时间尚未公布", "the session's date has not been announced"),
    SessionReady.type: ("本场尚未就绪", "the session has not been declared ready"),
    SessionOpened.type: ("本场尚未宣布开始", "the session has not been declared open"),
    DocketLocked.type: ("审批清单尚未锁定", "the docket has not been locked"),
    ApplicationDocketed.type: ("该事项尚未列入审批清单", "the application is not on the docket"),
    ApplicationPrereviewed.type: ("该事项尚未通过预审", "the application has not been pre-reviewed"),
    ApprovalSigned.type: ("该事项尚未签批", "the application has not been decided"),
    EnterpriseCalled.type: ("该企业尚未叫号", "the enterprise has not been called"),
    EnterpriseSeated.type: ("该企业尚未就座", "the enterprise is not at the table"),
}


async def answered(spine: Spine, caller: Caller, drafts: Sequence[Draft]) -> list[Refused | None]:
    """Return what each of these events would be refused with if they were posted now, one after the other."""
    if spine.front is None:
        return [None for _ in drafts]
    raws = [_raw(caller, number, kind, data) for number, (kind, data) in enumerate(drafts)]
    answers = await spine.front.rehearse(caller, raws)
    return [answer if isinstance(answer, Refused) else _waits(answer) for answer in answers]


async def tried(spine: Spine, caller: Caller, drafts: Sequence[Draft]) -> None:
    """Raise what the first of these events would be refused with."""
    for refusal in await answered(spine, caller, drafts):
        if refusal is not None:
            raise refusal


def _raw(caller: Caller, number: int, kind: type[Event], data: Mapping[str, Any]) -> dict[str, Any]:
    event = {"id": f"trial-{number}", "source": caller.source, "type": kind.type, "data": dict(data)}
    return {"specversion": "1.0", **event}


def _waits(receipt: Receipt) -> Refused | None:
    return TooEarly(json.loads(receipt.text)["waits_for"], _FIRST) if receipt.status == "waiting" else None


async def post_once(spine: Spine, caller: Caller, draft: Draft, event_id: str) -> None:
    """Post what a form says, unless it would have to wait; a form sent twice has been posted already."""
    if spine.front is None:
        return
    kind, data = draft
    async with spine.database.reading() as session:
        if await find(session, caller.source, event_id) is not None:
            return
    await tried(spine, caller, [draft])
    await spine.front.submit(caller, kind.type, data, event_id)
