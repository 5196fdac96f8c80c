"""Tables of the site surveys."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.forums.tables.base import Table


class Site(Table, table=True):
    """A spring-start venue as its banner filed it last."""

    __tablename__ = "site"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    site: str = Field(primary_key=True)
    kind: str
    place: str
    starts_on: date
    preparation: str = Field(sa_type=Text)
    lacking: list[str] = Field(sa_type=JSONB)
    projects: list[dict[str, Any]] = Field(sa_type=JSONB)


class Choice(Table, table=True):
    """A project that may be, or is, visited."""

    __tablename__ = "choice"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    project_code: str = Field(primary_key=True)
    site: str
    state: str
    project: dict[str, Any] = Field(sa_type=JSONB)
    proposed_at: datetime | None = None
    chosen_at: datetime | None = None
    chosen_by: str | None = None
    dropped: str | None = None


class Finding(Table, table=True):
    """Something found on a project's site, and the issue it has become."""

    __tablename__ = "finding"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    finding: str = Field(primary_key=True)
    project_code: str
    topic: str
    text: str = Field(sa_type=Text)
    found_at: datetime
    photos: list[str] = Field(sa_type=JSONB)
    issue: str
    late: bool


class Survey(Table, table=True):
    """How a session's survey ended: held, with its control totals, or called off."""

    __tablename__ = "survey"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    held_at: datetime | None = None
    started_at: datetime | None = None
    presented_by: list[dict[str, Any]] = Field(sa_type=JSONB)
    situation: str | None = Field(default=None, sa_type=Text)
    projects: int
    findings: int
    city: int
    banner: int
    owners: int
    corrections: int = 0
    correction: str | None = Field(default=None, sa_type=Text)
    called_off: str | None = Field(default=None, sa_type=Text)
    called_off_at: datetime | None = None
    called_off_by: str | None = Field(default=None, sa_type=Text)


class Photo(Table, table=True):
    """A picture of a survey as it is kept: made anew, with nothing of where or with what it was taken."""

    __tablename__ = "photo"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    sha256: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    width: int
    height: int
    unit: str
    """Who uploaded it."""
    uploaded_at: datetime
