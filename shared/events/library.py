"""The policy library and the brochures printed from it."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Event, Part
from shared.identifiers import Article, CreditCode, Day, Line, Moment, PolicyNumber, Prose, Sha256, Slug
from shared.vocabulary import PolicyLevel, PolicyTopic

BrochureCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{5,12}$")]
"""What stands at the end of a brochure's short address."""
Topics = Annotated[tuple[PolicyTopic, ...], Field(min_length=1, max_length=8)]


class PolicyFile(Part):
    """A policy's file, handed in before at /v1/files and known by its hash."""

    sha256: Sha256
    name: Line


class PolicyEvent(Event):
    """An event of one policy of the library, which all campaigns share."""

    policy: Slug

    @property
    def subject(self) -> str:
        """The policy."""
        return f"policies/{self.policy}"


class PolicyEntry(PolicyEvent):
    """What the library says of a policy."""

    title: Line
    level: PolicyLevel
    issuer: Line
    number: PolicyNumber
    issued_on: Day
    effective_on: Day | None = None
    valid_until: Day | None = Field(default=None, description="The last day it is in force; absent: until repealed")
    topics: Topics
    summary: Prose
    text: Article | None = None
    file: PolicyFile | None = None
    source: Line | None = Field(default=None, description="Where it was published, as text")


class PolicyListed(PolicyEntry, type="chunfeng.policy.listed.v1"):
    """A policy was put into the library (notice §二(四)4(3))."""


class PolicyAmended(PolicyEntry, type="chunfeng.policy.amended.v1"):
    """A policy's entry was replaced by a corrected one, with the reason; the old one stays in the history."""

    reason: Line


class PolicyRepealed(PolicyEvent, type="chunfeng.policy.repealed.v1"):
    """A policy is no longer in force from a day on."""

    repealed_on: Day
    reason: Line


class BrochureEvent(Event):
    """An event of a department's brochure on one topic; the same brochure keeps its code in every edition."""

    campaign: Slug
    department: CreditCode
    topic: PolicyTopic

    @property
    def subject(self) -> str:
        """The brochure within its campaign."""
        return f"{self.campaign}/brochures/{self.department}/{self.topic.value}"


class PrintedPolicy(Part):
    """A policy as one edition of a brochure shows it."""

    policy: Slug
    title: Line
    level: PolicyLevel
    issuer: Line
    number: PolicyNumber
    issued_on: Day
    valid_until: Day | None = None
    summary: Prose


class BrochurePublished(BrochureEvent, type="chunfeng.brochure.published.v1"):
    """A department published an edition of its brochure on a topic, its QR code leading to the newest one."""

    title: Line
    foreword: Prose | None = None
    policies: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=40)]
    published_at: Moment
    changes: Line | None = Field(default=None, description="What a new edition changes; needed from the second on")
    code: BrochureCode | None = Field(default=None, description="Stated by the service")
    edition: int | None = Field(default=None, ge=1, description="Stated by the service")
    department_name: Line | None = Field(default=None, description="Stated by the service")
    contents: tuple[PrintedPolicy, ...] = Field(default=(), description="Stated by the service: what it prints")


class BrochureSuperseded(BrochureEvent, type="chunfeng.brochure.superseded.v1"):
    """An edition of a brochure gave way to a newer one, to which its printed QR code now leads."""

    code: BrochureCode
    edition: int = Field(ge=1)
    superseded_by: int = Field(ge=2)
    superseded_at: Moment
    changes: Line


class BrochureScanned(BrochureEvent, type="chunfeng.brochure.scanned.v1"):
    """How often a brochure's QR code was opened on one day; by whom nobody knows."""

    code: BrochureCode
    day: Day
    scans: int = Field(ge=1)
