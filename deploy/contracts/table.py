"""docs/events.md: every event, its parts and words, from shared.events and shared.vocabulary."""

from collections.abc import Iterator
from enum import EnumType
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from deploy.contracts.parties import accepted_by, all_events, parties_of
from deploy.local import PORTS
from deploy.prepare import SERVICES
from shared.events import Event
from shared.events.base import Part
from shared.vocabulary import Word

_HEAD: Final = """\
# 事件 Events

由 `make contracts` 据 `shared/events` 生成，请勿手改。Generated; do not edit.

各单位以 HTTP 报送的事件与各服务发布的事件同名同格式；标“系统”的只由服务发布。带 `?` 的字段可以不填。
The same schema both ways: what a unit posts is what a service publishes. A field with `?` may be left out.

每个事件的格式 [contracts/schemas/](contracts/schemas/)，样例 [tests/contracts/](../tests/contracts/)，
接口 [contracts/](contracts/)（OpenAPI、AsyncAPI）。服务运行时，`GET /v1/schemas` 给出同样的格式。
"""
_EVENTS: Final = """
| 事件 Event | 报送 Posted by | 订阅 Heard by | 含义 Meaning | 字段 Fields |
|---|---|---|---|---|
"""


def document() -> str:
    """Return the document."""
    return _HEAD + "".join(_section(service) for service in SERVICES) + _parts() + _words()


def _section(service: str) -> str:
    where = (
        f"报送至 `POST http://…:{PORTS[service]}/v1/events`"
        if accepted_by(service)
        else "不接收报送 nothing is posted to it"
    )
    rows = [_row(event) for event in all_events() if parties_of(event).publisher == service]
    return f"\n## {service} 发布 publishes\n{where}\n{_EVENTS}" + "".join(rows)


def _row(event: type[Event]) -> str:
    parties = parties_of(event)
    name = f"[**{event.__name__}**](contracts/schemas/{event.type}.json) {parties.zh}<br>`{event.type}`"
    poster = " · ".join(dict.fromkeys(parties.poster))
    return f"| {name} | {poster} | {', '.join(parties.listeners)} | {event.__doc__} | {_fields(event)} |\n"


def _fields(part: type[Part]) -> str:
    return ", ".join(
        f"`{name}{'' if field.is_required() else '?'}`" + (f" ({field.description})" if field.description else "")
        for name, field in part.model_fields.items()
    )


def _within(annotation: Any) -> Iterator[Any]:  # noqa: ANN401  (any annotation)
    """Yield the classes an annotation is made of."""
    if get_origin(annotation) in (Annotated, Union, UnionType, tuple, dict):
        for argument in get_args(annotation):
            yield from _within(argument)
    elif isinstance(annotation, type):
        yield annotation


def _used() -> list[type]:
    """Return the parts and words that events are made of, in the order in which one meets them."""
    found: dict[type, None] = {}
    queue: list[type[Part]] = list(all_events())
    for part in queue:
        for field in part.model_fields.values():
            for kind in _within(field.annotation):
                if kind not in found and issubclass(kind, (Part, Word)):
                    found[kind] = None
                    if issubclass(kind, Part):
                        queue.append(kind)
    return list(found)


def _parts() -> str:
    rows = [
        f"| **{part.__name__}** | {part.__doc__} | {_fields(part)} |\n" for part in _used() if issubclass(part, Part)
    ]
    return "\n## 组成部分 Parts\n\n| 名称 Part | 含义 Meaning | 字段 Fields |\n|---|---|---|\n" + "".join(rows)


def _words() -> str:
    rows = [_word(kind) for kind in _used() if isinstance(kind, EnumType)]
    return "\n## 用词 Words\n\n| 名称 Set | 取值 Values |\n|---|---|\n" + "".join(rows)


def _word(kind: Any) -> str:  # noqa: ANN401  (a class of words)
    values = "，".join(f"`{word.value}` {word.zh}" for word in kind)
    return f"| **{kind.__name__}** | {values} |\n"
