"""The forum itself: agenda, speakers, consultation seats, vehicles, minutes."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.base import Part, SessionEvent
from shared.identifiers import Article, CreditCode, Line, Moment, Prose, Slug
from shared.vocabulary import ForumItem, PolicyTopic, Rank, SeatPeriod


class ForumHost(Part):
    """Who hosts the forum (notice §二(二)3: 旗区主要负责人)."""

    name: Line
    post: Line
    unit: CreditCode
    rank: Rank


class AgendaItem(Part):
    """One of the four items with its minutes."""

    item: ForumItem
    minutes: int = Field(ge=1, le=120)


class AgendaSet(SessionEvent, type="chunfeng.agenda.set.v1"):
    """A forum's agenda was set: when it starts, who hosts it, and the minutes of the four items in order (§二(二)4)."""

    starts_at: Moment
    host: ForumHost
    items: Annotated[tuple[AgendaItem, ...], Field(min_length=1, max_length=8)]
    place: Line | None = None

    @property
    def subject(self) -> str:
        """The agenda of a session; a later one replaces it."""
        return f"{self.session}/agenda"


class Speaker(Part):
    """Somebody of the roster who speaks, for how long and about what; who it is the service states."""

    participant: Slug
    minutes: int = Field(ge=1, le=60)
    about: Line | None = None
    name: Line | None = Field(default=None, description="Stated by the service")
    organisation: Line | None = Field(default=None, description="Stated by the service")


class SpeakersEvent(SessionEvent):
    """An event of a forum's speaking list."""

    @property
    def subject(self) -> str:
        """The speaking list of a session."""
        return f"{self.session}/speakers"


class SpeakersListed(SpeakersEvent, type="chunfeng.speakers.listed.v1"):
    """The enterprises that speak were put in order, with minutes each; a later list replaces it (§二(二)4(2))."""

    speakers: Annotated[tuple[Speaker, ...], Field(min_length=1, max_length=15)]

    @model_validator(mode="after")
    def speakers_differ(self) -> Self:
        """Refuse a list with somebody twice."""
        if len({one.participant for one in self.speakers}) < len(self.speakers):
            message = "同一人只能列一次 (a speaker stands on the list once)"
            raise ValueError(message)
        return self


class SpeechStarted(SpeakersEvent, type="chunfeng.speech.started.v1"):
    """The next speaker of the list began to speak: the order printed is the order spoken."""

    participant: Slug
    started_at: Moment


class SeatStaff(Part):
    """A member of a policy team at a consultation seat."""

    name: Line
    unit: CreditCode
    team: Slug


class ConsultationWindow(Part):
    """When seats are staffed, before or after the forum, and by whom; an empty one is a gap to be filled."""

    period: SeatPeriod
    starts_at: Moment
    ends_at: Moment
    staff: Annotated[tuple[SeatStaff, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        """Refuse a window that ends before it starts."""
        if self.ends_at <= self.starts_at:
            message = "结束时间应晚于开始时间 (the end must be after the start)"
            raise ValueError(message)
        return self


class ConsultationSeatsStaffed(SessionEvent, type="chunfeng.consultation-seats.staffed.v1"):
    """Policy-consultation seats were staffed with policy-team members, before and after the forum (§二(二)6(2))."""

    windows: Annotated[tuple[ConsultationWindow, ...], Field(min_length=1, max_length=2)]
    place: Line | None = None
    empty: tuple[SeatPeriod, ...] | None = Field(default=None, description="Stated by the service: nobody sits there")

    @model_validator(mode="after")
    def periods_differ(self) -> Self:
        """Refuse two windows of the same period."""
        if len({one.period for one in self.windows}) < len(self.windows):
            message = "会前、会后各列一次 (one window before, one after)"
            raise ValueError(message)
        return self

    @property
    def subject(self) -> str:
        """The consultation seats of a session; a later staffing replaces it."""
        return f"{self.session}/consultation-seats"


class ConsultationGiven(SessionEvent, type="chunfeng.consultation.given.v1"):
    """Somebody asked about a policy at a consultation seat; each is counted (notice §二(二)6(2))."""

    consultation: Slug
    period: SeatPeriod
    given_at: Moment
    topic: PolicyTopic | None = None
    enterprise: Line | None = None
    question: Prose | None = None
    answered: bool = True
    late: bool | None = Field(default=None, description="Stated by the service: after the forum's count")

    @property
    def subject(self) -> str:
        """The consultation within its session."""
        return f"{self.session}/consultations/{self.consultation}"


class Vehicle(Part):
    """A vehicle, its driver, when and where it leaves, and who of the roster and who else is on board."""

    vehicle: Slug
    plate: Line
    driver: Line
    seats: int = Field(ge=1, le=60, description="For passengers, the driver's not counted")
    departs_at: Moment
    departs_from: Line
    bound_for: Line
    passengers: Annotated[tuple[Slug, ...], Field(max_length=60)] = ()
    others: Annotated[tuple[Line, ...], Field(max_length=60)] = ()


class VehiclesArranged(SessionEvent, type="chunfeng.vehicles.arranged.v1"):
    """The general office arranged the vehicles that bring the city's persons to the forum (notice §二(二)6(3))."""

    vehicles: Annotated[tuple[Vehicle, ...], Field(min_length=1, max_length=20)]
    own_way: Annotated[tuple[Slug, ...], Field(max_length=60)] = ()
    seats: int | None = Field(default=None, ge=0, description="Stated by the service")
    persons: int | None = Field(default=None, ge=0, description="Stated by the service: on board")
    unplaced: tuple[Line, ...] | None = Field(default=None, description="Stated by the service: without a seat yet")

    @property
    def subject(self) -> str:
        """The vehicles of a session; a later plan replaces it."""
        return f"{self.session}/vehicles"


class MinutesRevised(SessionEvent, type="chunfeng.minutes.revised.v1"):
    """A forum's minutes were written, or revised from the revision the editor had read (notice §二(二)4)."""

    text: Article
    based_on: int = Field(ge=0, description="The revision the editor started from; 0 for the first")
    editor: Line
    revised_at: Moment
    note: Line | None = None
    revision: int | None = Field(default=None, ge=1, description="Stated by the service")

    @property
    def subject(self) -> str:
        """The minutes of a session."""
        return f"{self.session}/minutes"
