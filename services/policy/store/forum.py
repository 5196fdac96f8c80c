"""Who is at a session's forum and at its consultation seats, and when: as heard, in whatever order it comes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from services.policy.domain.slots import Booking, Slot
from services.policy.store.desk import replace_slots
from shared.vocabulary import BANNERS

_FORUM: Final = (timedelta(minutes=20), timedelta(minutes=140))
"""When the forum begins and ends after the session, as the notice has it, until its agenda says otherwise."""


def _place(session: str) -> str:
    return f"{BANNERS.get(session.rpartition('-')[2], session)}专场"


class Forum:
    """Keeps what the forums service says of people's time."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def is_newer(self, subject: str, version: int) -> bool:
        """Tell whether a fact is the newest heard of its subject, and keep that it was heard."""
        table = tables.HeardOf
        first = insert(table).values(subject=subject, version=version)
        newer = first.on_conflict_do_update(
            index_elements=["subject"], set_={"version": version}, where=col(table.version) < version
        )
        found = await (await self._session.connection()).execute(newer.returning(col(table.version)))
        return found.first() is not None

    async def attends(self, session: str, participant: str, person: tuple[str, str] | None, version: int) -> None:
        """Keep that somebody, by unit and name, attends the forum, or with None that he does not."""
        row = await self._session.get(tables.Attendee, (session, participant))
        if row is not None and row.version >= version:
            return
        unit, name = person or ("", "")
        attendee = tables.Attendee(session=session, participant=participant, unit=unit, name=name, version=version)
        await self._session.merge(attendee)
        await self._session.flush()

    async def only(self, session: str, participants: Iterable[str], version: int) -> None:
        """Keep that nobody else attends than these: what was said of others before a locked roster has passed."""
        kept = set(participants)
        known = await self._session.exec(select(tables.Attendee.participant).where(tables.Attendee.session == session))
        for participant in set(known.all()) - kept:
            await self.attends(session, participant, None, version)

    async def sits(self, session: str, windows: Sequence[tuple[datetime, datetime, tuple[str, str], str]]) -> None:
        """Keep who sits at the consultation seats when; replaces all that was said of the session's seats."""
        ref = f"{Booking.SEAT}/{session}"
        slots = [
            Slot(ref, unit, name, session, Booking.SEAT.value, f"{_place(session)}政策咨询席（{word}）", start, end)
            for start, end, (unit, name), word in windows
        ]
        await replace_slots(self._session, ref, slots)

    async def rebook(self, session: str) -> None:
        """Book everybody at the forum for its window, as far as both are known."""
        day = await self._session.get(tables.Visits, session)
        rows = await self._session.exec(select(tables.Attendee).where(col(tables.Attendee.session) == session))
        start, end = _window(day)
        ref, label = f"{Booking.FORUM}/{session}", f"{_place(session)}政企座谈会"
        slots = [
            Slot(ref, row.unit, row.name, session, Booking.FORUM.value, label, start, end)
            for row in rows
            if row.unit and start is not None and end is not None
        ]
        await replace_slots(self._session, ref, slots)


def _window(day: tables.Visits | None) -> tuple[datetime | None, datetime | None]:
    if day is None:
        return None, None
    if day.forum_from is not None and day.forum_until is not None:
        return day.forum_from, day.forum_until
    return (day.starts_at + _FORUM[0], day.starts_at + _FORUM[1]) if day.starts_at else (None, None)
