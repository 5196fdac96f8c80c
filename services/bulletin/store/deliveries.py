"""Deliveries: what is on its way to whom, and every attempt at it."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Tuple, text, tuple_
from sqlmodel import col, select

from services.bulletin.domain.signoff import Sent
from services.bulletin.store.base import Queries
from services.bulletin.tables import AttemptRow, DeliveryRow

Key = tuple[str, int, str]
"""Session, revision, recipient."""
_THIS: Final = "session = :session AND revision = :revision AND recipient = :recipient"

_CLAIM = text("""
    WITH due AS (
        SELECT session, revision, recipient FROM delivery
        WHERE state IN ('queued', 'unknown') AND next_at <= :now AND attempts - resent_after < :most
        ORDER BY next_at, session, revision, recipient LIMIT 1 FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE delivery SET state = 'sending', attempts = attempts + 1, claimed_until = :until
        FROM due WHERE (delivery.session, delivery.revision, delivery.recipient)
            = (due.session, due.revision, due.recipient)
        RETURNING delivery.session, delivery.revision, delivery.recipient, delivery.attempts
    )
    INSERT INTO attempt (session, revision, recipient, number, begun_at, outcome, bytes, pdf_sha256)
    SELECT claimed.session, claimed.revision, claimed.recipient, claimed.attempts, :now, 'under_way', 0,
        edition.pdf_sha256
    FROM claimed JOIN edition ON edition.session = claimed.session AND edition.revision = claimed.revision
    RETURNING session, revision, recipient
""")
_ABANDONED = text("SELECT * FROM delivery WHERE state = 'sending' AND claimed_until < :real FOR UPDATE SKIP LOCKED")
# What a person must see to first, of those the oldest edition first.
_PAGE = text("""
    SELECT delivery.session, delivery.revision, delivery.recipient
    FROM delivery JOIN edition USING (session, revision)
    WHERE (CAST(:session AS text) IS NULL OR session = :session) AND (CAST(:state AS text) IS NULL OR state = :state)
    ORDER BY array_position(CAST(:urgency AS text[]), state), issued_at, session, revision, recipient
    LIMIT :limit OFFSET :offset
""")
_COUNTS = text("""
    SELECT state, count(*) AS deliveries FROM delivery
    WHERE CAST(:session AS text) IS NULL OR session = :session GROUP BY state
""")
_CARRIED_IDS = text("""
    SELECT DISTINCT correlation_id
    FROM edition, json_each_text(canonical::json->'cutoff') AS reached(source, last), fact
    WHERE edition.session = :session AND revision = :revision AND fact.session = edition.session
        AND fact.source = reached.source AND sequence <= CAST(reached.last AS bigint)
    ORDER BY correlation_id
""")
_SENT = text("""
    SELECT session, revision, recipient, state, attempts FROM delivery
    WHERE (session, revision, recipient) IN (
        SELECT * FROM unnest(CAST(:sessions AS text[]), CAST(:revisions AS integer[]), CAST(:recipients AS text[]))
    ) ORDER BY session, revision, recipient FOR UPDATE
""")
_AGAIN = text(f"""
    UPDATE delivery SET state = 'queued', next_at = :now, resent_after = attempts, error = NULL WHERE {_THIS}
