"""Embedded servers: they start anywhere, keep what they acknowledged, and never outlive us."""

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.embedded import Nats, Postgres


@pytest.mark.row(91)
async def test_both_servers_answer_without_docker(postgres: Postgres, nats: Nats) -> None:
    postgres.create_database("answers")
    engine = create_async_engine(postgres.url("answers"))
    async with engine.connect() as connection:
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
        durable = (await connection.execute(text("SELECT current_setting('fsync')"))).scalar_one()
    await engine.dispose()
    assert (version.split(".")[0], durable, nats.running) == ("18", "on", True)


async def test_a_database_belongs_to_its_own_user(postgres: Postgres) -> None:
    postgres.create_database("mine")
    postgres.create_database("theirs")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(postgres.dsn("mine", user="theirs"))
