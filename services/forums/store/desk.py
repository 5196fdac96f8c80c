"""The forums service's side of the intake: what a group of events needs is loaded, what it changed is saved."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.domain import ACCEPTS, ForumsWorld
from services.forums.store import forum, issues, meeting, survey
from services.forums.store.rows import save
from shared import plans
from shared.events import Event


class Desk:
    """The forums service's side of the intake."""

    accepts = ACCEPTS
    independent = frozenset[type[Event]]()
    straight = None

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = plans.Plans()

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> ForumsWorld:
        """Load what these events touch, part by part; what their kinds do not touch is not asked for."""
        world = ForumsWorld(registries=await self._plans.of(session, events))
        # The forum first: it is the lock under which all the rest is counted.
        await forum.load(session, world, events)
        await issues.load(session, world, events)
        await meeting.load(session, world, events)
        await survey.load(session, world, events)
        return world

    async def save(self, session: AsyncSession, world: ForumsWorld) -> None:
        """Save what deciding changed; of a row that changed twice the last word."""
        for state in world.changes.states:
            await save(session, state)
        await session.flush()
