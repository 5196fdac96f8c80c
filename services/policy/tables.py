"""The policy service's tables."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
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


class Visits(Table, table=True):
    """A banner session's day of visits."""

    __tablename__ = "visits"
    session: str = Field(primary_key=True)
    concluded_at: datetime | None = None
    teams: int | None = None
    """Teams assigned by the time it was concluded: the control total of its bulletin."""


class Team(Table, table=True):
    """A policy team as it was assigned; people are given with the credit code of their unit."""

    __tablename__ = "team"
    session: str = Field(primary_key=True, foreign_key="visits.session")
    team: str = Field(primary_key=True)
    leader: dict[str, str] = Field(sa_type=JSONB)
    liaison: dict[str, str] = Field(sa_type=JSONB)
    members: list[dict[str, str]] = Field(sa_type=JSONB)
    topics: list[str] = Field(sa_type=JSONB)
    late: bool
    """Recorded after the visits were concluded, so not in their count."""
