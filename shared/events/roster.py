"""Who sits down at a forum: needs reported beforehand, departments invited, persons confirmed, and who came."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.base import Part, SessionEvent
from shared.identifiers import CreditCode, Line, Moment, Prose, Slug
from shared.vocabulary import ForumClass, Presence, Rank


class ForumNeedEvent(SessionEvent):
    """An event of one need an enterprise wants to speak about at the forum."""

    need: Slug

    @property
    def subject(self) -> str:
        """The need within its session."""
        return f"{self.session}/forum-needs/{self.need}"


class ForumNeedReported(ForumNeedEvent, type="chunfeng.forum-need.reported.v1"):
    """A banner reported beforehand what an enterprise needs at the forum (notice §二(二)5(1): 提前上报的企业需求)."""

    enterprise: Line
    enterprise_code: CreditCode
    tags: Annotated[tuple[Line, ...], Field(min_length=1, max_length=8)]
    text: Prose | None = None


class ForumNeedWithdrawn(ForumNeedEvent, type="chunfeng.forum-need.withdrawn.v1"):
    """A need reported for the forum was taken back, with the reason."""

    reason: Line


class InvitedDepartment(Part):
    """One of the 18 departments, how many persons it sends, and why it is invited."""

    unit: CreditCode
    persons: int = Field(default=1, ge=1, le=15)
    needs: Annotated[tuple[Slug, ...], Field(max_length=100)] = ()
    reason: Line | None = Field(default=None, description="In words; the service adds what the needs say")


class DepartmentsInvited(SessionEvent, type="chunfeng.departments.invited.v1"):
    """City departments were chosen out of the 18 by the enterprises' needs, each with its reason (§二(二)5(1))."""

    invited_at: Moment
    departments: Annotated[tuple[InvitedDepartment, ...], Field(min_length=1, max_length=18)]

    @property
    def subject(self) -> str:
        """The invitation of a session; a later one replaces it."""
        return f"{self.session}/invitation"


class Participant(Part):
    """A person at the forum; of an enterprise `unit` is its credit code and `organisation` its name."""

    participant: Slug
    name: Line
    unit: CreditCode
    organisation: Line | None = None
    post: Line
    rank: Rank = Rank.MEMBER


class RosterEvent(SessionEvent):
    """An event of a forum's roster, whose places are given in the order of the posts."""

    @property
    def subject(self) -> str:
        """The roster of a session."""
        return f"{self.session}/roster"


Participants = Annotated[tuple[Participant, ...], Field(min_length=1, max_length=60)]


class ParticipantsConfirmed(RosterEvent, type="chunfeng.participants.confirmed.v1"):
    """Persons of one class were given places at the forum, as far as its cap goes (notice §二(二)5: 15、10、15人)."""

    kind: ForumClass
    participants: Participants
    reason: Line | None = Field(default=None, description="Why so late, once the roster is locked")
    late: bool | None = Field(default=None, description="Stated by the service: after the roster was locked")

    @model_validator(mode="after")
    def persons_differ(self) -> Self:
        """Refuse a list that uses an id twice."""
        if len({one.participant for one in self.participants}) < len(self.participants):
            message = "同一名单内人员编号不能重复 (the participants' ids must differ)"
            raise ValueError(message)
        return self


class WaitingPerson(Part):
    """A person on a class's waitlist, and the person's place there."""

    person: Participant
    number: int = Field(ge=1)


class ParticipantsWaitlisted(RosterEvent, type="chunfeng.participants.waitlisted.v1"):
    """Persons found the places of their class taken and wait in order."""

    kind: ForumClass
    waiting: Annotated[tuple[WaitingPerson, ...], Field(min_length=1, max_length=60)]


class ParticipantWithdrawn(RosterEvent, type="chunfeng.participant.withdrawn.v1"):
    """A person gave up a place at the forum, or in its waitlist, with the reason."""

    participant: Slug
    reason: Line
    late: bool | None = Field(default=None, description="Stated by the service: after the roster was locked")


class ParticipantPromoted(RosterEvent, type="chunfeng.participant.promoted.v1"):
    """The first of a waitlist got the place that became free."""

    kind: ForumClass
    person: Participant


class ParticipantReplaced(RosterEvent, type="chunfeng.participant.replaced.v1"):
    """A unit sends another of its people in somebody's place, with the reason."""

    participant: Slug
    by: Participant
    reason: Line
    late: bool | None = Field(default=None, description="Stated by the service: after the roster was locked")


class RosterClass(Part):
    """One class of a roster when it was locked."""

    kind: ForumClass
    cap: int | None = Field(description="None where the class has no cap")
    participants: tuple[Participant, ...]
    waiting: int = Field(ge=0)


class RosterLocked(RosterEvent, type="chunfeng.roster.locked.v1"):
    """A forum's roster was locked; from then on every change needs a reason and is the organisers'."""

    locked_at: Moment
    roster: tuple[RosterClass, ...] | None = Field(default=None, description="Stated by the service")


class Attendance(Part):
    """Whether one person of the roster came; a substitute has a name of his own."""

    participant: Slug
    presence: Presence
    substitute: Line | None = None
    substitute_post: Line | None = None
    reason: Line | None = Field(default=None, description="Why excused or absent, if it is known")

    @model_validator(mode="after")
    def substitute_has_a_name(self) -> Self:
        """Refuse a substitute without a name, and a name without a substitute."""
        if (self.presence is Presence.SUBSTITUTE) != (self.substitute is not None):
            message = "替会须填写替会人姓名，其他情形不填 (substitute goes with presence substitute)"
            raise ValueError(message)
        return self


class AttendanceTaken(SessionEvent, type="chunfeng.attendance.taken.v1"):
    """Persons of the roster signed in at the forum, or were noted absent or excused; the last word of each counts."""

    taken_at: Moment
    entries: Annotated[tuple[Attendance, ...], Field(min_length=1, max_length=80)]
    late: bool | None = Field(default=None, description="Stated by the service: after the forum was held")

    @property
    def subject(self) -> str:
        """The attendance of a session."""
        return f"{self.session}/attendance"


class ClassCount(Part):
    """How many persons of one class had a place at the forum, and how they came."""

    kind: ForumClass
    planned: int = Field(ge=0)
    present: int = Field(ge=0, description="In person")
    substitutes: int = Field(ge=0)
    excused: int = Field(ge=0)
    absent: int = Field(ge=0)
    unknown: int = Field(ge=0, description="Nobody has noted whether they came")
