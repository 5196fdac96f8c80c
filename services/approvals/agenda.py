"""What the approvals service does by the clock: a list of matters, each of which knows when it is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.store import followup
from services.approvals.store.evidence import Evidence
from services.approvals.store.notices import Notices
from shared.agenda import Agenda, Fallen
from shared.events import DeferralOverdue


class FollowUps:
    """Reminds of deferred materials two days before they are due, and raises the alarm the day after (row 19)."""

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:
        """Tell whether a deferral's hour has come."""
        return await followup.is_due(await session.connection(), now)

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Remind of, or declare overdue, each deferral whose hour has come; after a long pause both."""
        connection = await session.connection()
        fallen = []
        while follows := await followup.due(connection, now):
            afters = []
            for follow in follows:
                after, event = follow.at_its_hour()
                afters.append(after)
                alarm = "deferral.overdue" if isinstance(event, DeferralOverdue) else None
                fallen.append(Fallen(event, f"turn {follow.turn}", follow.next_at or now, alarm=alarm))
            await followup.save(session, afters)
        return fallen


class Tidings:
    """Tells those concerned when a session's date or place has changed, once it has stood a minute (row 6)."""

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:
        """Tell whether a change waits to be told."""
        return await Notices(session).is_due(now)

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Send the notices whose quiet time is over: one for a session, however often it was moved."""
        return [Fallen(event, cause, at) for event, cause, at in await Notices(session).send(now)]


class Readiness:
    """Publishes that duties are fulfilled, or open again, as other facts show (row 8)."""

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:  # noqa: ARG002  (due as soon as it is known)
        """Tell whether there is one."""
        return await Evidence(session).is_due()

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Return the facts of them."""
        return [Fallen(event, cause, at) for event, cause, at in await Evidence(session).publish(now)]


class Matters:
    """Several agendas as one."""

    def __init__(self, *matters: Agenda) -> None:
        """Take what is to be looked after."""
        self._matters = matters

    async def is_due(self, session: AsyncSession, now: datetime) -> bool:
        """Tell whether anything has fallen due."""
        for matter in self._matters:
            if await matter.is_due(session, now):
                return True
        return False

    async def fall_due(self, session: AsyncSession, now: datetime) -> Sequence[Fallen]:
        """Return the facts of all that has fallen due, in the order of their hours."""
        fallen = [one for matter in self._matters for one in await matter.fall_due(session, now)]
        return sorted(fallen, key=lambda one: one.at)


AGENDA: Final = Matters(FollowUps(), Tidings(), Readiness())
