"""Forums of government and enterprises."""

from pydantic import Field

from shared.events.base import SessionEvent
from shared.identifiers import Moment


class ForumHeld(SessionEvent, type="chunfeng.forum.held.v1"):
    """A session's forum was held; carries the count of issues raised."""

    held_at: Moment
    issues: int | None = Field(default=None, ge=0, description="Stated by the service")
