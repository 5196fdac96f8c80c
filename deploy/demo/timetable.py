"""When things happen in the sample campaign: one session a working day from 2022-03-16, in Ordos time."""

from datetime import date, datetime, time, timedelta
from typing import Final

from shared.clock import SHANGHAI

NOTICE_DAY: Final = date(2022, 3, 15)
_SATURDAY: Final = 5


def _working_days(count: int) -> list[date]:
    """Return Mondays to Fridays from the notice's day on; no public holiday falls into the campaign."""
    days = (NOTICE_DAY + timedelta(days=offset) for offset in range(2 * count))
    return [day for day in days if day.weekday() < _SATURDAY][:count]


WORKING_DAYS: Final = _working_days(20)


def session_day(position: int, *, shift: int = 0) -> date:
    """Return the day of the session at a position, or a working day before or after it, never before the notice."""
    return WORKING_DAYS[max(0, position + shift)]


def at(day: date, clock: str, *, minutes: float = 0, seconds: float = 0) -> datetime:
    """Return a moment in Ordos time, as `at(day, "09:00", seconds=30)`."""
    start = datetime.combine(day, time.fromisoformat(clock), tzinfo=SHANGHAI)
    return start + timedelta(minutes=minutes, seconds=int(seconds))
