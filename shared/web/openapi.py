"""What OpenAPI says of the intake: the events taken, in each of CloudEvents' modes, the receipts and the refusals.

The routes read bodies themselves, for speed; FastAPI therefore knows nothing of them but what is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fastapi.security import HTTPBearer

from shared.envelope import BATCH, SCHEMAS, STRUCTURED
from shared.events import Event
from shared.web.problem import PROBLEM

if TYPE_CHECKING:
    from _collections_abc import dict_items

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
KEY: Final = HTTPBearer(
    scheme_name="key",
    bearerFormat="cf_<key>_<secret>_<checksum>",
    description="单位密钥 · A unit's key, issued by `chunfeng keys issue`; or a signed request, see docs/integrate.md.",
    auto_error=False,  # the route itself refuses, in the form of every other refusal
)
_STRUCTURED: Final = f"#/paths/~1v1~1events/post/requestBody/content/{STRUCTURED.replace('/', '~1')}/schema"
_PROBLEM_SCHEMA: Final[Schema] = {
    "title": "Problem",
    "description": "RFC 9457, in Chinese and English",
    "type": "object",
    "required": ["type", "title", "title_en", "status"],
    "properties": {
        "type": {"type": "string", "description": "Kind of refusal, such as /problems/already-decided"},
        "title": {"type": "string", "description": "中文说明"},
        "title_en": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "detail_en": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Each field at fault by its path, data.project.owner_code say",
            "items": {
                "type": "object",
                "required": ["path", "zh", "en"],
                "properties": {name: {"type": "string"} for name in ("path", "zh", "en")},
            },
        },
        "row": {"type": "integer", "description": "Row of docs/rows.md whose promise the refusal keeps"},
    },
}
RECEIPT: Final[Schema] = {
    "title": "Receipt",
    "type": "object",
    "required": ["source", "id", "type", "status"],
    "properties": {
        "source": {"type": "string"},
        "id": {"type": "string"},
        "type": {"type": "string"},
        "received_at": {"type": "string", "format": "date-time"},
        "status": {
            "enum": ["accepted", "waiting", "refused"],
            "description": "waiting: recorded, and decided as soon as what it builds on arrives; "
            "refused: it had waited, and was then refused",
        },
        "facts": {
            "type": "array",
            "description": "The facts recorded for it",
            "items": {"type": "object", "properties": {"type": {"type": "string"}, "id": {"type": "string"}}},
        },
        "waits_for": {"type": "string", "description": "Type and subject of the event it waits for"},
        "timemark": {
            "enum": ["late", "ahead"],
            "description": "Its `time` is more than an hour past, or five minutes to come; taken all the same",
        },
        "test": {"const": True, "description": "Posted with a key for trying out: recorded nowhere"},
        "dry_run": {"const": True, "description": "The answer of /v1/validate: recorded nowhere"},
        "duplicate": {"const": True, "description": "Posted before: this is the first receipt again"},
        "problem": _PROBLEM_SCHEMA,
    },
}
_REFUSED: Final[Schema] = {
    "title": "Refused",
    "type": "object",
    "required": ["status", "problem"],
    "properties": {"status": {"const": "refused"}, "problem": _PROBLEM_SCHEMA},
}
_RECEIPTS: Final[Schema] = {
    "title": "Receipts",
    "description": "One answer for each event of the batch, in its order",
    "type": "object",
    "required": ["receipts"],
    "properties": {"receipts": {"type": "array", "items": {"anyOf": [RECEIPT, _REFUSED]}}},
}
_OF_READING: Final = (401, 403, 404, 422, 503)
_OF_WRITING: Final = (400, *_OF_READING[:3], 409, 413, 415, *_OF_READING[3:])
_GOOD: Final = {
    "202": "已登记；答复即回执 · Recorded: the receipt, given after COMMIT",
    "200": "可以登记；未作任何记录 · It would be recorded; nothing was",
}
_REFUSALS: Final = {
    400: "请求内容无法读取 · The body is not JSON, or not what its content type says",
    401: "密钥缺失、抄错、未知或已吊销 · No key, or one that is mistyped, unknown or revoked",
    403: "不是该单位的事项 · Not this unit's business",
    404: "没有所指的场次或回执 · No such session, or no such receipt",
    409: "与已登记的内容冲突 · Conflicts with what is recorded, or the id was used for another body",
    413: "请求过大 · More than 500 events, or too many bytes",
    415: "内容类型不对 · None of CloudEvents' three modes",
    422: "不符合格式或规则 · Breaks the schema or a rule; `errors` names each field",
    429: "该密钥保持中的连接过多 · This key holds too many connections open",
    503: "暂时无法记录，请以同一编号重发 · Nothing can be recorded just now; send it again with the same id",
}


def json_schema(event: type[Event]) -> Schema:
    """Return the published JSON Schema of an event's data."""
    return {"$schema": DIALECT, "$id": f"{SCHEMAS}/{event.type}"} | event.model_json_schema()


