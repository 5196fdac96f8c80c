"""What the policy service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.store import Heard
from shared import keys
from shared.consumer import on
from shared.events import CampaignPlanned, KeyIssued, KeyRevoked, SessionScheduled


async def expect_visits(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has its day of visits."""
    await Heard(session).expect(plans)


async def note_start(schedules: Sequence[SessionScheduled], session: AsyncSession) -> None:
    """Teams depart after approvals and forum, so the service knows when a session begins."""
    for one in schedules:
        await Heard(session).announce(one.session, one.starts_at)


HANDLERS = (
    on(CampaignPlanned, expect_visits),
    on(SessionScheduled, note_start),
    on(KeyIssued, keys.learn),
    on(KeyRevoked, keys.learn),
)
