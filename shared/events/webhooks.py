"""What units do with the addresses to which they have their facts sent, at any service."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Event
from shared.events.keys import KeyName
from shared.identifiers import CreditCode, Line, Slug


class WebhookEvent(Event):
    """An event of one webhook; of its address only the host is told, for the rest may hold what is secret."""

    service: Slug
    webhook: Slug
    unit: CreditCode
    host: Line

    @property
    def subject(self) -> str:
        """The webhook at its service."""
        return f"webhook/{self.service}/{self.webhook}"


class WebhookAdded(WebhookEvent, type="chunfeng.webhook.added.v1"):
    """A unit has its facts sent to an address of its own from now on (row 78)."""

    key: KeyName = Field(description="What this key may see is sent")
    types: tuple[Line, ...] | None = Field(default=None, max_length=50, description="Only these event types")
    after: Annotated[int, Field(ge=0, le=2**62, description="Facts after this sequence")]


class WebhookPaused(WebhookEvent, type="chunfeng.webhook.paused.v1"):
    """A unit's facts are not sent to an address until it says so; none is missed (row 78)."""


class WebhookResumed(WebhookEvent, type="chunfeng.webhook.resumed.v1"):
    """A unit's facts are sent to an address again, or from now on with another of its keys (row 78)."""

    key: KeyName = Field(description="What this key may see is sent")


class WebhookSecretReplaced(WebhookEvent, type="chunfeng.webhook-secret.replaced.v1"):
    """What is sent to an address is signed with another secret; for a day with the old one too (row 78)."""


class WebhookRemoved(WebhookEvent, type="chunfeng.webhook.removed.v1"):
    """A unit's facts are no longer sent to an address (row 78)."""
