"""What the bulletin service does about facts: keep every one, and start the clock of a closed session."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.store import Store
from shared import keyfacts
from shared.clock import Clock
from shared.consumer import On, on_every
from shared.envelope import Fact
from shared.events import CampaignPlanned, SessionClosed

_OWN = "/chunfeng/bulletin"


def handlers(clock: Clock) -> tuple[On, ...]:
    """Return the table of reactions; facts themselves are kept by the consumer's inbox, which is the fact table."""

    async def keep_time(facts: Sequence[Fact], session: AsyncSession) -> None:
        """Note a session's newest fact; give a closed session its limit."""
        store, now = Store(session), clock.now()
        for fact in facts:
            if fact.type == SessionClosed.type:
                closed = SessionClosed.model_validate(fact.data)
                plan = await store.plan_of(closed.session.rpartition("-")[0])
                within = plan.switches.bulletin_within if plan else timedelta(days=1)
                await store.close(closed, within, now)
            elif fact.type == CampaignPlanned.type:
                planned = CampaignPlanned.model_validate(fact.data)
                await store.set_limits(planned.campaign, planned.switches.bulletin_within)
        others = [fact for fact in facts if fact.source != _OWN]
        if await store.fills_a_hole(others):
            await store.touch_all(now)
        elif touched := {fact.session for fact in others if fact.session}:
            await store.touch(touched, now)

    return (
        on_every(keep_time),
        keyfacts.HEARD,
    )
