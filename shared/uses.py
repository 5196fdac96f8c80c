"""When keys were last used: told by every service on a core NATS subject, kept where keys are issued (row 75).

It is no fact: it changes all the time, and nobody decides by it. What one telling loses, the next one brings.
"""

import asyncio
import json
from datetime import datetime
from typing import Final

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import text

from shared import logs
from shared.database import Database, is_away
from shared.keys import Keys

SUBJECT: Final = "chunfeng.uses"
_EVERY_SECONDS: Final = 2.0
_KEEP: Final = text("""
    UPDATE key SET last_used_at = greatest(key.last_used_at, used.at)
    FROM unnest(CAST(:keys AS text[]), CAST(:times AS timestamptz[])) AS used(name, at) WHERE key.key = used.name
""")


async def tell(client: Client, service: str, keys: Keys) -> None:
    """Tell the uses of keys since the last telling, for ever."""
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        told, keys.used = keys.used, {}
        if not told:
            continue
        try:
            used = {key: at.isoformat() for key, at in told.items()}
            await client.publish(f"{SUBJECT}.{service}", json.dumps(used).encode())
        except (nats.errors.Error, OSError) as error:
            keys.used = told | keys.used
            logs.get().debug("uses.untold", error=type(error).__name__)


async def hear(client: Client, database: Database) -> None:
    """Keep what is told, in the table of keys."""

    async def take(message: Msg) -> None:
        try:
            used = {str(key): datetime.fromisoformat(at) for key, at in json.loads(message.data).items()}
        except (ValueError, AttributeError, TypeError):
            return  # nobody told it who may
        try:
            async with database.transaction() as session:
                values = {"keys": list(used), "times": list(used.values())}
                await (await session.connection()).execute(_KEEP, values)
        except Exception as error:
            if not is_away(error):
                raise

    await client.subscribe(f"{SUBJECT}.*", queue="uses", cb=take)
