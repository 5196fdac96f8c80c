"""What the rules of the forum itself need to know."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain import ForumsWorld
from services.forums.domain.state import Forum
from services.forums.store.meeting import ALONE
from services.forums.store.rows import state_of
from shared.events import Event, SessionEvent


async def load(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    """Load the forums of the sessions that these events touch."""
    names = {event.session for event in events if isinstance(event, SessionEvent)}
    alone = any(isinstance(event, ALONE) for event in events)
    forums = select(tables.Forum).where(col(tables.Forum.session).in_(names)).order_by(col(tables.Forum.session))
    # A forum being held waits for issues under way in other instances, and they for it: its count misses nothing.
    # Likewise whoever asks for a place waits until the one before has got it, or not.
    locked = forums.with_for_update(read=not alone, key_share=not alone)
    world.forums = {row.session: state_of(Forum, row) for row in await session.exec(locked)}
