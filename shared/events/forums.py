"""Forums of government and enterprises."""

from pydantic import Field

from shared.events.base import SessionEvent
from shared.events.roster import ClassCount
from shared.identifiers import Moment


class ForumHeld(SessionEvent, type="chunfeng.forum.held.v1"):
    """A session's forum was held; carries the counts of issues raised, of who came and of consultations."""

    held_at: Moment
    issues: int | None = Field(default=None, ge=0, description="Stated by the service")
    attendance: tuple[ClassCount, ...] | None = Field(default=None, description="Stated by the service, by class")
    speakers: int | None = Field(default=None, ge=0, description="Stated by the service: who spoke for enterprises")
    consultations: int | None = Field(default=None, ge=0, description="Stated by the service: at the seats so far")
