"""Reads well-formed bodies in one pass of pydantic's own parser; whatever it is not sure of takes the careful way.

The careful way (shared.envelope) names every fault; this one only has to be right about the faultless. Its parser
keeps the last of two equal names in silence, so the names in the text are counted against the fields it set: without
a backslash in the text, every `":` ends a name.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, create_model

from shared.envelope import LONGEST_ID, LONGEST_SOURCE, Incoming, digest, written
from shared.events import Event
from shared.identifiers import Moment

_Identifier = Annotated[str, StringConstraints(pattern=rf"^[!-~]{{1,{LONGEST_ID}}}$")]
_Source = Annotated[str, StringConstraints(pattern=rf"^[!-~]{{1,{LONGEST_SOURCE}}}$")]
_NAME_END: Final = b'":'
_CANNOT_TELL: Final = -1_000_000


class _Envelope(BaseModel):
    """The attributes that the swift way knows; any other extension takes the careful one."""

    model_config = ConfigDict(extra="forbid")

    specversion: Literal["1.0"]
    id: _Identifier
    source: _Source
    type: str
    time: Moment | None = None
    datacontenttype: Literal["application/json"] | None = None
    subject: str | None = None
    correlationid: _Identifier | None = None
    traceparent: _Identifier | None = None


class SwiftReader:
    """Reads one event or a batch, or says that it cannot tell."""

    def __init__(self, accepts: Mapping[str, type[Event]]) -> None:
        """Prepare for the event types a service accepts."""
        self._parts_of = {kind: _parts(kind) for kind in accepts.values()}
        models = [_envelope_of(name, kind) for name, kind in accepts.items()]
        any_event: Any = Annotated[Union[tuple(models)], Field(discriminator="type")]  # noqa: UP007  (from a list)
        self._one: TypeAdapter[Any] = TypeAdapter(any_event)
        self._many: TypeAdapter[list[Any]] = TypeAdapter(list[any_event])

    def read(self, body: bytes, *, batch: bool) -> list[Incoming] | None:
        """Return the events of a body, or None if it needs the careful reading."""
        if b"\\" in body:
            return None
        try:
            read = (
                self._many.validate_json(body, extra="forbid")
                if batch
                else [self._one.validate_json(body, extra="forbid")]
            )
        except (ValidationError, ValueError, RecursionError):
            return None
        if body.count(_NAME_END) != sum(map(self._names, read)):
            return None
        return [_incoming(one) for one in read]

    def _names(self, one: Any) -> int:  # noqa: ANN401  (a model made above)
        """Count the names that were set in an event; parts within parts are left to the careful way."""
        data = one.data
        count = len(one.__pydantic_fields_set__) + len(data.__pydantic_fields_set__)
        values = data.__dict__
        for name in self._parts_of[type(data)]:
            if (value := values[name]) is None:
                continue
            if not isinstance(value, BaseModel):
                return _CANNOT_TELL
            if any(values_of for values_of in value.__dict__.values() if isinstance(values_of, (BaseModel, dict))):
                return _CANNOT_TELL
            count += len(value.__pydantic_fields_set__)
        return count


@cache  # made once for all who read such events in this process: 3 ms each
def _envelope_of(event_type: str, kind: type[Event]) -> Any:  # noqa: ANN401  (a model made here)
    fields: dict[str, Any] = {"type": (Literal[event_type], ...), "data": (kind, ...)}
    return create_model(f"Posted{kind.__name__}", __base__=_Envelope, **fields)


def _parts(model: type[BaseModel]) -> tuple[str, ...]:
    """Name the fields that may hold further names: parts, and collections of whatever kind."""
    return tuple(name for name, field in model.model_fields.items() if _may_hold_names(field.annotation))


def _may_hold_names(annotation: Any) -> bool:  # noqa: ANN401  (a type form)
    if isinstance(annotation, type) and not get_args(annotation):
        return issubclass(annotation, (BaseModel, dict, tuple))
    return get_origin(annotation) in (dict, tuple) or any(map(_may_hold_names, get_args(annotation)))


def _incoming(one: Any) -> Incoming:  # noqa: ANN401  (a model made above)
    values = one.__dict__
    event, event_id, time = values["data"], values["id"], values["time"]
    payload = written(event)
    return Incoming(
        values["source"],
        event_id,
        event,
        time,
        values["correlationid"] or event_id,
        values["traceparent"],
        digest(event.type, time, payload),
        payload,
    )
