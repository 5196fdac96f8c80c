"""What was recorded of an application, from the outbox: the record of truth."""

import json

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain.history import Recorded

_FACTS = text("""
    SELECT event_id, type, version, envelope, recorded_at FROM outbox WHERE subject = :subject ORDER BY version
""")


async def facts_of(session: AsyncSession, subject: str) -> list[Recorded]:
    """List the facts of an application in the order in which they were decided."""
    rows = await (await session.connection()).execute(_FACTS, {"subject": subject})
    found = []
    for row in rows:
        envelope = json.loads(row.envelope)
        found.append(
            Recorded(
                event_id=row.event_id,
                type=row.type,
                version=row.version,
                time=envelope["time"],
                recorded_at=row.recorded_at,
                data=envelope["data"],
            )
        )
    return found
