"""The published JSON Schemas, and what in a new one would break whoever relies on the old one."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaking(old: Schema, new: Schema) -> list[str]:
    """List what a new schema demands or drops, compared with the one published before; nothing means: compatible."""
    before, after = _parts(old), _parts(new)
    return [
        f"{name}: {what}"
        for name, part in before.items()
        if name in after
        for what in (*_demanded(part, after[name]), *_dropped(part, after[name]))
    ]


def _parts(schema: Schema) -> dict[str, Schema]:
    return {schema["title"]: schema, **schema.get("$defs", {})}


def _demanded(old: Schema, new: Schema) -> Iterator[str]:
    for field in new.get("required", []):
        if field not in old.get("required", []):
            yield f"`{field}` became required"


def _dropped(old: Schema, new: Schema) -> Iterator[str]:
    for value in old.get("enum", []):
        if value not in new.get("enum", []):
            yield f"the value `{value}` is gone"
    for field, kind in old.get("properties", {}).items():
        if field not in new.get("properties", {}):
            yield f"`{field}` is gone"
        elif _shape(kind) != _shape(new["properties"][field]):
            yield f"`{field}` changed its type"


def _shape(kind: Schema) -> object:
    """Return what a field is, without its limits and words."""
    if "anyOf" in kind:
        return {str(_shape(one)) for one in kind["anyOf"]}
    items = kind.get("items")
    return str((kind.get("$ref"), kind.get("type"), kind.get("format"), _shape(items) if items else None))
