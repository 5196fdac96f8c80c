"""What the caller's unit was told of issues, as data."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.forums.store.notices import Notices, Told
from shared.clock import Clock, shanghai_date
from shared.database import Database
from shared.keys import Keys
from shared.plans import Plans
from shared.web import needs_key


class NoticesPage(BaseModel):
    """One page of a unit's notices."""

    total: int
    unseen: int
    notices: list[Told]


def routes(database: Database, keys: Keys, clock: Clock) -> APIRouter:
    """Return the routes; each needs a key."""
    router, plans = APIRouter(prefix="/v1", dependencies=[needs_key(keys)]), Plans()

    @router.get("/notices")
    async def notices(
        request: Request,
        unseen: Annotated[bool, Query()] = False,  # noqa: FBT002  (a parameter of the address)
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> NoticesPage:
        """List what the caller's unit was told of issues, what it has not acknowledged first."""
        caller = await keys.caller(request.headers.get("authorization"))
        async with database.reading() as session:
            store = Notices(session, plans)
            today = shanghai_date(clock.now())
            found = await store.of_unit(caller.unit, today, unseen=unseen, limit=size, offset=size * (page - 1))
            return NoticesPage(
                total=await store.count(caller.unit), unseen=await store.unseen(caller.unit), notices=list(found)
            )

    return router
