"""Among very many facts the operators' pages read hardly more than they show (rows 83, 87)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.store import keep
from services.bulletin.store.console import Console, Wanted
from shared.database import Database
from tests.builders import DRC, plan
from tests.bulletin.stories import Teller, decided, held
from tests.systems import System

pytestmark = pytest.mark.row(83, 87)
MANY, SHOWN = 8_000, 26
# One day's facts again and again, of other subjects; every tenth brought a correlation id of its own.
GROWN = """
    INSERT INTO fact (event_id, source, sequence, type, session, correlation_id, payload, received_at)
    SELECT 'approvals/unit/0/posted-' || id, source, id, type, session || '-' || id / 100,
        CASE WHEN id % 10 = 0 THEN 'case-' ELSE 'posted-' END || id,
        replace(payload, '"' || (payload::json->>'subject') || '"', '"subject-' || id / 3 || '"'),
        now() - id * interval '1 minute'
    FROM generate_series(1000, $1::int) AS id
        JOIN (SELECT row_number() OVER () - 1 AS place, count(*) OVER () AS facts, * FROM fact) AS known
        ON known.place = id % known.facts
"""
_READ = text("""
    SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'fact'
""")


async def grown(system: System) -> Database:
    """Keep very many facts; return the database that holds them."""
    database = await system.database("bulletin")
    async with database.transaction() as session:
        await keep(session, Teller().tell(*decided((plan(), DRC), *held())), datetime.now(UTC))
    await system.rows("bulletin", GROWN, MANY)
    await system.rows("bulletin", "ANALYZE fact")
    return database


async def rows_read(session: AsyncSession, ask: Callable[[], Awaitable[object]]) -> int:
    """Ask, and return how many facts PostgreSQL looked at for the answer."""
    connection = await session.connection()
    before: int = (await connection.execute(_READ)).scalar_one()
    await ask()
    after: int = (await connection.execute(_READ)).scalar_one()
    return after - before


async def test_a_fact_is_found_by_any_of_its_ids_and_the_trail_begins_with_the_newest(system: System) -> None:
    database = await grown(system)
    async with database.reading() as session:
        console = Console(session)
        for wanted in ("posted-7999", "case-7990", "posted-7990", "approvals/unit/0/posted-7999"):
            found = await console.way(wanted)
            assert len(found) == 1
            assert await rows_read(session, lambda asked=wanted: console.way(asked)) < SHOWN  # type: ignore[misc]
        assert await console.way("osted-7990") == []

        last = (await console.trail(Wanted(), SHOWN)).entries[-1]
        cursor = (last.received_at, last.fact.source, last.fact.sequence)
        for page in (Wanted(), Wanted(before=cursor)):
            assert await rows_read(session, lambda asked=page: console.trail(asked, SHOWN)) < 4 * SHOWN  # type: ignore[misc]
        subjects = [one.fact.subject for one in (await console.trail(Wanted(before=cursor), SHOWN)).entries]
        assert await rows_read(session, lambda: console.about(subjects)) < 4 * SHOWN


async def test_a_rare_word_is_looked_for_in_so_many_facts_at_a_time_and_the_rest_on_request(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bulletin.store.console.LOOKED_THROUGH", 1_000)
    database = await grown(system)
    async with database.reading() as session:
        console, wanted, pages = Console(session), Wanted(words=("subject-2665",)), 0
        while not (found := await console.trail(wanted, SHOWN)).entries:
            pages += 1
            assert found.looked_until is not None
            wanted = replace(wanted, before=found.looked_until)
        assert (pages, len(found.entries), found.looked_until) == (MANY // 1_000 - 1, 3, None)
