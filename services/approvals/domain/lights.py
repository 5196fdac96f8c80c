"""The ledger's words and lights (row 27): how an application stands, and whether it is in time."""

from datetime import date
from typing import Final

from shared.lights import SOON, Light, light_of
from shared.vocabulary import Word

__all__ = ["BEFORE", "GONE", "OPEN", "SOON", "Light", "State", "light"]


class State(Word):
    """How an application stands in the ledger."""

    PENDING = "pending", "待办", "to be decided"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    POSTPONED = "postponed", "已延期", "postponed"
    PREREVIEWED = "prereviewed", "预审通过", "pre-reviewed"
    RETURNED = "returned", "预审退回", "returned"
    APPROVED = "approved", "已办结", "approved"
    DEFERRED = "deferred", "容缺待补", "materials outstanding"
    PARTLY = "partly", "部分补正", "partly made good"
    OVERDUE = "overdue", "逾期未补", "materials overdue"
    MADE_GOOD = "made_good", "已补正", "made good"
    REVOKED = "revoked", "已撤销", "revoked"
    FORWARDED = "forwarded", "已转报", "forwarded"
    RECEIVED = "received", "上级已受理", "received by the higher body"
    GRANTED = "granted", "上级已批准", "granted by the higher body"
    REFUSED = "refused", "上级不予批准", "refused by the higher body"


BEFORE: Final = (State.PENDING, State.PREREVIEWED, State.RETURNED)
"""States of what is still to be decided."""
OPEN: Final = (*BEFORE, State.DEFERRED, State.PARTLY, State.OVERDUE, State.FORWARDED, State.RECEIVED)
"""States in which somebody still owes something."""
GONE: Final = (State.WITHDRAWN, State.POSTPONED, State.REVOKED)


def light(state: State, deadline: date | None, today: date) -> Light:
    """Return an application's light: done or in time is green, due in under two days yellow, past its day red."""
    if state in GONE:
        return Light.NONE
    return light_of(deadline, today) if state in OPEN else Light.GREEN
