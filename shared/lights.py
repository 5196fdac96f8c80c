"""The traffic light 红绿灯 of whatever has a day by which something has to come."""

from datetime import date, timedelta
from typing import Final

from shared.vocabulary import Word

SOON: Final = timedelta(days=2)
"""Due in less than this is yellow."""


class Light(Word):
    """A traffic light; what nobody has to look after any more has none."""

    GREEN = "green", "正常", "in time"
    YELLOW = "yellow", "将到期", "due soon"
    RED = "red", "逾期", "overdue"
    NONE = "none", "—", "—"


def light_of(due: date | None, today: date) -> Light:
    """Return the light of something still owed: yellow in its last two days, red once its day has passed."""
    if due is None or due - today >= SOON:
        return Light.GREEN
    return Light.RED if due < today else Light.YELLOW
