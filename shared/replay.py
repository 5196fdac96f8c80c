"""Replaying messages in quarantine: applied by the service's own reactions, as they came or as they were mended."""

import asyncio
import contextlib
from dataclasses import dataclass

from shared import quarantine
from shared.consumer import Consumer
from shared.database import is_away
from shared.envelope import read_published
from shared.events import EVENTS
from shared.metrics import FACTS_CONSUMED
from shared.quarantine import Ward


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: an error, or whether it had an effect."""

    id: int
    error: str | None = None
    fresh: bool = True


async def replay(consumer: Consumer, ward: Ward, number: int, by: str) -> Replayed:
    """Apply a message in quarantine after all, in one transaction with the note of it; keep what hinders it."""
    try:
        async with ward.database.transaction() as session:
            row = await quarantine.one(session, number, lock=True)
            fact = read_published((row.mended or row.payload).encode())
            if fact.type in EVENTS:
                fact.event()
            fresh = await consumer.take_in(session, [fact])
            await ward.settle(session, row, fact, by)
    except quarantine.NotInQuarantine:
        raise
    except Exception as error:
        if is_away(error):
            raise
        return Replayed(number, await ward.failed(number, error))
    consumer.applied.set()
    FACTS_CONSUMED.labels(ward.service, "applied").inc(len(fresh))
    return Replayed(number, fresh=bool(fresh))


async def replay_wanted(consumer: Consumer, ward: Ward) -> None:
    """Replay what somebody asked for with a command, for ever."""
    while True:
        try:
            for number, by in await ward.wanted():
                with contextlib.suppress(quarantine.NotInQuarantine):  # dealt with meanwhile
                    await replay(consumer, ward, number, by)
        except Exception as error:
            if not is_away(error):
                raise
        await asyncio.sleep(1)
