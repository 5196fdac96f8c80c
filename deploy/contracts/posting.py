"""The part of the AsyncAPI document on posting over NATS: a subject for each key, a receipt in answer."""

from typing import Any, Final

from deploy.contracts.parties import accepted_by
from deploy.prepare import SERVICES
from shared.envelope import STRUCTURED
from shared.natspost import SUBJECT

_TEXT: Final = {"type": "string"}
POSTING: Final = SERVICES


def _reference(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def channels() -> dict[str, Any]:
    """Return the channels: where each service takes posts, and the inbox that receipts come to."""
    parameters = {
        "unit": {"description": "The unit's credit code; the NATS user too"},
        "key": {"description": "The key's name: the second part of the token, which is the NATS password"},
    }
    taken = {
        f"{service}.posts": {
            "address": f"{SUBJECT}.{service}.{{unit}}.{{key}}",
            "description": f"What units inside the trust zone post to {service}: a request for each event or batch.",
            "parameters": parameters,
            "messages": {"Post": _reference("components", "messages", f"{service}.Post")},
            "servers": [_reference("servers", "nats")],
        }
        for service in POSTING
    }
    inbox = {
        "address": None,
        "description": "The request's reply subject, below _INBOX_{unit}: the answer of POST /v1/events, after COMMIT.",
        "messages": {"Receipt": _reference("components", "messages", "Receipt")},
        "servers": [_reference("servers", "nats")],
    }
    return taken | {"receipts": inbox}


def operations() -> dict[str, Any]:
    """Return the operations: each service takes posts and answers them."""
    return {
        f"{service}.takes.posts": {
            "action": "receive",
            "channel": _reference("channels", f"{service}.posts"),
            "summary": f"{service} takes posts",
            "messages": [_reference("channels", f"{service}.posts", "messages", "Post")],
            "tags": [{"name": service}],
            "reply": {
                "channel": _reference("channels", "receipts"),
                "messages": [_reference("channels", "receipts", "messages", "Receipt")],
            },
        }
        for service in POSTING
    }


def messages() -> dict[str, Any]:
    """Return the messages: a CloudEvent of a type that the service takes, or up to 500; and a receipt."""
    posts = {f"{service}.Post": _post(service) for service in POSTING}
    status = {**_TEXT, "pattern": "^[0-9]{3}$", "description": "The status HTTP would have: 202, 207, 403, 409, 503 …"}
    receipt = {
        "name": "receipt",
        "title": "回执 · Receipt",
        "summary": "A receipt, receipts of a batch, or a problem (RFC 9457); no answer: send the same again.",
        "contentType": "application/json",
        "headers": {"type": "object", "required": ["status"], "properties": {"status": status}},
        "payload": {"type": "object"},
    }
    return posts | {"Receipt": receipt}


def _post(service: str) -> dict[str, Any]:
    needed = ["specversion", "id", "source", "type", "data"]
    event = {
        "type": "object",
        "required": needed,
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**_TEXT, "description": "The unit's own; the same again is the same event again"},
            "source": {**_TEXT, "description": "/units/<credit code>"},
            "type": {"enum": sorted(accepted_by(service))},
            "time": {**_TEXT, "format": "date-time"},
            "data": {"type": "object", "description": "As the schema of the type says: components/schemas"},
        },
    }
    batch = {"type": "array", "items": event, "minItems": 1, "maxItems": 500}
    return {
        "name": f"{service}.post",
        "title": "报送 · Post",
        "summary": f"A CloudEvent for {service}, or an array of up to 500",
        "contentType": STRUCTURED,
        "payload": {"oneOf": [event, batch]},
    }
