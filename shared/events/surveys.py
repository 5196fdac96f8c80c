"""The site survey: the banner's spring-start venues, the projects chosen on the day, findings, the end (rows 42-45)."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Part, SessionEvent
from shared.events.campaign import Official
from shared.identifiers import CreditCode, Day, Line, Moment, ProjectCode, Prose, Sha256, Slug
from shared.vocabulary import StartVenue


class StartingProject(Part):
    """A project of the spring collective start (notice §二(三)4(1))."""

    project_code: ProjectCode
    name: Line
    owner_code: CreditCode
    owner_name: Line
    investment: Line | None = Field(default=None, description="As the banner writes it, such as 总投资3.2亿元")


class SurveySiteFiled(SessionEvent, type="chunfeng.survey.site-filed.v1"):
    """A banner filed its spring-start venue, how far it is, and what starts there; again replaces (notice §二(三)3)."""

    site: Slug
    kind: StartVenue
    place: Line
    starts_on: Day
    preparation: Prose
    lacking: Annotated[tuple[Line, ...], Field(max_length=20)] = Field(
        default=(), description="What is not ready yet; nothing means that the venue is ready"
    )
    projects: Annotated[tuple[StartingProject, ...], Field(min_length=1, max_length=100)]

    @property
    def subject(self) -> str:
        """The venue within its session."""
        return f"{self.session}/sites/{self.site}"


class SurveyProjectEvent(SessionEvent):
    """An event of one project that is, or may be, looked at."""

    site: Slug
    project_code: ProjectCode

    @property
    def subject(self) -> str:
        """The project within its session's survey."""
        return f"{self.session}/survey/{self.project_code}"


class SurveySiteProposed(SurveyProjectEvent, type="chunfeng.survey.site-proposed.v1"):
    """A project was proposed for the survey: a candidate, for the choice is made on the day (notice §二(三)3)."""

    proposed_at: Moment
    project: StartingProject | None = Field(default=None, description="Stated by the service: as the banner filed it")


class SurveySiteChosen(SurveyProjectEvent, type="chunfeng.survey.site-chosen.v1"):
    """A project was chosen on the day for the survey; posted for an earlier day it is a proposal (notice §二(三)3)."""

    chosen_at: Moment
    chosen_by: Official | None = None
    project: StartingProject | None = Field(default=None, description="Stated by the service: as the banner filed it")


class SurveySiteDropped(SurveyProjectEvent, type="chunfeng.survey.site-dropped.v1"):
    """A candidate, or a project chosen on the day, is not visited after all (notice §二(三)3)."""

    reason: Line
    dropped_at: Moment


class SurveyFindingRecorded(SessionEvent, type="chunfeng.survey.finding-recorded.v1"):
    """Something was found on a project's site; it becomes an issue of the session (notice §二(三))."""

    finding: Slug
    project_code: ProjectCode
    topic: Line
    text: Prose
    found_at: Moment
    photos: Annotated[tuple[Sha256, ...], Field(max_length=9)] = Field(
        default=(), description="Hashes of pictures uploaded before, as they are kept: without position"
    )
    issue: Slug | None = Field(default=None, description="Stated by the service: the issue it has become")

    @property
    def subject(self) -> str:
        """The finding within its session."""
        return f"{self.session}/findings/{self.finding}"


class SurveyTotals(Part):
    """The forums service's control totals of a survey."""

    projects: int = Field(ge=0, description="Chosen on the day and not dropped")
    findings: int = Field(ge=0)
    city: int = Field(ge=0, description="Of the city departments: who was present at the forum (notice §二(三)4(2))")
    banner: int = Field(ge=0)
    owners: int = Field(ge=0, description="Owners of the projects visited")


class SurveyReport(SessionEvent):
    """What is told of a survey that was held."""

    started_at: Moment | None = None
    held_at: Moment
    presented_by: Annotated[tuple[Official, ...], Field(max_length=20)] = ()
    situation: Prose | None = Field(default=None, description="The collective start of the same day (notice §二(三)5)")
    totals: SurveyTotals | None = Field(default=None, description="Stated by the service")


class SurveyHeld(SurveyReport, type="chunfeng.survey.held.v1"):
    """A session's survey was held, the owner presenting on site; carries its control totals (notice §二(三))."""


class SurveyCorrected(SurveyReport, type="chunfeng.survey.corrected.v1"):
    """What was told of a survey's end was replaced as a whole and counted anew, with the reason (notice §二(三))."""

    reason: Line
    corrected_at: Moment
    visited: Annotated[tuple[ProjectCode, ...], Field(min_length=1, max_length=20)] | None = Field(
        default=None,
        description="What was really visited, if not what was chosen: the service drops and chooses accordingly",
    )


class SurveyCalledOff(SessionEvent, type="chunfeng.survey.called-off.v1"):
    """A session's survey was called off, with the reason; SurveyHeld later takes that back (notice §二(三))."""

    reason: Line
    called_off_at: Moment
    decided_by: Official | None = None
