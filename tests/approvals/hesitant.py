"""An instance of the approvals service that is slow to commit."""

import asyncio

from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain import ApprovalsWorld
from services.approvals.store import Desk


class Hesitant(Desk):
    """A desk whose group has been decided and is not yet committed until `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.decided, self.go = asyncio.Event(), asyncio.Event()

    async def save(self, session: AsyncSession, world: ApprovalsWorld) -> None:
        await super().save(session, world)
        self.decided.set()
        await self.go.wait()