""")  # noqa: S608  (constants)


def key_of(row: AttemptRow | DeliveryRow) -> Key:
    """Return which delivery a row is, or is about."""
    return row.session, row.revision, row.recipient


def _place(table: type[AttemptRow | DeliveryRow]) -> Tuple:
    return tuple_(col(table.session), col(table.revision), col(table.recipient))


class Deliveries(Queries):
    """What is on its way."""

    async def deliveries(self, session: str | None = None) -> Sequence[DeliveryRow]:
        """List all deliveries, or those of one session."""
        query = select(DeliveryRow).order_by(DeliveryRow.session, col(DeliveryRow.revision), DeliveryRow.recipient)
        if session is not None:
            query = query.where(col(DeliveryRow.session) == session)
        return (await self._session.exec(query)).all()

    async def deliveries_of(self, session: str, revision: int) -> list[tuple[DeliveryRow, Sequence[AttemptRow]]]:
        """List an edition's deliveries with every attempt at them."""
        query = select(DeliveryRow).where(col(DeliveryRow.session) == session, col(DeliveryRow.revision) == revision)
        return await self._with_attempts((await self._session.exec(query.order_by(col(DeliveryRow.recipient)))).all())

    async def delivery_counts(self, session: str | None = None) -> Counter[str]:
        """Count deliveries by state, all of them or those of one session."""
        rows = await self._execute(_COUNTS, session=session)
        return Counter({row.state: row.deliveries for row in rows})

    async def deliveries_page(
        self, session: str | None, state: str | None, urgency: Sequence[str], *, limit: int, offset: int
    ) -> list[tuple[DeliveryRow, Sequence[AttemptRow]]]:
        """List one page of deliveries with every attempt at them, by how urgent their state is."""
        values = {"session": session, "state": state, "urgency": list(urgency), "limit": limit, "offset": offset}
        keys: list[Key] = [tuple(row) for row in await self._execute(_PAGE, **values)]
        rows = select(DeliveryRow).where(_place(DeliveryRow).in_(keys))
        found = {key_of(row): row for row in (await self._session.exec(rows)).all()}
        return await self._with_attempts([found[key] for key in keys])

    async def deliveries_after(
        self, after: Key | None, *, session: str | None, states: Sequence[str] | None, limit: int
    ) -> list[tuple[DeliveryRow, Sequence[AttemptRow]]]:
        """List the deliveries that follow one, by session, revision and recipient, with every attempt at them."""
        order = (col(DeliveryRow.session), col(DeliveryRow.revision), col(DeliveryRow.recipient))
        query = select(DeliveryRow).order_by(*order).limit(limit)
        if after is not None:
            query = query.where(_place(DeliveryRow) > after)
        if session is not None:
            query = query.where(col(DeliveryRow.session) == session)
        if states is not None:
            query = query.where(col(DeliveryRow.state).in_(states))
        return await self._with_attempts((await self._session.exec(query)).all())

    async def _with_attempts(self, rows: Sequence[DeliveryRow]) -> list[tuple[DeliveryRow, Sequence[AttemptRow]]]:
        log: dict[Key, list[AttemptRow]] = {}
        query = select(AttemptRow).where(_place(AttemptRow).in_([key_of(row) for row in rows]))
        for one in (await self._session.exec(query.order_by(col(AttemptRow.number)))).all():
            log.setdefault(key_of(one), []).append(one)
        return [(row, log.get(key_of(row), [])) for row in rows]

    async def attempts_at(self, key: Key) -> Sequence[AttemptRow]:
        """List the attempts at one delivery, in order."""
        session, revision, recipient = key
        query = select(AttemptRow).where(
            col(AttemptRow.session) == session,
            col(AttemptRow.revision) == revision,
            col(AttemptRow.recipient) == recipient,
        )
        return (await self._session.exec(query.order_by(col(AttemptRow.number)))).all()

    async def carried_ids(self, session: str, revision: int) -> list[str]:
        """List the correlation ids of the session's facts that an edition is made of."""
        return list((await self._execute(_CARRIED_IDS, session=session, revision=revision)).scalars())

    async def claim(self, now: datetime, until: datetime, most: int) -> Key | None:
        """Claim one due delivery for this process until a real time, and note that an attempt begins."""
        row = (await self._execute(_CLAIM, now=now, until=until, most=most)).first()
        return (row.session, row.revision, row.recipient) if row else None

    async def abandoned(self, real: datetime) -> list[Key]:
        """Lock the deliveries whose sender died, and return them."""
        rows = await self._execute(_ABANDONED, real=real)
        return [(row.session, row.revision, row.recipient) for row in rows]

    async def delivery(self, session: str, revision: int, recipient: str, *, lock: bool = False) -> DeliveryRow:
        return await self._session.get_one(DeliveryRow, (session, revision, recipient), with_for_update=lock or None)

    async def sent(self, keys: Collection[Key]) -> dict[Key, Sent]:
        """Return how deliveries stand that a person wants sent again, and keep them as they are until COMMIT."""
        if not keys:
            return {}
        sessions, revisions, recipients = (list(column) for column in zip(*keys, strict=True))
        rows = await self._execute(_SENT, sessions=sessions, revisions=revisions, recipients=recipients)
        return {(row.session, row.revision, row.recipient): Sent(row.state, row.attempts) for row in rows}

    async def queue_again(self, session: str, revision: int, recipient: str, now: datetime) -> None:
        """Send once more, on a schedule that begins anew."""
        await self._execute(_AGAIN, session=session, revision=revision, recipient=recipient, now=now)
