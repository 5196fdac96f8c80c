"""The reference: every event a service takes or publishes, with its fields and an example, for developers of units."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared import reference
from shared.envelope import SCHEMAS
from shared.events import EVENTS
from shared.fieldnotes import note
from shared.labels import label
from shared.web.openapi import json_schema, strict
from shared.web.pages import Pages

Both = tuple[str, str]
"""In Chinese and in English."""
_SHAPES: Final[Mapping[str, Both]] = {
    "string": ("文字", "text"),
    "integer": ("整数", "integer"),
    "boolean": ("true 或 false", "true or false"),
    "object": ("对象", "object"),
}
_FORMATS: Final[Mapping[str, Both]] = {
    "date-time": ("时间，RFC 3339", "time, RFC 3339"),
    "date": ("日期，如 2022-03-16", "date such as 2022-03-16"),
    "duration": ("时长，如 P1D", "duration such as P1D"),
}


def shape(schema: Mapping[str, Any]) -> Both:
    """Return in words what a field holds."""
    if "anyOf" in schema:
        either = [shape(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return "或".join(zh for zh, _ in either), " or ".join(en for _, en in either)
    if "enum" in schema:
        values = [str(one) for one in schema["enum"]]
        return "、".join(values), ", ".join(values)
    if schema.get("type") == "array":
        zh, en = shape(schema.get("items", {}))
        return f"若干：{zh}", f"several: {en}"
    kind = str(schema.get("type", ""))
    zh, en = _FORMATS.get(schema.get("format", "")) or _SHAPES.get(kind) or (kind or "JSON", kind or "JSON")
    if "maxLength" in schema:
        return f"{zh}，至多{schema['maxLength']}字", f"{en}, at most {schema['maxLength']} characters"
    return zh, en


def fields(schema: Mapping[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    """Return the fields of an event as rows: name, Chinese name, shape, whether needed, what is said of it."""
    rows = []
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        needed = name in schema.get("required", [])
        inner = next((one for one in [field, *field.get("anyOf", [])] if "properties" in one), None)
        rows.append(
            {"name": path, "zh": label(path), "shape": shape(field), "needed": needed}
            | {"said": (note(said), said) if (said := field.get("description", "")) else None}
        )
        if inner is not None:
            rows += fields(inner, f"{path}.")
    return rows


@cache
def described(event_type: str) -> dict[str, Any]:
    """Return all that is shown of one event."""
    kind, known = EVENTS[event_type], reference.events().get(event_type, {})
    example = json.dumps(known.get("example", {}), ensure_ascii=False, indent=2)
    about: dict[str, Any] = {
        "type": event_type,
        "name": kind.__name__,
        "doc": kind.__doc__,
        "called": reference.named(event_type),
    }
    about["poster"] = (known.get("poster", ""), known.get("poster_en", ""))
    parties = {name: known.get(name, "") for name in ("publisher", "listeners", "posted")}
    schema = f"{SCHEMAS}/{event_type}"
    return about | parties | {"fields": fields(strict(json_schema(kind))), "example": example, "schema": schema}


def reference_pages(service: str, pages: Pages) -> APIRouter:
    """Return the pages of the reference, and the contracts as files; they need no key: nothing in them is secret."""
    router = APIRouter(include_in_schema=False)

    @router.get("/reference")
    async def listed(request: Request) -> Response:
        known = [described(name) for name in sorted(EVENTS)]
        mine = [one for one in known if one["publisher"] == service]
        others = [one for one in known if one["publisher"] != service]
        return await pages.show(request, "reference.html", mine=mine, others=others)

    @router.get("/reference/{event_type}")
    async def one(request: Request, event_type: str) -> Response:
        if event_type not in EVENTS:
            return Response(status_code=404)
        return await pages.show(request, "reference_event.html", event=described(event_type))

    @router.get("/v1/asyncapi")
    async def asyncapi() -> Response:
        path = reference.CONTRACTS / "asyncapi.yaml"
        if not path.is_file():
            return Response(status_code=404)
        return Response(path.read_bytes(), media_type="application/yaml")

    return router
