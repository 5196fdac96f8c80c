"""What every event is: frozen, past tense, registered under an explicit wire type."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict

from shared.identifiers import ProjectCode, Slug
from shared.vocabulary import Formality, Level

EVENTS: Final[dict[str, type["Event"]]] = {}
"""Every event class by wire type."""


class Part(BaseModel):
    """A frozen piece of an event."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=False)


class Event(Part):
    """A fact in the past tense; `type` is its CloudEvents type, version included."""

    type: ClassVar[str]

    def __init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:  # noqa: A002, ANN401  (the wire's own word; pydantic's keywords)
        """Register the class under its wire type."""
        super().__init_subclass__(**kwargs)
        if type is not None:
            cls.type = type
            EVENTS[type] = cls

    @property
    def subject(self) -> str:
        """The aggregate this event belongs to (CloudEvents `subject`)."""
        raise NotImplementedError


class SessionEvent(Event):
    """An event of one session."""

    session: Slug

    @property
    def campaign(self) -> str:
        """The campaign the session belongs to: a session is named <campaign>-<division>."""
        return self.session.rpartition("-")[0]

    @property
    def subject(self) -> str:
        """The session itself."""
        return self.session


class ApplicationEvent(SessionEvent):
    """An event of one application: one formality of one project at one level, once per campaign (row 30)."""

    project_code: ProjectCode
    formality: Formality
    level: Level

    @cached_property
    def subject(self) -> str:  # asked for many times on the hot path
        """The application's key within its campaign."""
        return f"{self.campaign}/{self.project_code}/{self.formality.value}/{self.level.value}"


def among(events: Sequence[Event], *kinds: type[Event]) -> list[Any]:
    """Return the events of these kinds: their types are asked once, each event only for its type.

    To ask an event of a group itself costs half a microsecond, for pydantic's classes are abstract ones.
    """
    wanted = {kind for kind in set(map(type, events)) if issubclass(kind, kinds)}
    return [event for event in events if type(event) in wanted] if wanted else []
