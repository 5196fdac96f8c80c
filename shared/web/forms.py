"""What a browser's form says, as the data of an event: Ordos time, ticked boxes, several values, parts of parts."""

from collections.abc import Mapping
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from shared.clock import SHANGHAI

EMPTY: Final = FormData()
"""What a page's forms have in them before anybody has filled one in."""
_STATED: Final = "Stated by the service"


def data_of(kind: type[BaseModel], form: FormData, prefix: str = "") -> dict[str, Any]:
    """Return a model's data as a form says it; what is left empty is not said.

    The parts of a part stand behind a dot (`project.name`); several values are several fields or one a line.
    """
    data: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if not (field.description or "").startswith(_STATED):
            value = _said(field, form, f"{prefix}{name}")
            if value is not None:
                data[name] = value
    return data


def moment(text: str) -> str:
    """Return a browser's local time as a moment of Ordos; what is none is left for the schema to refuse."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read).isoformat()


def _said(field: FieldInfo, form: FormData, name: str) -> Any:  # noqa: ANN401  (JSON)
    inner, many = _kind(field.annotation)
    given = [str(one).strip() for one in form.getlist(name) if str(one).strip()]
    if many:
        lines = [line.strip() for one in given for line in one.splitlines() if line.strip()]
        return lines if lines or field.is_required() else None
    if issubclass(inner, BaseModel):
        return data_of(inner, form, f"{name}.") or None
    if inner is bool:
        return bool(given)
    if not given:
        return None
    return moment(given[0]) if inner is AwareDatetime or issubclass(inner, datetime) else given[0]


def _kind(annotation: Any) -> tuple[type, bool]:  # noqa: ANN401  (any annotation)
    """Return the class of a field's values, and whether it holds several."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _kind(next(one for one in get_args(annotation) if one is not type(None)))
    if origin is tuple:
        return _kind(get_args(annotation)[0])[0], True
    return (annotation, False) if isinstance(annotation, type) else (str, False)


def flat(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return an event's data as the fields of a form that says the same: for what was looked at before it is sent."""
    fields: list[tuple[str, str]] = []
    for name, value in data.items():
        if isinstance(value, Mapping):
            fields += flat(value, f"{prefix}{name}.")
        elif isinstance(value, (list, tuple)):
            fields += [(f"{prefix}{name}", str(one)) for one in value]
        elif value is True:
            fields.append((f"{prefix}{name}", "1"))
        elif value not in (None, False):
            fields.append((f"{prefix}{name}", str(value)))
    return fields
