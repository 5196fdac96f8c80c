"""Enterprises' policy needs, the teams composed for them, and their visits."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.base import Event, Part, SessionEvent
from shared.events.library import BrochureCode, Topics
from shared.identifiers import CreditCode, Line, Moment, Prose, Slug
from shared.vocabulary import Feedback, PolicyTopic, Standing


class NeedCollected(SessionEvent, type="chunfeng.need.collected.v1"):
    """An enterprise's wish to know about a policy was collected beforehand (notice §二(四): 预先收集)."""

    need: Slug
    enterprise: Line
    enterprise_code: CreditCode
    topic: PolicyTopic
    question: Prose | None = None

    @property
    def subject(self) -> str:
        """The need within its session."""
        return f"{self.session}/needs/{self.need}"


class NeedWithdrawn(SessionEvent, type="chunfeng.need.withdrawn.v1"):
    """A collected need was taken back, with the reason."""

    need: Slug
    reason: Line

    @property
    def subject(self) -> str:
        """The need within its session."""
        return f"{self.session}/needs/{self.need}"


class OfficialNominated(Event, type="chunfeng.official.nominated.v1"):
    """A unit named somebody of its staff who may join policy teams; the same id again replaces what was said."""

    campaign: Slug
    official: Slug
    unit: CreditCode
    name: Line
    standing: Standing
    post: Line

    @property
    def subject(self) -> str:
        """The official of a unit."""
        return f"{self.campaign}/officials/{self.unit}/{self.official}"


class TeamMember(Part):
    """A member of a policy team."""

    name: Line
    unit: CreditCode
    standing: Standing | None = None
    post: Line | None = None


class TeamComposition(SessionEvent):
    """Who a policy team is, what it speaks about and when it is on its way."""

    team: Slug
    leader: TeamMember
    liaison: TeamMember
    members: Annotated[tuple[TeamMember, ...], Field(min_length=1, max_length=30)]
    topics: tuple[Line, ...] = Field(default=(), description="Topics by their words or labels; others are uncovered")
    starts_at: Moment | None = Field(default=None, description="When the team departs")
    ends_at: Moment | None = None
    uncovered: tuple[Line, ...] | None = Field(default=None, description="Stated by the service: topics nobody covers")

    @model_validator(mode="after")
    def window_is_whole(self) -> Self:
        """Refuse half a window, and one that ends before it starts."""
        if (self.starts_at is None) != (self.ends_at is None):
            message = "出发和返回时间应同时填写 (starts_at and ends_at go together)"
            raise ValueError(message)
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            message = "返回时间应晚于出发时间 (ends_at must be after starts_at)"
            raise ValueError(message)
        return self

    @property
    def subject(self) -> str:
        """The team within its session."""
        return f"{self.session}/{self.team}"


class TeamAssigned(TeamComposition, type="chunfeng.team.assigned.v1"):
    """A policy team was assigned to a session: leader from the DRC, liaison from the banner (notice §二(四)3)."""


class TeamChanged(TeamComposition, type="chunfeng.team.changed.v1"):
    """A policy team was composed anew, with the reason: somebody fell ill, a topic came in addition."""

    reason: Line


class VisitEvent(SessionEvent):
    """An event of one team's visit to one enterprise."""

    team: Slug
    visit: Slug
    enterprise: Line
    enterprise_code: CreditCode

    @property
    def subject(self) -> str:
        """The visit within its session."""
        return f"{self.session}/visits/{self.visit}"


def _in_order(start: Moment, end: Moment) -> None:
    if end <= start:
        message = "结束时间应晚于开始时间 (the end must be after the start)"
        raise ValueError(message)


class VisitPlanned(VisitEvent, type="chunfeng.visit.planned.v1"):
    """A team's visit to an enterprise was planned; the same visit again moves it, until it is made."""

    starts_at: Moment
    ends_at: Moment
    topics: Topics
    place: Line | None = None

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        """Refuse a visit that ends before it starts."""
        _in_order(self.starts_at, self.ends_at)
        return self


class VisitQuestion(Part):
    """What an enterprise asked during a visit; without an answer it is left open."""

    question: Slug
    topic: PolicyTopic
    text: Prose
    answer: Prose | None = None
    answered_by: Line | None = None


class VisitRecord(VisitEvent):
    """What is told of a visit that was made."""

    started_at: Moment
    ended_at: Moment
    topics: Topics
    brochures: Annotated[tuple[BrochureCode, ...], Field(max_length=20)] = ()
    received_by: Line | None = None
    feedback: Feedback | None = None
    note: Prose | None = None

    @model_validator(mode="after")
    def ends_after_it_started(self) -> Self:
        """Refuse a visit that ended before it started."""
        _in_order(self.started_at, self.ended_at)
        return self


class EnterpriseVisited(VisitRecord, type="chunfeng.enterprise.visited.v1"):
    """A policy team was at an enterprise: what it spoke about, what it was asked and answered (notice §二(四)4(4))."""

    questions: Annotated[tuple[VisitQuestion, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def questions_differ(self) -> Self:
        """Refuse a question told twice."""
        if len({one.question for one in self.questions}) < len(self.questions):
            message = "问题编号不能重复 (the questions' ids must differ)"
            raise ValueError(message)
        return self


class VisitCorrected(VisitRecord, type="chunfeng.visit.corrected.v1"):
    """The log of a visit was replaced by a corrected one, with the reason; its questions stay as they were asked."""

    reason: Line


class VisitCancelled(VisitEvent, type="chunfeng.visit.cancelled.v1"):
    """A planned visit was called off, with the reason; planned again, it stands again."""

    reason: Line


class QuestionLeftOpen(SessionEvent, type="chunfeng.question.left-open.v1"):
    """A question asked during a visit was left unanswered: it becomes an issue of the session."""

    question: Slug
    team: Slug
    visit: Slug
    enterprise: Line
    enterprise_code: CreditCode
    topic: PolicyTopic
    text: Prose
    asked_at: Moment
    departments: tuple[CreditCode, ...] = Field(default=(), description="City departments that cover the topic")

    @property
    def subject(self) -> str:
        """The question within its session."""
        return f"{self.session}/questions/{self.question}"


class QuestionAnswered(SessionEvent, type="chunfeng.question.answered.v1"):
    """A question that a visit had left open was answered: by the team later, or as the issue it had become."""

    question: Slug
    answer: Prose
    answered_by: Line
    answered_at: Moment
    issue: Slug | None = Field(default=None, description="Stated by the service: the issue it had become")

    @property
    def subject(self) -> str:
        """The question within its session."""
        return f"{self.session}/questions/{self.question}"


class VisitsConcluded(SessionEvent, type="chunfeng.visits.concluded.v1"):
    """A session's policy teams finished their day; carries the count of teams."""

    concluded_at: Moment
    teams: int | None = Field(default=None, ge=0, description="Stated by the service")
    visits: int | None = Field(default=None, ge=0, description="Stated by the service: enterprises visited so far")
    questions: int | None = Field(default=None, ge=0, description="Stated by the service: asked during these visits")
    left_open: int | None = Field(default=None, ge=0, description="Stated by the service: of these, without an answer")
