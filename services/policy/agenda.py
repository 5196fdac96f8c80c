"""What falls due by itself: answers learnt from other services are published, and each past day's scans."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.store import Brochures, Heard
from shared.agenda import Fallen
from shared.clock import SHANGHAI, shanghai_date


class Diary:
    """The policy service's agenda."""

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:
        """Tell whether an answer or a day's count waits to be published."""
        waiting = await Brochures(session).untold_scans(shanghai_date(now), limit=1)
        return bool(waiting) or await Heard(session).has_untold()

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Publish them; a count falls due with the end of its day, an answer when it was given."""
        fallen = [Fallen(told, "answered", told.answered_at) for told in await Heard(session).tell()]
        for row, counted in await Brochures(session).untold_scans(shanghai_date(now)):
            row.told = True
            session.add(row)
            midnight = datetime.combine(row.day + timedelta(days=1), time(), tzinfo=SHANGHAI)
            fallen.append(Fallen(counted, row.day.isoformat(), midnight))
        await session.flush()
        return fallen
