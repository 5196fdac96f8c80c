"""What a browser's form says, as an event's data: dotted names are parts, numbers in them rows of a list."""

import json
import re
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import FormData

from shared.clock import SHANGHAI

KEYS: Final = {
    "departments": "unit",
    "participants": "name",
    "entries": "presence",
    "speakers": "order",
    "windows": "starts_at",
    "vehicles": "plate",
}
"""In a list's rows, the field without which a row is not meant."""
_BETWEEN: Final = re.compile(r"[、；;，,]")
"""What people write between several values in one field."""


def data_of(form: FormData) -> dict[str, Any]:
    """Return an event's data; `a.0.b` is row 0 of a, `a[]` one of several values, `a{}` one that is JSON.

    What is left empty is not said; a time is Ordos time; rows with an `order` are sorted by it.
    """
    data: dict[str, Any] = {}
    for name in dict.fromkeys(form.keys()):
        given = [str(one).strip() for one in form.getlist(name) if str(one).strip()]
        if not given:
            continue
        bare = name.removesuffix("[]").removesuffix("{}")
        values: list[Any] = [_json(one) for one in given]
        if name.endswith("[]"):
            values = [part.strip() for one in given for part in _BETWEEN.split(one) if part.strip()]
        last = bare.rpartition(".")[2]
        value: object = values if name != bare else _moment(given[0]) if last.endswith("_at") else given[0]
        _put(data, bare.split("."), value)
    rows = {name: _rows(name, value) if isinstance(value, dict) else value for name, value in data.items()}
    return {name: value for name, value in rows.items() if value != []}


def _put(data: dict[str, Any], path: list[str], value: object) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {})
    data[path[-1]] = value


def _rows(name: str, value: dict[str, Any]) -> Any:  # noqa: ANN401  (a list of rows, or a part)
    if not all(key.isdecimal() for key in value):
        return value
    rows = [row for _, row in sorted(value.items(), key=lambda item: int(item[0]))]
    meant = [row for row in rows if not isinstance(row, dict) or name not in KEYS or KEYS[name] in row]
    if KEYS.get(name) == "order":
        meant.sort(key=lambda row: int(row["order"]) if row["order"].isdecimal() else len(rows))
        meant = [{key: one for key, one in row.items() if key != "order"} for row in meant]
    return [
        {key: _rows(key, one) if isinstance(one, dict) else one for key, one in row.items()}
        if isinstance(row, dict)
        else row
        for row in meant
    ]


def _json(text: str) -> Any:  # noqa: ANN401  (JSON)
    """Return a value as JSON; what is none is left for the schema to refuse."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _moment(text: str) -> str:
    """Return a browser's local time as a moment; what is none is left for the schema to refuse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment).isoformat()


class Said:
    """What a refused form said, so that nothing has to be typed twice."""

    def __init__(self, form: FormData | None = None) -> None:
        """Take the form, or none on a fresh page."""
        self._form = form
        self._which = ""

    def begins(self, which: str) -> str:
        """Note which of the page's forms is written now; only the one that was refused says again what it said."""
        self._which = which
        return ""

    def at(self, which: str) -> bool:
        """Tell whether a form is the one that was refused."""
        return self._form is not None and self._form.get("form_at", which) == which

    def get(self, name: str, otherwise: object = "") -> object:
        """Return what the form said of a field, else what the page says."""
        if self._form is None or not self.at(self._which) or name not in self._form:
            return otherwise
        return self._form[name]

    def ticked(self, name: str, value: str, otherwise: object = False) -> bool:  # noqa: FBT002  (used in templates)
        """Tell whether a box was ticked."""
        if self._form is None or not self.at(self._which):
            return bool(otherwise)
        return value in self._form.getlist(name)
