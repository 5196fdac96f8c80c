"""One application's dossier: its line of the ledger and its whole history."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain.history import Entry, history
from services.approvals.domain.ledger import Asked, Line
from services.approvals.store.ledger import Ledger
from shared.clock import shanghai_date
from shared.outbox import facts_of
from shared.plans import Plans
from shared.problems import Refused


class NoSuchApplication(Refused):
    """No application of this name is on any docket."""

    status = 404
    row = 87
    zh = "没有事项 {subject}"
    en = "There is no application {subject}"


class Posting(Entry):
    """An entry of a history with the name of the unit that posted it."""

    unit_name: str | None


class Dossier(BaseModel):
    """What is known of one application."""

    model_config = ConfigDict(frozen=True)
    line: Line
    history: tuple[Posting, ...]


class Dossiers:
    """Reads dossiers within one database session."""

    def __init__(self, session: AsyncSession, plans: Plans) -> None:
        """Take the session, and the plans read so far."""
        self._session = session
        self._plans = plans

    async def of(self, subject: str, now: datetime) -> Dossier:
        """Return an application's dossier as of now."""
        store, campaign = Ledger(self._session, self._plans), subject.partition("/")[0]
        registry = await store.registry(campaign)
        asked = Asked(campaign, shanghai_date(now), subjects=(subject,))
        lines = await store.lines(registry, asked) if registry is not None else []
        if registry is None or not lines:
            raise NoSuchApplication(subject=subject[:128])
        entries = []
        for entry in history(await facts_of(self._session, subject)):
            unit = registry.unit(entry.unit) if entry.unit else None
            entries.append(Posting(**entry.model_dump(), unit_name=unit.name if unit else entry.unit))
        # What has left a session stands in its ledger too: the line in force is the one that has not gone.
        current = min(lines, key=lambda line: (line.withdrawn or line.postponed) is not None)
        return Dossier(line=current, history=tuple(entries))
