"""Personal data: mobile numbers never become part of a fact, for facts are for ever (row 89, docs/decisions)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.problems import Refused

# Eleven digits that stand alone; 第15060020221号 is a document's number, not a person's.
MOBILE: Final = re.compile(r"(?<![0-9A-Za-z第〕_.-])(?:\+?86[ -]?)?1[3-9][0-9]{9}(?![0-9A-Za-z号_-])")
_LIKE_ONE: Final = re.compile("1[3-9][0-9]{9}")


class PhoneInside(Refused):
    """An event holds somebody's mobile number."""

    row = 89
    zh = "事件永久保存，不得写入手机号码；联系方式请登记在本服务的“联系人”页（/contacts），到期自动删除"
    en = "Facts are kept for ever, so no mobile number may be in one; the page /contacts keeps it and forgets in time"


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  (JSON)
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for position, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{position}]")
    elif isinstance(value, str):
        yield path, value


def refuse_phones(payload: str, data: Any) -> None:  # noqa: ANN401  (a model)
    """Refuse an event's data with a mobile number in it; its text tells quickly that there is none."""
    if not _LIKE_ONE.search(payload):
        return
    for path, text in _texts(data.model_dump(mode="json"), "data"):
        if MOBILE.search(text):
            raise PhoneInside(path=path)
