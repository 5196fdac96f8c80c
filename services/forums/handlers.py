"""What the forums service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.store import Heard
from shared import keys
from shared.consumer import on
from shared.events import CampaignPlanned, KeyIssued, KeyRevoked


async def expect_forums(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has a forum."""
    await Heard(session).expect(plans)


HANDLERS = (
    on(CampaignPlanned, expect_forums),
    on(KeyIssued, keys.learn),
    on(KeyRevoked, keys.learn),
)
