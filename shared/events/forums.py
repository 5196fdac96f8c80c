"""Forums and the issues raised there."""

from pydantic import Field

from shared.events.base import SessionEvent
from shared.identifiers import Line, Moment, Prose, Slug


class IssueRaised(SessionEvent, type="chunfeng.issue.raised.v1"):
    """An enterprise raised a difficulty or a suggestion at the forum (notice §二(二)4(2))."""

    issue: Slug
    enterprise: Line
    topic: Line
    text: Prose
    raised_at: Moment

    @property
    def subject(self) -> str:
        """The issue within its session."""
        return f"{self.session}/{self.issue}"


class ForumHeld(SessionEvent, type="chunfeng.forum.held.v1"):
    """A session's forum was held; carries the count of issues raised."""

    held_at: Moment
    issues: int | None = Field(default=None, ge=0, description="Stated by the service")
