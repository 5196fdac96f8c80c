"""What the forums service does by itself: overdue issues are escalated, questions left open become issues."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.store import followed
from shared.agenda import Fallen
from shared.events import IssueAnswered
from shared.plans import Plans


class Diary:
    """The forums service's agenda."""

    def __init__(self) -> None:
        """Start with no plan in memory."""
        self._plans = Plans()

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:
        """Tell whether an issue is overdue, or a question waits to become one."""
        return await followed.is_due(session, now)

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Escalate what is overdue, with an alarm; make issues of the questions policy visits left open."""
        fallen = [
            Fallen(event, f"escalation {time}", at, alarm="issue.escalated")
            for event, at, time in await followed.escalate(session, self._plans, now)
        ]
        for event in await followed.take_questions(session, self._plans):
            at = event.answered_at if isinstance(event, IssueAnswered) else event.raised_at
            fallen.append(Fallen(event, "heard from policy", at))
        return fallen
