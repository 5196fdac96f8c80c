"""What a campaign's data says of its sessions beforehand: their actions in order, who owes what, where they may be."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from shared.events.base import Part
from shared.identifiers import Line, Moment, Slug
from shared.vocabulary import Action, Level, SessionKind

_DAY: Final = 24 * 60


class Venue(Part):
    """Where a session takes place; `kind` is park, government_office or service_centre (notice §二(一)2, (五)2)."""

    kind: Annotated[str, Field(pattern=r"^(park|government_office|service_centre)$")]
    name: Line


class ActionTemplate(Part):
    """An action of a kind of session: how long it takes, and after which others it may begin."""

    action: Action
    minutes: int | None = Field(default=None, ge=1, le=_DAY, description="None: for the rest of the day (全天)")
    after: tuple[Action, ...] = ()


class PlannedAction(Part):
    """An action of one session in its plan."""

    action: Action
    starts_at: Moment
    minutes: int | None = Field(default=None, ge=1, le=_DAY, description="None: for the rest of the day (全天)")
    place: Line | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When it ends; what lasts all day has no hour."""
        return None if self.minutes is None else self.starts_at + timedelta(minutes=self.minutes)


class Duty(Part):
    """What the notice makes units responsible for; each unit of a named bureau owes it for itself."""

    duty: Slug
    ref: Line = Field(description="Its number in the list of requirements: A11, F7, S9")
    title: Line
    title_en: Line
    source: Line = Field(description="Where the notice says so: §二(一)6(1)")
    kinds: Annotated[tuple[SessionKind, ...], Field(min_length=1)]
    level: Level
    bureaus: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=50)]
    once: bool = Field(default=False, description="Owed once for the whole campaign, not for every session")
    gate: bool = Field(default=True, description="A session is not ready while it is undone")
    days_before: int = Field(default=1, ge=-30, le=60, description="Due this many days before the session's day")
    fulfilled_by: tuple[Line, ...] = Field(default=(), description="Types of events that fulfil it by themselves")


NOTICE_ACTIONS: Final[Mapping[SessionKind, tuple[ActionTemplate, ...]]] = MappingProxyType(
    {
        SessionKind.BANNER: (
            ActionTemplate(action=Action.APPROVAL, minutes=20),
            ActionTemplate(action=Action.FORUM, minutes=120, after=(Action.APPROVAL,)),
            ActionTemplate(action=Action.SURVEY, minutes=90, after=(Action.FORUM,)),
            ActionTemplate(action=Action.POLICY, after=(Action.APPROVAL, Action.FORUM)),
        ),
        SessionKind.CITY: (ActionTemplate(action=Action.APPROVAL, minutes=20),),
    }
)
"""The notice's four actions and their durations (§二(一)1, (二)1, (三)1, (四)1, (五)1)."""
