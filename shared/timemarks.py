"""An event's own time: taken as its sender says it, however odd it is, and marked if it is (row 82)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

AHEAD: Final = timedelta(minutes=5)
"""A sender's clock may be so much ahead of ours before it is remarked upon."""
LATE: Final = timedelta(hours=1)
"""An event may be recorded so much after its own time before it is."""


def mark(time: datetime, recorded_at: datetime) -> str | None:
    """Return `ahead` of a time still to come, `late` of one long past, None of one that is neither."""
    since = recorded_at - time
    if since > LATE:
        return "late"
    return "ahead" if since < -AHEAD else None


def marked(time: datetime, recorded_at: datetime) -> str:
    """Return the mark as one more attribute of a JSON object, or nothing."""
    odd = mark(time, recorded_at)
    return f',"timemark":"{odd}"' if odd else ""


@lru_cache(maxsize=4)  # the facts of a group are recorded at one time
def in_utc(time: datetime) -> str:
    """Return a time as facts have it written."""
    return time.astimezone(UTC).isoformat()
