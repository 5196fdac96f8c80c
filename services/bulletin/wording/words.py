"""Numbers, dates and full stops as official papers write them."""

import re
from datetime import date, datetime
from typing import Final

from shared.clock import SHANGHAI

_DIGITS: Final = "零一二三四五六七八九"
_REMARK: Final = re.compile(r"[（(][^（）()]*[）)]$")
"""A remark in brackets, which may stand behind a full stop: the sentence has ended before it."""
_ENDS: Final = ("。", "！", "？", "…", ".", "!", "?")


def numeral(number: int) -> str:
    """Return 1 to 99 in Chinese numerals, as headings are numbered; beyond that, digits."""
    if not 0 < number < 100:  # noqa: PLR2004
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")  # noqa: PLR2004


def day(moment: date | datetime) -> str:
    """Return a date as printed, 2022年3月16日; a moment's day is Shanghai's."""
    local = moment.astimezone(SHANGHAI) if isinstance(moment, datetime) else moment
    return f"{local.year}年{local.month}月{local.day}日"


def hour(moment: datetime) -> str:
    """Return a time of day as printed, 9时30分."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.hour}时" + (f"{local.minute}分" if local.minute else "")


def sentence(text: str) -> str:
    """Return a text with a full stop, if it has no end of its own."""
    whole = text.rstrip()
    return text if _REMARK.sub("", whole).rstrip("”’").endswith(_ENDS) else f"{whole}。"
