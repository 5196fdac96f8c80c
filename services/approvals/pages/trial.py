"""What would become of an event if it were posted now: for a look before what cannot be undone. Leaves no trace."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from shared.events import (
    ApplicationDocketed,
    ApplicationPrereviewed,
    ApprovalSigned,
    DocketLocked,
    EnterpriseCalled,
    EnterpriseSeated,
    Event,
    SessionOpened,
    SessionScheduled,
)
from shared.posted import Caller, Posted
from shared.problems import NotYet, Refused, invalid
from shared.spine import Spine

Draft = tuple[type[Event], Mapping[str, Any]]
_FIRST: Final[Mapping[str, tuple[str, str]]] = {
    SessionScheduled.type: ("本场时间尚未公布", "the session's date has not been announced"),
    SessionOpened.type: ("本场尚未宣布开始", "the session has not been declared open"),
    DocketLocked.type: ("审批清单尚未锁定", "the docket has not been locked"),
    ApplicationDocketed.type: ("该事项尚未列入审批清单", "the application is not on the docket"),
    ApplicationPrereviewed.type: ("该事项尚未通过预审", "the application has not been pre-reviewed"),
    ApprovalSigned.type: ("该事项尚未签批", "the application has not been decided"),
    EnterpriseCalled.type: ("该企业尚未叫号", "the enterprise has not been called"),
    EnterpriseSeated.type: ("该企业尚未就座", "the enterprise is not at the table"),
}


class TooEarly(Refused):
    """Something has to come first; a person waits for it, a system's post would be kept until then."""

    status = 409
    row = 82
    zh = "{what}，现在还不能办理"
    en = "Too early: {what_en}"


async def tried(spine: Spine, caller: Caller, drafts: Sequence[Draft]) -> Sequence[Event]:
    """Return the facts that would follow; raises what the first of the drafts would be refused with."""
    events = [_read(kind, data) for kind, data in drafts]
    if spine.intake is None:
        return events
    async with spine.database.reading() as session:
        world = await spine.intake.desk.load(session, events)
        try:
            return [fact for event in events for fact in world.decide(_posted(spine, caller, event))]
        except NotYet as waits:
            raise too_early(waits.needs) from waits


def too_early(needs: str) -> TooEarly:
    """Return what a person is told of an event that has to wait for another."""
    what, what_en = _FIRST.get(needs.split(" ", 1)[0], (f"需先有 {needs}", f"it needs {needs} first"))
    return TooEarly(what=what, what_en=what_en)


def _read(kind: type[Event], data: Mapping[str, Any]) -> Event:
    try:
        return kind.model_validate_json(json.dumps(data, ensure_ascii=False))
    except ValidationError as failure:
        raise invalid(failure, "data") from failure


def _posted(spine: Spine, caller: Caller, event: Event) -> Posted:
    return Posted(caller.source, "trial", event, spine.clock.now(), caller, "trial", None, "", event.model_dump_json())
