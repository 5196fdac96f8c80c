"""What the policy service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.store import Heard
from shared import keyfacts
from shared.consumer import On, on
from shared.envelope import Fact
from shared.events import CampaignPlanned, SessionCancelled, SessionRescheduled, SessionScheduled


async def expect_visits(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has its day of visits."""
    await Heard(session).expect(plans)


async def note_start(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Teams depart after approvals and forum, so the service knows when a session begins, is moved or cancelled."""
    for fact in sorted(facts, key=lambda one: (one.subject, one.version)):
        event = fact.event()
        if isinstance(event, SessionCancelled):
            await Heard(session).announce(event.session, None)
        elif isinstance(event, (SessionScheduled, SessionRescheduled)):
            await Heard(session).announce(event.session, event.starts_at)


HANDLERS = (
    on(CampaignPlanned, expect_visits),
    On(frozenset({SessionScheduled.type, SessionRescheduled.type, SessionCancelled.type}), note_start),
    keyfacts.HEARD,
)
