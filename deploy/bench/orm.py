"""The per-message ORM way, as most tutorials build it: a session per request, a publish per row, an insert per message.

`python -m deploy.bench.orm api|relay|project DATABASE NATS PORT` runs one of its three processes.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import nats
import uvicorn
from fastapi import FastAPI
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.events import ApprovalSigned

SUBJECT = "orm.signed"
STREAM = "ORM"


class Table(SQLModel, registry=registry()):
    """Base of the baseline's tables."""


class Signing(Table, table=True):
    """A decision as posted."""

    __tablename__ = "orm_signing"
    id: str = Field(primary_key=True)
    body: str


class Outbox(Table, table=True):
    """A fact to be published."""

    __tablename__ = "orm_outbox"
    id: int | None = Field(default=None, primary_key=True)
    event_id: str
    body: str
    sent: bool = Field(default=False, index=True)


class Projected(Table, table=True):
    """A fact as projected."""

    __tablename__ = "orm_projected"
    event_id: str = Field(primary_key=True)
    body: str


async def prepare(database: str, url: str) -> None:
    """Create tables and stream."""
    engine = create_async_engine(database)
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
    await engine.dispose()
    client = await nats.connect(url)
    await client.jetstream().add_stream(name=STREAM, subjects=["orm.>"])
    await client.close()


def api(engine: AsyncEngine) -> FastAPI:
    """Return the service that takes decisions."""
    app = FastAPI()

    @app.post("/v1/events", status_code=202)
    async def post(event: dict[str, Any]) -> dict[str, str]:
        signed = ApprovalSigned.model_validate(event["data"])
        async with AsyncSession(engine) as session:
            session.add(Signing(id=event["id"], body=signed.model_dump_json()))
            session.add(Outbox(event_id=event["id"], body=signed.model_dump_json()))
            await session.commit()
        return {"id": event["id"]}

    return app


async def relay(engine: AsyncEngine, url: str) -> None:
    """Publish row by row."""
    broker = NatsBroker(url)
    await broker.start()
    while True:
        async with AsyncSession(engine) as session:
            query = select(Outbox).where(col(Outbox.sent).is_(False)).order_by(col(Outbox.id)).limit(100)
            rows = (await session.exec(query)).all()
            for row in rows:
                body = json.loads(row.body)
                await broker.publish(body, SUBJECT, stream=STREAM, headers={"Nats-Msg-Id": row.event_id}, timeout=5)
                row.sent = True
                session.add(row)
            await session.commit()
        if not rows:
            await asyncio.sleep(0.02)


def project(engine: AsyncEngine, url: str) -> FastAPI:
    """Return the process that projects message by message."""
    broker = NatsBroker(url)

    @broker.subscriber(
        SUBJECT,
        stream=JStream(STREAM, declare=False),
        durable="project",
        config=ConsumerConfig(max_ack_pending=1000),
        pull_sub=PullSub(batch_size=100),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def keep(signed: ApprovalSigned) -> None:
        async with AsyncSession(engine) as session:
            session.add(Projected(event_id=str(uuid.uuid4()), body=signed.model_dump_json()))
            await session.commit()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await broker.start()
        yield
        await broker.stop()

    return FastAPI(lifespan=lifespan)


def main(role: str, database: str, url: str, port: str) -> None:
    """Run one process."""
    engine = create_async_engine(database, pool_size=16, max_overflow=0)
    if role == "relay":
        asyncio.run(relay(engine, url))
        return
    app = api(engine) if role == "api" else project(engine, url)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