def strict(schema: Schema) -> Schema:
    """Return a schema as posted data must meet it: in one piece, without unknown fields."""
    parts = schema.get("$defs", {})

    def inline(node: Any) -> Any:  # noqa: ANN401  (JSON)
        if isinstance(node, list):
            return [inline(item) for item in node]
        if not isinstance(node, dict):
            return node
        inlined = {name: inline(value) for name, value in node.items() if name not in ("$ref", "$defs")}
        if "$ref" in node:
            inlined = inline(parts[node["$ref"].rpartition("/")[2]]) | inlined
        return inlined | ({"additionalProperties": False} if "properties" in inlined else {})

    whole: Schema = inline(schema)
    return whole


class Later(dict[str, Any]):
    """A description that FastAPI merges into its document, made only when that is asked for.

    A service starts without it: the schemas of all its events take as long as the rest of its application.
    """

    def __init__(self, describe: Callable[[], Schema]) -> None:
        """Keep how it is made."""
        super().__init__()
        self._describe = describe

    def __bool__(self) -> bool:
        return True

    def items(self) -> dict_items[str, Any]:
        """Make it, once."""
        if not len(self):
            self.update(self._describe())
        return super().items()


@cache
def _cloud_event(event: type[Event]) -> Schema:
    return {
        "title": event.__name__,
        "description": event.__doc__,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "pattern": "^[!-~]{1,128}$", "description": "The same again for a repeat"},
            "source": {"type": "string", "pattern": "^/units/[0-9A-Z]{18}$", "description": "/units/<credit code>"},
            "type": {"const": event.type},
            "time": {"type": "string", "format": "date-time", "description": "When it was sent, with its zone"},
            "datacontenttype": {"type": "string", "pattern": "^application/json"},
            "correlationid": {"type": "string", "pattern": "^[!-~]{1,128}$", "description": "The id if left out"},
            "data": strict(event.model_json_schema()),
        },
        "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
        "additionalProperties": {"type": ["string", "integer", "boolean"]},
    }


def _header(name: str, description: str) -> Schema:
    return {"in": "header", "name": name, "required": False, "schema": {"type": "string"}, "description": description}


def refusals(*statuses: int) -> Schema:
    """Describe the refusals with these statuses."""
    content = {PROBLEM: {"schema": _PROBLEM_SCHEMA}}
    return {str(status): {"description": _REFUSALS[status], "content": content} for status in statuses}


def _answer(description: str, *schemas: Schema) -> Schema:
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def post_events(accepts: Mapping[str, type[Event]], most: int, good: str = "202") -> Schema:
    """Describe POST /v1/events, or /v1/validate, of a service that takes these events, so many at a time."""
    return Later(lambda: _posting(accepts, most, good))


def _posting(accepts: Mapping[str, type[Event]], most: int, good: str) -> Schema:
    events = [accepts[name] for name in sorted(accepts)]
    bodies = [{"$ref": f"{_STRUCTURED}/oneOf/{place}/properties/data"} for place in range(len(events))]
    content = {
        STRUCTURED: {"schema": {"oneOf": [_cloud_event(event) for event in events]}},
        BATCH: {"schema": {"type": "array", "minItems": 1, "maxItems": most, "items": {"$ref": _STRUCTURED}}},
        "application/json": {"schema": {"description": "Binary mode: the data alone", "anyOf": bodies}},
    }
    headers = [
        _header(f"ce-{name}", "Binary mode only: this attribute of the event")
        for name in ("specversion", "id", "source", "type", "time")
    ]
    answers = {
        good: _answer(_GOOD[good], RECEIPT, _RECEIPTS),
        "207": _answer("批量中有事件被拒 · Some events of a batch were refused, the others are recorded", _RECEIPTS),
    }
    return {
        "security": [{"key": []}],
        "parameters": headers,
        "requestBody": {"required": True, "content": content},
        "responses": answers | refusals(400, 401, 403, 404, 409, 413, 415, 422, 503),
    }


def get_receipt() -> Schema:
    """Describe GET /v1/receipts."""
    answer = _answer("目前的回执 · The receipt as it stands now", RECEIPT)
    return {"responses": {"200": answer} | refusals(401, 404, 422)}


def read_feed(answer: Mapping[str, Any], *, sse: bool = False) -> Schema:
    """Describe reading the feed, as pages or as server-sent events."""
    if sse:
        described = {"description": "server-sent events: id is the sequence, data the CloudEvent"}
        answer = {"200": described | {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
    return {"responses": dict(answer) | refusals(401, 422, 429, 503)}


def with_refusals(document: Schema) -> Schema:
    """Return a document in which every operation names the refusals it may answer, as problem documents.

    What FastAPI says of 422 by itself is not what is sent here.
    """
    for path, operations in document["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for method, operation in operations.items():
            answers = operation.setdefault("responses", {})
            if "application/json" in answers.get("422", {}).get("content", {}):
                del answers["422"]
            reading = method == "get"
            for status, refusal in refusals(*(_OF_READING if reading else _OF_WRITING)).items():
                answers.setdefault(status, refusal)
    for name in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(name, None)
    return document
