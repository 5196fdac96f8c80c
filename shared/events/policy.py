"""Policy teams and their visits."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Part, SessionEvent
from shared.identifiers import CreditCode, Line, Moment, Slug


class TeamMember(Part):
    """A member of a policy team."""

    name: Line
    unit: CreditCode


class TeamAssigned(SessionEvent, type="chunfeng.team.assigned.v1"):
    """A policy team was assigned to a session: leader from the DRC, liaison from the banner (notice §二(四)3)."""

    team: Slug
    leader: TeamMember
    liaison: TeamMember
    members: Annotated[tuple[TeamMember, ...], Field(min_length=1, max_length=30)]
    topics: tuple[Line, ...] = ()

    @property
    def subject(self) -> str:
        """The team within its session."""
        return f"{self.session}/{self.team}"


class VisitsConcluded(SessionEvent, type="chunfeng.visits.concluded.v1"):
    """A session's policy teams finished their day; carries the count of teams."""

    concluded_at: Moment
    teams: int | None = Field(default=None, ge=0, description="Stated by the service")
