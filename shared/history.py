"""Histories told from recorded facts: a fact as recorded, who posted it, and one thing that it changed. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

Told = tuple[str, str]
"""A word in Chinese and in English."""


class Change(BaseModel):
    """One thing a fact said, and what was said of it before."""

    model_config = ConfigDict(frozen=True)
    field: str
    zh: str
    en: str
    old: Told | None
    new: Told | None


class Recorded(BaseModel):
    """A fact as the outbox has it."""

    model_config = ConfigDict(frozen=True)
    event_id: str
    type: str
    version: int
    time: datetime
    recorded_at: datetime
    data: Mapping[str, Any]


def poster_of(event_id: str) -> str | None:
    """Return the unit that posted a fact: its id is <service>/<unit>/<place>/<id>, or a hash when nobody did."""
    parts = event_id.split("/", 3)
    return parts[1] if len(parts) == 4 else None  # noqa: PLR2004  (the parts just named)
