"""The bulletin service's side of the intake: drafts, reviews, sign-offs, and what a person has sent again."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain.signoff import ACCEPTS, BulletinWorld
from services.bulletin.store.queries import Store
from shared.campaign import Registry
from shared.clock import Clock
from shared.events import (
    BulletinDrafted,
    BulletinReviewed,
    BulletinSignedOff,
    DeliveryResent,
    Event,
    SessionEvent,
)


class Desk:
    """Loads what bears on posted events and saves the outcome."""

    accepts = ACCEPTS
    independent = frozenset[type[Event]]()
    straight = None

    def __init__(self, clock: Clock) -> None:
        """Take the clock: a draft says when it was made."""
        self._clock = clock

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> BulletinWorld:
        """Load plans, drafts, editions and deliveries the events touch."""
        store = Store(session)
        world = BulletinWorld(now=self._clock.now())
        for campaign in sorted({event.campaign for event in events if isinstance(event, SessionEvent)}):
            if (plan := await store.plan_of(campaign)) is not None:
                world.registries[campaign] = Registry(plan)
        drafting = (BulletinDrafted, BulletinReviewed, BulletinSignedOff)
        if names := {event.session for event in events if isinstance(event, drafting)}:
            # What is signed here and what the one-day clock issues meanwhile must not pass each other by.
            await store.take_turn()
            world.drafts = await store.newest_drafts(names)
            world.issued = await store.newest_revisions(names)
        for name in sorted({event.session for event in events if isinstance(event, BulletinDrafted)}):
            closing, registry = await store.closing(name), world.registries.get(name.rpartition("-")[0])
            if closing is not None and registry is not None:
                world.prospects[name] = (await store.outlook(closing, registry.plan, world.now)).prospect
        asked = [event for event in events if isinstance(event, DeliveryResent)]
        world.deliveries = await store.sent([(one.session, one.revision, one.recipient) for one in asked])
        return world

    async def save(self, session: AsyncSession, world: BulletinWorld) -> None:
        """Save drafts as they stand, and put what is sent again back into the queue."""
        store = Store(session)
        for name in sorted(world.changed):
            await store.save_draft(world.drafts[name])
        for event in world.resent:
            await store.queue_again(event.session, event.revision, event.recipient, world.now)
