"""All queries together, and the one that needs several kinds: what a session's bulletin would say now."""

from dataclasses import dataclass
from datetime import datetime

from services.bulletin.domain import completeness, facts, fold
from services.bulletin.domain.edition import Edition
from services.bulletin.domain.signoff import Prospect, contents_sha256
from services.bulletin.domain.timing import Closing
from services.bulletin.store.closings import Closings
from services.bulletin.store.deliveries import Deliveries
from services.bulletin.store.drafts import Drafts
from services.bulletin.store.editions import Editions
from services.bulletin.store.facts import Facts
from services.bulletin.tables import EditionRow
from shared.events import CampaignPlanned
from shared.outbox import source_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a session's next edition would say, and what it follows on."""

    known: facts.SessionFacts
    newest: EditionRow | None
    edition: Edition

    @property
    def prospect(self) -> Prospect:
        """What of it a draft keeps."""
        return Prospect(
            revision=self.edition.revision,
            complete=self.edition.complete,
            changed=bool(self.edition.changes),
            cutoff=self.edition.cutoff,
            contents_sha256=contents_sha256(self.edition),
        )


class Store(Facts, Closings, Editions, Drafts, Deliveries):
    """Queries within one database session."""

    async def known(self, plan: CampaignPlanned, session: str, cutoff: dict[str, int]) -> facts.SessionFacts:
        """Return what is known of a session up to a cut-off, and of what earlier ones left open."""
        own, around = await self.facts_of(session, cutoff), await self.facts_around(plan, session, cutoff)
        return facts.read(plan, session, [*own, *around])

    async def outlook(
        self, closing: Closing, plan: CampaignPlanned, now: datetime, cutoff: dict[str, int] | None = None
    ) -> Outlook:
        """Assemble what would be issued now, with what it lacks and what it changes; its number is still open."""
        if cutoff is None:
            cutoff = await self.positions()
            cutoff.pop(source_of("bulletin"), None)
        newest = await self.newest_edition_of(closing.session)
        known = await self.known(plan, closing.session, cutoff)
        imprint = fold.Imprint(
            number=newest.number if newest else 0,
            revision=newest.revision + 1 if newest else 0,
            issued_at=now,
            closed_at=closing.closed_at,
            due_at=closing.due_at,
            cutoff=cutoff,
        )
        before = Edition.model_validate_json(newest.canonical) if newest else None
        return Outlook(known, newest, completeness.edition(known, imprint, before))
