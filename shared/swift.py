"""Reads well-formed bodies in one pass of pydantic's own parser; whatever it is not sure of takes the careful way.

The careful way (shared.envelope) names every fault; this one only has to be right about the faultless. Its parser
keeps the last of two equal names in silence, so the names in the text are counted against the fields it set: without
a backslash in the text, every `":` ends a name.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, create_model

from shared.envelope import LONGEST_ID, LONGEST_SOURCE, Incoming, digest
from shared.events import Event
from shared.identifiers import Moment

_Identifier = Annotated[str, StringConstraints(pattern=rf"^[!-~]{{1,{LONGEST_ID}}}$")]
_Source = Annotated[str, StringConstraints(pattern=rf"^[!-~]{{1,{LONGEST_SOURCE}}}$")]
_NAME_END: Final = b'":'


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
        if body.count(_NAME_END) != sum(map(_names, read)):
            return None
        return [_incoming(one) for one in read]


def _envelope_of(event_type: str, kind: type[Event]) -> Any:  # noqa: ANN401  (a model made here)
    fields: dict[str, Any] = {"type": (Literal[event_type], ...), "data": (kind, ...)}
    return create_model(f"Posted{kind.__name__}", __base__=_Envelope, **fields)


def _names(model: BaseModel) -> int:
    """Count the names that were set in a model and its parts."""
    count = len(model.model_fields_set)
    for value in model.__dict__.values():
        if isinstance(value, BaseModel):
            count += _names(value)
        elif isinstance(value, (tuple, dict)) and value:
            return -1_000_000  # parts in collections are rare enough for the careful way
    return count


def _incoming(one: Any) -> Incoming:  # noqa: ANN401  (a model made above)
    event: Event = one.data
    payload = event.model_dump_json()
    return Incoming(
        one.source,
        one.id,
        event,
        one.time,
        one.correlationid or one.id,
        one.traceparent,
        digest(event.type, one.time, payload),
        payload,
    )
