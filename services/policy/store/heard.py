"""What the policy service learns from other services' facts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from shared import plans
from shared.events import CampaignPlanned, QuestionAnswered
from shared.vocabulary import CITY_DIVISION, SessionKind


class Heard:
    """Keeps what others say that bears on needs, teams and visits, in whatever order it comes."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def expect(self, campaigns: Sequence[CampaignPlanned]) -> None:
        """Keep plans, with a day of visits for every banner session."""
        await plans.keep(self._session, campaigns)
        for plan in campaigns:
            for one in plan.sessions:
                if one.kind is SessionKind.BANNER:
                    await self._upsert(one.session)

    async def announce(self, session: str, starts_at: datetime | None) -> None:
        """Keep when a banner session begins, or that it is not known any more."""
        if not session.endswith(f"-{CITY_DIVISION}"):
            await self._upsert(session, starts_at=starts_at)

    async def staff_seats(self, session: str, seats_until: datetime | None) -> None:
        """Keep until when a session's consultation seats are staffed after the forum."""
        await self._upsert(session, seats_until=seats_until)

    async def set_agenda(self, session: str, start: datetime, end: datetime) -> None:
        """Keep when a session's forum begins and ends."""
        await self._upsert(session, forum_from=start, forum_until=end)

    async def _upsert(self, session: str, **values: datetime | None) -> None:
        statement = insert(tables.Visits).values(session=session, **values)
        # The plan may come after what it plans: the row is made by whoever comes first.
        kept = statement.on_conflict_do_update(index_elements=["session"], set_=values or {"session": session})
        await (await self._session.connection()).execute(kept)

    async def answered(  # noqa: PLR0913  (an answer and whose it is)
        self, session: str, question: str, issue: str, *, answer: str | None, by: str | None, at: datetime | None
    ) -> None:
        """Keep which issue a question has become, and the answer it got there; the first answer stands."""
        row = await self._session.get(tables.Question, (session, question), with_for_update=True)
        if row is None:
            return
        row.issue = issue
        if row.answer is None and answer is not None:
            row.answer, row.answered_by, row.answered_at, row.told = answer, by, at, False
        self._session.add(row)
        await self._session.flush()

    async def has_untold(self) -> bool:
        """Tell whether an answer waits to be published."""
        return (
            await self._session.exec(select(tables.Question.question).where(~col(tables.Question.told)))
        ).first() is not None

    async def tell(self) -> list[QuestionAnswered]:
        """Return the answers learnt from other services, and mark them published."""
        rows = await self._session.exec(select(tables.Question).where(~col(tables.Question.told)).with_for_update())
        told = []
        for row in rows.all():
            row.told = True
            self._session.add(row)
            told.append(
                QuestionAnswered.model_validate({name: getattr(row, name) for name in QuestionAnswered.model_fields})
            )
        await self._session.flush()
        return told
