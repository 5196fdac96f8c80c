"""Tables of the issues raised."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from services.forums.tables.base import Table


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
