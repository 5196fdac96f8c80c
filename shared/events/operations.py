"""What operators do to messages in quarantine, at any service."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Event
from shared.identifiers import Line, Slug

_Message = Annotated[int, Field(ge=1, description="its number in the stream")]


class QuarantineEvent(Event):
    """Something was done to a message in a service's quarantine."""

    service: Slug
    message: _Message

    @property
    def subject(self) -> str:
        """The message in its quarantine."""
        return f"quarantine/{self.service}/{self.message}"


class QuarantineMended(QuarantineEvent, type="chunfeng.quarantine.mended.v1"):
    """The data of a message in quarantine were mended; the message itself is kept beside them (row 85)."""

    reason: Line
    old: Annotated[str, Field(max_length=100_000)]
    new: Annotated[str, Field(max_length=100_000)]


class QuarantineReplayed(QuarantineEvent, type="chunfeng.quarantine.replayed.v1"):
    """A message in quarantine was applied after all, as it came or as mended (row 85)."""

    fact: Annotated[str, Field(min_length=1, max_length=400)]
    mended: bool


class QuarantineDismissed(QuarantineEvent, type="chunfeng.quarantine.dismissed.v1"):
    """A message in quarantine was put away for good with a reason; it is kept (row 85)."""

    reason: Line
