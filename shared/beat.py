"""The heartbeat: every service tells on a core NATS subject, every two seconds, how it is and what waits in it.

Services call nobody, so whoever watches over all of them listens (the bulletin's console). A beat is no fact: it is
not kept, and one that is lost is followed by the next.
"""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

SUBJECT: Final = "chunfeng.beat"
EVERY_SECONDS: Final = 2.0
SILENT_SECONDS: Final = 8.0
"""Without a beat for so long, a service does not answer."""


class Beat(BaseModel):
    """How one process of a service is; what could not be measured is None."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: str
    instance: str
    started_at: datetime
    at: datetime
    """Real time, in UTC."""
    now: datetime
    """The campaign's time."""
    checks: dict[str, bool]
    needed: tuple[str, ...]
    """Those of the checks without which the service is not ready."""
    recorded: int | None = None
    published: int | None = None
    oldest_seconds: float | None = None
    """How long the oldest recorded fact has waited to be published."""
    pending: int | None = None
    """Facts in the stream that it has not applied."""
    quarantined: int | None = None
    waiting: int | None = None
    """Posted events that wait for what they build on."""

    @property
    def ready(self) -> bool:
        """Tell whether everything it needs answers."""
        return all(self.checks.get(part, False) for part in self.needed)

    @property
    def away(self) -> list[str]:
        """Name the parts that do not answer."""
        return [part for part, answers in self.checks.items() if not answers]

    @property
    def lag(self) -> int | None:
        """How many facts wait to be published."""
        return None if self.recorded is None or self.published is None else self.recorded - self.published
