"""The witness: one more consumer on the real spine, whose effect is a count that a second application would double.

The bulletin keeps facts under their ids, so applying one twice changes nothing there. Here it does: every fact adds one
to its own row and to its session's and type's, without looking. Only the inbox stands between a redelivery and a two.
Run as `python -m deploy.chaos.witness`; it is killed at random like the services.
"""

from collections.abc import Sequence

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.consumer import on_every
from shared.envelope import Fact
from shared.serve import serve
from shared.settings import ServiceSettings
from shared.spine import Spine as Service
from shared.tables import Spine

NAME = "witness"


class Table(SQLModel, registry=registry()):
    """Base of the witness's tables."""


class Tally(Table, table=True):
    """How often a fact has taken effect."""

    __tablename__ = "tally"
    event_id: str = Field(primary_key=True)
    effects: int


class Total(Table, table=True):
    """How many effects a session has had of one type."""

    __tablename__ = "total"
    session: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    effects: int


_TALLY = text("""
    INSERT INTO tally (event_id, effects) SELECT id, 1 FROM unnest(CAST(:ids AS text[])) AS id
    ON CONFLICT (event_id) DO UPDATE SET effects = tally.effects + 1
""")
_TOTAL = text("""
    INSERT INTO total (session, type, effects)
    SELECT session, type, count(*) FROM unnest(CAST(:sessions AS text[]), CAST(:types AS text[])) AS seen(session, type)
    GROUP BY session, type
    ON CONFLICT (session, type) DO UPDATE SET effects = total.effects + excluded.effects
""")


async def count(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Add one for every fact, whether or not it was counted before."""
    connection = await session.connection()
    await connection.execute(_TALLY, {"ids": [fact.id for fact in facts]})
    values = {"sessions": [fact.session or "" for fact in facts], "types": [fact.type for fact in facts]}
    await connection.execute(_TOTAL, values)


async def prepare(url: URL) -> None:
    """Create the spine's tables and the witness's own in an empty database."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Spine.metadata.create_all)
        await connection.run_sync(Table.metadata.create_all)
        await connection.execute(text("INSERT INTO outbox_counter (id, last, published) VALUES (1, 0, 0)"))
    await engine.dispose()


if __name__ == "__main__":
    settings = ServiceSettings()
    service = Service(NAME, settings)
    service.react((on_every(count),))
    serve(NAME, service.application(summary="Counts every fact", routes=()), settings)
