"""The forums service's tables."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of this service's tables."""


class Campaign(Table, table=True):
    """A campaign as planned."""

    __tablename__ = "campaign"
    campaign: str = Field(primary_key=True)
    plan: str = Field(sa_type=Text)
    """The data of its CampaignPlanned event."""


class Forum(Table, table=True):
    """A banner session's forum."""

    __tablename__ = "forum"
    session: str = Field(primary_key=True)
    held_at: datetime | None = None
    issues: int | None = None
    """Issues raised by the time it was held: the control total of its bulletin."""


class Issue(Table, table=True):
    """An issue as it was raised."""

    __tablename__ = "issue"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    issue: str = Field(primary_key=True)
    enterprise: str
    topic: str
    text: str = Field(sa_type=Text)
    raised_at: datetime
    late: bool
    """Recorded after the forum was held, so not in its count."""
