"""Tables of the forum itself."""

from datetime import datetime

from sqlmodel import Field

from services.forums.tables.base import Table


class Forum(Table, table=True):
    """A banner session's forum."""

    __tablename__ = "forum"
    session: str = Field(primary_key=True)
    held_at: datetime | None = None
    issues: int | None = None
    """Issues raised by the time it was held: the control total of its bulletin."""
    locked_at: datetime | None = None
    scheduled_at: datetime | None = None
    scheduled_version: int = 0
    forum_at: datetime | None = None
    forum_version: int = 0
    venue: str | None = None
