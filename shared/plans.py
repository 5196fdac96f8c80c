"""The campaigns' plans in a service's own table `campaign`: kept once, never changed, so read once."""

from collections.abc import Collection, Sequence

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.campaign import Registry
from shared.events import CampaignPlanned, Event, SessionEvent
from shared.events.base import among

_READ = text("""
    SELECT campaign, plan, xmin = pg_current_xact_id_if_assigned()::xid AS uncommitted
    FROM campaign WHERE campaign = ANY(CAST(:campaigns AS text[]))
""")
_KEEP = text("""
    INSERT INTO campaign (campaign, plan)
    SELECT * FROM unnest(CAST(:campaigns AS text[]), CAST(:plans AS text[]))
    ON CONFLICT (campaign) DO NOTHING
""")
_HEARD = text("SELECT campaign FROM campaign")


class Plans:
    """The plans read so far, as registries."""

    def __init__(self) -> None:
        """Start with none in memory."""
        self._registries: dict[str, Registry] = {}

    def in_memory(self, campaigns: Collection[str]) -> dict[str, Registry]:
        """Return the registries of these campaigns, as far as they have been read."""
        return {name: self._registries[name] for name in campaigns if name in self._registries}

    async def of(
        self, session: AsyncSession, events: Sequence[Event], more: Collection[str] = ()
    ) -> dict[str, Registry]:
        """Return the registries, by campaign, that bear on these events, and those of `more` campaigns."""
        campaigns = {event.campaign for event in among(events, SessionEvent, CampaignPlanned)}
        return await self.named(session, campaigns | set(more))

    async def named(self, session: AsyncSession, campaigns: set[str]) -> dict[str, Registry]:
        """Return the registries of these campaigns, as far as they are planned."""
        found = {}
        if unknown := list(campaigns - self._registries.keys()):
            for row in await (await session.connection()).execute(_READ, {"campaigns": unknown}):
                found[row.campaign] = Registry(CampaignPlanned.model_validate_json(row.plan))
                if not row.uncommitted:  # this transaction may still be rolled back, and the plan with it
                    self._registries[row.campaign] = found[row.campaign]
        return found | self.in_memory(campaigns)


async def keep(session: AsyncSession, plans: Sequence[CampaignPlanned]) -> None:
    """Keep plans; one that is kept already stays as it is."""
    values = {"campaigns": [plan.campaign for plan in plans], "plans": [plan.model_dump_json() for plan in plans]}
    await (await session.connection()).execute(_KEEP, values)


async def heard(session: AsyncSession) -> set[str]:
    """Name the plans a service knows the way a waiting event does."""
    campaigns = (await (await session.connection()).execute(_HEARD)).scalars()
    return {f"{CampaignPlanned.type} {campaign}" for campaign in campaigns}
