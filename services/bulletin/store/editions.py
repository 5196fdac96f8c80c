"""Editions and their numbers."""

from collections.abc import Collection, Sequence

from sqlalchemy import text
from sqlalchemy.orm import defer
from sqlmodel import col, or_, select

from services.bulletin.store.base import Queries
from services.bulletin.tables import AttemptRow, DeliveryRow, EditionRow
from shared.vocabulary import Series

_NUMBER = text("""
    INSERT INTO issue_number (series, year, last) VALUES (:series, :year, 1)
    ON CONFLICT (series, year) DO UPDATE SET last = issue_number.last + 1 RETURNING last
""")
_RAISE = text("""
    INSERT INTO issue_number (series, year, last) VALUES (:series, :year, :number)
    ON CONFLICT (series, year) DO UPDATE SET last = greatest(issue_number.last, :number)
""")
_REVISIONS = text("""
    SELECT session, max(revision) AS revision FROM edition
    WHERE session = ANY(CAST(:sessions AS text[])) GROUP BY session
""")


class Editions(Queries):
    """What has been issued."""

    async def take_turn(self) -> None:
        """Let one worker at a time issue, across processes, until its transaction ends."""
        await self._execute(text("SELECT pg_advisory_xact_lock(hashtext('chunfeng issue'))"))

    async def next_number(self, series: Series, year: int) -> int:
        """Take a series' next number of the year; given back if the transaction fails, so there are no gaps."""
        number: int = (await self._execute(_NUMBER, series=series.value, year=year)).scalar_one()
        return number

    async def raise_number(self, series: Series, year: int, number: int) -> None:
        """Make sure a number known to be issued is not issued again."""
        await self._execute(_RAISE, series=series.value, year=year, number=number)

    async def edition_of(self, session: str, revision: int) -> EditionRow | None:
        return await self._session.get(EditionRow, (session, revision))

    async def newest_edition_of(self, session: str) -> EditionRow | None:
        """Return a session's newest edition."""
        query = select(EditionRow).where(col(EditionRow.session) == session)
        return (await self._session.exec(query.order_by(col(EditionRow.revision).desc()).limit(1))).first()

    async def newest_revisions(self, sessions: Collection[str]) -> dict[str, int]:
        """Return how far the editions of some sessions are."""
        return {row.session: row.revision for row in await self._execute(_REVISIONS, sessions=list(sessions))}

    async def editions(
        self, *, containing: str = "", sessions: Collection[str] | None = None, pdfs: bool = False
    ) -> Sequence[EditionRow]:
        """List editions by series, number and revision; unless asked for, their PDFs stay where they are."""
        query = select(EditionRow)
        if not pdfs:
            query = query.options(defer(EditionRow.pdf))  # type: ignore[arg-type]
        for word in containing.split():
            query = query.where(
                or_(
                    col(EditionRow.words).icontains(word, autoescape=True),
                    col(EditionRow.session).icontains(word, autoescape=True),
                )
            )
        if sessions is not None:
            query = query.where(col(EditionRow.session).in_(sessions))
        order = (EditionRow.year, EditionRow.series, EditionRow.number, EditionRow.revision)
        return (await self._session.exec(query.order_by(*(col(each) for each in order)))).all()

    async def count_editions(self) -> int:
        """Count all editions."""
        count: int = (await self._execute(text("SELECT count(*) FROM edition"))).scalar_one()
        return count

    def add(self, *rows: EditionRow | DeliveryRow | AttemptRow) -> None:
        self._session.add_all(rows)
