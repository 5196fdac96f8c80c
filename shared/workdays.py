"""Working days in China: weekdays without public holidays, and the Saturdays and Sundays worked instead. Pure."""

from datetime import date, timedelta
from typing import Final

import chinese_calendar

_SATURDAY: Final = 5


def is_workday(day: date) -> bool:
    """Tell whether offices work on a day; of a year whose holidays are not announced yet, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


def after(day: date, count: int) -> date:
    """Return the day that is a number of working days after a day; the first day itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def between(first: date, last: date) -> int:
    """Count the working days after a day up to another."""
    return sum(is_workday(first + timedelta(days=step)) for step in range(1, (last - first).days + 1))
