"""What the forums service learns from other services' facts."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.store import followed
from shared import plans
from shared.events import CampaignPlanned
from shared.vocabulary import SessionKind


async def known(session: AsyncSession) -> set[str]:
    """Name what has come that waiting posts may wait for: plans, and answers of either kind."""
    return await plans.heard(session) | await followed.settled(session)


class Heard:
    """Keeps what others say that bears on forums, in whatever order it comes."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def expect(self, campaigns: Sequence[CampaignPlanned]) -> None:
        """Keep plans, with a forum for every banner session."""
        await plans.keep(self._session, campaigns)
        banner = [one.session for plan in campaigns for one in plan.sessions if one.kind is SessionKind.BANNER]
        if banner:
            new = insert(tables.Forum).on_conflict_do_nothing()
            await (await self._session.connection()).execute(new, [{"session": name} for name in banner])
