"""What the policy service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.store import Store
from shared import keys
from shared.consumer import on
from shared.events import CampaignPlanned, KeyIssued, KeyRevoked


async def expect_visits(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has its day of visits."""
    await Store(session).expect(plans)


HANDLERS = (
    on(CampaignPlanned, expect_visits),
    on(KeyIssued, keys.learn),
    on(KeyRevoked, keys.learn),
)
