"""The AsyncAPI document of the stream FACTS: a channel for every fact, with the service that publishes it.

FastStream's own export knows the one subscription of each service, to everything; the facts are in shared.events.
"""

from typing import Any, Final

import yaml
from pydantic.json_schema import models_json_schema

from deploy.contracts import posting
from deploy.contracts.examples import CloudEvent, Goldens, published
from deploy.contracts.parties import all_events, parties_of
from deploy.prepare import SERVICES
from shared.envelope import SCHEMA_URN, STRUCTURED
from shared.events import Event
from shared.outbox import source_of
from shared.stream import STREAM, SUBJECTS, declaration, subject_of

_DESCRIPTION: Final = """\
Every fact of a campaign, in JetStream's stream {stream} (subjects {subjects}.>), kept for ever, in the order of each
service's commits. Units do not listen to it: they read the feed, and post over HTTP (openapi-<service>.json) or, inside
the trust zone, on chunfeng.post.<service>.<unit>.<key>, a request for each event or batch, answered after COMMIT.

A message is a CloudEvent 1.0 in structured JSON. `sequence` counts its source's facts from 1 without a gap, so a
reader can prove that it has everything; `aggregateversion` counts the facts of one `subject`. A fact may arrive more
than once: `id` tells. Unknown fields are to be ignored; a breaking change is a new type beside the old one."""
_TEXT: Final = {"type": "string"}
_FACT: Final = {
    "title": "Fact",
    "description": "The CloudEvents attributes that every fact has",
    "type": "object",
    "required": [
        *("sequence", "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"),
        *("aggregateversion", "correlationid", "data"),
    ],
    "properties": {
        "sequence": {**_TEXT, "pattern": "^[0-9]{12}$", "description": "Of this source, without gaps"},
        "specversion": {"const": "1.0"},
        "id": {**_TEXT, "description": "The same for the same cause"},
        "source": {"enum": [source_of(service) for service in SERVICES]},
        "type": {**_TEXT, "description": "The event's type with its version"},
        "subject": {**_TEXT, "description": "The aggregate: a session, an application, an issue, a team, a key"},
        "time": {**_TEXT, "format": "date-time", "description": "When it was posted, in UTC"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {**_TEXT, "format": "uri"},
        "aggregateversion": {"type": "integer", "minimum": 1, "description": "Of this subject, from 1"},
        "correlationid": {**_TEXT, "description": "Of the post that caused it; logs of all services carry it"},
        "traceparent": {**_TEXT, "description": "W3C trace context, if the post had one"},
        "actor": {
            **_TEXT,
            "description": "Who caused it: /units/<code>#<key>, an operator; absent, the service itself",
        },
        "recordedtime": {**_TEXT, "format": "date-time", "description": "When it was recorded, in UTC"},
    },
}


def _key(event: type[Event]) -> str:
    return f"{parties_of(event).publisher}.{event.__name__}"


def _reference(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _message(event: type[Event], example: CloudEvent) -> dict[str, Any]:
    parties = parties_of(event)
    own = {
        "source": {"const": source_of(parties.publisher)},
        "type": {"const": event.type},
        "dataschema": {"const": f"{SCHEMA_URN}{event.type}"},
        "data": _reference("components", "schemas", event.__name__),
    }
    message_id = {**_TEXT, "description": f"{parties.publisher}:<id>; the stream drops a repeat within 24 hours"}
    return {
        "name": event.type,
        "title": f"{parties.zh} · {event.__name__}",
        "summary": event.__doc__,
        "contentType": STRUCTURED,
        "headers": {"type": "object", "properties": {"Nats-Msg-Id": message_id}},
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {"allOf": [_reference("components", "schemas", "Fact"), {"type": "object", "properties": own}]},
        "examples": [{"name": event.__name__, "payload": published(example)}],
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    parties = parties_of(event)
    return {
        "address": subject_of(parties.publisher, event.type),
        "description": f"Published by {parties.publisher}; heard by {', '.join(parties.listeners) or 'nobody'}.",
        "messages": {event.__name__: _reference("components", "messages", event.__name__)},
        "servers": [_reference("servers", "nats")],
    }


def _operations(event: type[Event]) -> dict[str, Any]:
    parties, channel = parties_of(event), _reference("channels", _key(event))
    messages = [_reference("channels", _key(event), "messages", event.__name__)]

    def operation(service: str, action: str, verb: str) -> tuple[str, dict[str, Any]]:
        summary = f"{service} {verb} {event.__name__}"
        told = {"action": action, "channel": channel, "summary": summary, "messages": messages}
        return f"{service}.{verb}.{event.__name__}", told | {"tags": [{"name": service}]}

    heard = [operation(service, "receive", "hears") for service in parties.listeners]
    return dict([operation(parties.publisher, "send", "publishes"), *heard])


def _schemas() -> dict[str, Any]:
    events = all_events()
    template = "#/components/schemas/{model}"
    _, definitions = models_json_schema([(event, "validation") for event in events], ref_template=template)
    return {"Fact": _FACT} | dict(sorted(definitions["$defs"].items()))


def document(goldens: Goldens) -> str:
    """Return the AsyncAPI document as YAML."""
    events = all_events()
    stream = declaration()
    server = f"As in docker-compose.yml; stream {stream.name}, duplicate window {stream.duplicate_window} s"
    written = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Chunfeng 春风 facts",
            "version": "1",
            "description": _DESCRIPTION.format(stream=STREAM, subjects=SUBJECTS),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "servers": {
            "nats": {
                "host": "nats:4222",
                "pathname": "",
                "protocol": "nats",
                "description": server,
            }
        },
        "channels": {_key(event): _channel(event) for event in events} | posting.channels(),
        "operations": {name: told for event in events for name, told in _operations(event).items()}
        | posting.operations(),
        "components": {
            "messages": {event.__name__: _message(event, goldens[event]) for event in events} | posting.messages(),
            "schemas": _schemas(),
        },
    }
    return yaml.dump(written, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)


class _Plain(yaml.CSafeDumper):
    """Writes every value out where it stands, without anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  (yaml's own)
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _Plain.represent_text)
