"""Tables of rosters and meetings."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.forums.tables.base import Table


class Participant(Table, table=True):
    """Somebody on a forum's roster or its waitlist, and whether he came."""

    __tablename__ = "participant"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    participant: str = Field(primary_key=True)
    kind: str
    name: str
    unit: str
    organisation: str | None = None
    post: str
    rank: str
    place: str
    number: int
    late: bool
    reason: str | None = None
    presence: str | None = None
    substitute: str | None = None
    substitute_post: str | None = None
    presence_reason: str | None = None


class Need(Table, table=True):
    """What an enterprise needs at the forum; one heard from the policy service may come before the plan."""

    __tablename__ = "need"
    session: str = Field(primary_key=True)
    need: str = Field(primary_key=True)
    enterprise: str
    enterprise_code: str
    tags: list[str] = Field(sa_type=JSONB)
    text: str | None = Field(default=None, sa_type=Text)
    withdrawn: str | None = None


class Arrangement(Table, table=True):
    """What was arranged for a forum: the newest fact of one type."""

    __tablename__ = "arrangement"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    kind: str = Field(primary_key=True)
    data: dict[str, Any] = Field(sa_type=JSONB)


class Speech(Table, table=True):
    """Somebody spoke for an enterprise."""

    __tablename__ = "speech"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    participant: str = Field(primary_key=True)
    number: int
    started_at: datetime


class Consultation(Table, table=True):
    """Somebody asked at a consultation seat."""

    __tablename__ = "consultation"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    consultation: str = Field(primary_key=True)
    period: str
    given_at: datetime
    topic: str | None = None
    enterprise: str | None = None
    question: str | None = Field(default=None, sa_type=Text)
    answered: bool
    late: bool


class Minutes(Table, table=True):
    """One revision of a forum's minutes; none is ever changed."""

    __tablename__ = "minutes"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    revision: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    editor: str
    unit: str
    revised_at: datetime
    note: str | None = None


class Team(Table, table=True):
    """A policy team's people, as heard from the policy service: who may sit at consultation seats."""

    __tablename__ = "team"
    session: str = Field(primary_key=True)
    team: str = Field(primary_key=True)
    version: int
    people: list[dict[str, Any]] = Field(sa_type=JSONB)
