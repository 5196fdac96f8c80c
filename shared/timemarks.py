"""What is odd about an event's own time: it is taken all the same, as its sender says it, and is marked (row 82)."""

from datetime import datetime, timedelta
from typing import Final

AHEAD: Final = timedelta(minutes=5)
"""A sender's clock may be so much ahead of ours before it is remarked upon."""
LATE: Final = timedelta(hours=1)
"""An event may be recorded so much after its own time before it is."""


def mark(time: datetime, recorded_at: datetime) -> str | None:
    """Return `ahead` of a time still to come, `late` of one long past, None of one that is neither."""
    if time - recorded_at > AHEAD:
        return "ahead"
    return "late" if recorded_at - time > LATE else None


def marked(time: datetime, recorded_at: datetime) -> str:
    """Return the mark as one more attribute of a JSON object, or nothing."""
    odd = mark(time, recorded_at)
    return f',"timemark":"{odd}"' if odd else ""
