"""The base of the tables, and what every part of the work stands on: the campaign."""

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
