"""Refusals: what is wrong with a request, in Chinese and English, rendered as RFC 9457 problem details at the edge."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared import reference
from shared.clock import shanghai_time

_TOLD_TWICE = re.compile(r"(?P<zh>.*[^\x00-\x7f].*?) ?\((?P<en>.+)\)", re.DOTALL)
"""How this project's own checks speak: 中文句子 (English sentence)."""

_SENTENCES = {
    "missing": ("缺少此项", "this field is required"),
    "extra_forbidden": ("没有此项，请核对名称", "there is no such field; check its name"),
    "string_too_long": ("文字过长，至多{max_length}字", "too long: at most {max_length} characters"),
    "string_too_short": ("至少{min_length}个字", "too short: at least {min_length} characters"),
    "string_type": ("应为文字", "must be a string"),
    "string_pattern_mismatch": (
        "格式不对，或含有控制字符",
        "does not match the format, or contains control characters",
    ),
    "enum": ("应为其中之一：{expected}", "must be one of: {expected}"),
    "datetime_parsing": ("没有这个时间", "there is no such time"),
    "datetime_from_date_parsing": ("没有这个时间", "there is no such time"),
    "date_parsing": ("没有这个日期", "there is no such day"),
    "date_from_datetime_parsing": ("没有这个日期", "there is no such day"),
    "time_delta_parsing": ("应为时长，如 P1D、PT30M", "must be a duration such as P1D or PT30M"),
    "time_delta_type": ("应为时长，如 P1D、PT30M", "must be a duration such as P1D or PT30M"),
    "int_parsing": ("应为整数", "must be an integer"),
    "int_parsing_size": ("数字过大", "the number is too large"),
    "int_from_float": ("应为整数", "must be an integer"),
    "int_type": ("应为整数", "must be an integer"),
    "finite_number": ("应为整数", "must be an integer"),
    "greater_than_equal": ("不能小于{ge}", "must be at least {ge}"),
    "less_than_equal": ("不能大于{le}", "must be at most {le}"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "model_type": ("应为对象", "must be an object"),
    "dict_type": ("应为对象", "must be an object"),
    "tuple_type": ("应为数组", "must be an array"),
    "too_short": ("至少{min_length}项", "at least {min_length} items"),
    "too_long": ("至多{max_length}项", "at most {max_length} items"),
}
_LONGEST_NAME = 64
"""Of a field's name in a path; the name may be the sender's own invention."""


def _as_people_read(value: object) -> object:
    """Return a moment as it is read in Ordos, anything else as it is."""
    return shanghai_time(value) if isinstance(value, datetime) else value


class Refused(Exception):  # noqa: N818  (a refusal is a domain outcome, not a programming error)
    """The family of everything that can be said no to; a subclass gives the two sentences, the status and the row."""

    status: ClassVar[int] = 422
    row: ClassVar[int | None] = None
    zh: ClassVar[str] = "请求不符合要求"
    en: ClassVar[str] = "The request cannot be accepted"

    def __init__(self, *, path: str | None = None, **fields: object) -> None:
        """Keep the fields that the sentences name and the path of the field at fault."""
        self.path = path
        self.fields = {name: _as_people_read(value) for name, value in fields.items()}
        self.consequences: tuple[Any, ...] = ()
        """Facts that the refusal itself makes: who finds every place taken is refused, and stands on the waitlist."""
        super().__init__(self.en.format(**self.fields))

    @property
    def code(self) -> str:
        """The kind of refusal as a slug, the last part of the problem's `type`."""
        return reference.spelt(type(self).__name__, "-").lower()

    def errors(self) -> list[dict[str, str]]:
        """List the single errors, each with path and both sentences."""
        if self.path is None:
            return []
        return [{"path": self.path, "zh": self.zh.format(**self.fields), "en": self.en.format(**self.fields)}]

    def problem(self) -> dict[str, Any]:
        """Return the body of the problem document."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.zh.format(**self.fields),
            "title_en": self.en.format(**self.fields),
            "status": self.status,
        }
        if errors := self.errors():
            body["detail"] = "；".join(f"{error['path']}：{error['zh']}" for error in errors)
            body["detail_en"] = "; ".join(f"{error['path']}: {error['en']}" for error in errors)
            body["errors"] = errors
        if self.row is not None:
            body["row"] = self.row
        return body


class Malformed(Refused):
    """The body is not what its content type says."""

    status = 400
    zh = "请求内容无法读取：{reason}"
    en = "The body cannot be read: {reason_en}"


class Invalid(Refused):
    """One or more fields break the schema."""

    zh = "有{count}处不符合要求"
    en = "{count} field(s) break the schema"

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """Take errors as {path, zh, en}."""
        super().__init__(count=len(errors))
        self._errors = errors

    def errors(self) -> list[dict[str, str]]:
        return self._errors


class NotYet(Refused):
    """What this event builds on has not arrived: the intake keeps it waiting until it does (row 82)."""

    status = 202
    row = 82
    zh = "已收妥，待{what}到达后办理"
    en = "Received; waits for {what_en}"

    def __init__(self, event_type: str, subject: str) -> None:
        """Name the event that has to come first."""
        self.needs = f"{event_type} {subject}"
        what, what_en = reference.awaited(self.needs)
        super().__init__(what=what, what_en=what_en)


class TooEarly(Refused):
    """Something has to come first; a person waits for it, a system's post would be kept until then."""

    status = 409
    row = 82
    zh = "{what}，现在还不能办理"
    en = "Too early: {what_en}"

    def __init__(self, needs: str, first: Mapping[str, tuple[str, str]]) -> None:
        """Say what has to come first in the words known for its type, else by its name."""
        zh, en = reference.awaited(needs)
        what, what_en = first.get(needs.partition(" ")[0], (f"需先有{zh}", f"it needs {en} first"))
        super().__init__(what=what, what_en=what_en)


def _sentences(error: ErrorDetails) -> tuple[str, str]:
    if error["type"] == "value_error":
        message = str(error.get("ctx", {}).get("error", error["msg"]))
        told = _TOLD_TWICE.fullmatch(message)
        return (told["zh"], told["en"]) if told else (message, message)
    context = {key: str(value) for key, value in error.get("ctx", {}).items()}
    if error["type"] in _SENTENCES:
        zh, en = _SENTENCES[error["type"]]
        in_chinese = {key: value.replace(" or ", "、").replace(", ", "、") for key, value in context.items()}
        return zh.format(**in_chinese), en.format(**context)
    return f"不符合要求（{error['msg']}）", error["msg"]


def invalid(failure: ValidationError, prefix: str = "") -> Invalid:
    """Turn a pydantic failure into a refusal that names each field by its path, `data.project.owner_code` say."""
    errors = []
    for error in failure.errors(include_url=False, include_input=False)[:20]:
        zh, en = _sentences(error)
        path = ".".join([*([prefix] if prefix else []), *(str(part)[:_LONGEST_NAME] for part in error["loc"])])
        errors.append({"path": path or "data", "zh": zh, "en": en})
    return Invalid(errors)
