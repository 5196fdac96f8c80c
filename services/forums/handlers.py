"""What the forums service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.store import Heard
from shared import keyfacts
from shared.consumer import on
from shared.events import CampaignPlanned


async def expect_forums(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has a forum."""
    await Heard(session).expect(plans)


HANDLERS = (
    on(CampaignPlanned, expect_forums),
    keyfacts.HEARD,
)
