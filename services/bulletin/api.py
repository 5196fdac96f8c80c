"""HTTP routes of the bulletin service: issued bulletins, their pages and data, deliveries, completeness."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.bulletin import formats
from services.bulletin.delivery import file_name
from services.bulletin.domain.refusals import NoEdition, NoSuchPlace
from services.bulletin.domain.wrapup import name_of
from services.bulletin.formats import Form
from services.bulletin.store import Store
from services.bulletin.store.console import FROM_THE_START, Console
from services.bulletin.store.deliveries import Key, key_of
from services.bulletin.tables import AttemptRow, DeliveryRow, EditionRow
from services.bulletin.wrapup import standing
from shared.clock import Clock
from shared.database import Database
from shared.keys import Keys
from shared.web import needs_key

MOST: Final = 500
After = Annotated[str | None, Query(max_length=1000, description="As the `Link` of the page before has it")]
State = Literal["queued", "sending", "delivered", "unknown", "failed"]
_CURSOR: Final = re.compile(r"([^|]*)\|([0-9]{1,9})\|(.*)")
NEXT_IN_LINK: Final[dict[str, Any]] = {
    "responses": {
        "200": {
            "description": "依次排列；还有下一页时 Link 给出其地址 · In order; `Link` leads to the next page",
            "headers": {"Link": {"schema": {"type": "string"}, "description": '<…?after=…>; rel="next"'}},
        }
    }
}


def _summary(row: EditionRow) -> dict[str, Any]:
    return {
        "session": row.session,
        "series": row.series,
        "year": row.year,
        "number": row.number,
        "revision": row.revision,
        "issued_at": row.issued_at,
        "due_at": row.due_at,
        "complete": row.complete,
        "sha256": row.sha256,
        "pdf_sha256": row.pdf_sha256,
        "pdf": f"/v1/bulletins/{row.session}/{row.revision}.pdf",
        "data": f"/v1/bulletins/{row.session}/{row.revision}.json",
        "forms": {form.value: f"/v1/bulletins/{row.session}/{row.revision}.{form}" for form in Form},
    }


def _delivery(row: DeliveryRow, log: Sequence[AttemptRow]) -> dict[str, Any]:
    shown = {"number", "begun_at", "ended_at", "outcome", "answer", "bytes", "pdf_sha256"}
    return row.model_dump(exclude={"claimed_until"}) | {"log": [one.model_dump(include=shown) for one in log]}


def _cursor(after: str) -> Key:
    """Return the delivery a page goes on after."""
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise NoSuchPlace(path="after")
    return found[1], int(found[2]), found[3]


def routes(database: Database, keys: Keys, clock: Clock) -> APIRouter:
    """Return the service's own routes; each needs a key."""
    router = APIRouter(prefix="/v1", dependencies=[needs_key(keys)])

    async def edition(session_id: str, revision: int) -> EditionRow:
        async with database.reading() as session:
            row = await Store(session).edition_of(session_id, revision)
        if row is None:
            raise NoEdition(session=session_id)
        return row

    @router.get("/bulletins")
    async def bulletins() -> list[dict[str, Any]]:
        """List issued bulletins and their corrections, by number."""
        async with database.reading() as session:
            return [_summary(row) for row in await Store(session).editions()]

    @router.get("/bulletins/{session_id}/{revision}.{form}")
    async def file(session_id: str, revision: int, form: Form) -> Response:
        """Return an edition in a shape: the PDF as delivered, the JSON as hashed, or one written from it."""
        row = await edition(session_id, revision)
        disposition = {"Content-Disposition": f'inline; filename="{file_name(row, form)}"'}
        return Response(formats.written(row, form), media_type=form.media, headers=disposition)

    @router.get("/deliveries", openapi_extra=NEXT_IN_LINK)
    async def deliveries(  # noqa: PLR0913, PLR0917  (what may be asked for)
        request: Request,
        response: Response,
        after: After = None,
        session: Annotated[str | None, Query(max_length=200, description="Of this session alone")] = None,
        state: Annotated[list[State] | None, Query(description="In one of these states alone")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> list[dict[str, Any]]:
        """List deliveries by session, revision and recipient, each with its state and every attempt at it."""
        async with database.reading() as reading:
            wanted = _cursor(after) if after is not None else None
            found = await Store(reading).deliveries_after(wanted, session=session, states=state, limit=limit + 1)
        if len(found) > limit:
            last = "|".join(map(str, key_of(found[limit - 1][0])))
            following = request.url.include_query_params(after=last)
            response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return [_delivery(row, log) for row, log in found[:limit]]

    @router.get("/clock")
    async def deadlines() -> list[dict[str, Any]]:
        """List closed sessions with their limit, the time left and the newest edition."""
        now = clock.now()
        async with database.reading() as session:
            closings = await Store(session).closings()
        return [
            {
                "session": one.session,
                "closed_at": one.closed_at,
                "due_at": one.due_at,
                "seconds_left": (one.due_at - now).total_seconds(),
                "alarmed_hours": one.alarmed,
                "revision": one.revision,
                "settled": one.settled,
                "signed": one.signed,
            }
            for one in closings
        ]

    @router.get("/campaigns")
    async def campaigns() -> list[dict[str, Any]]:
        """List campaigns with how many sessions have their bulletin, and whether the wrap-up is out and up to date."""
        async with database.reading() as session:
            store = Store(session)
            found = [await standing(store, plan) for plan in await store.plans()]
        return [
            {
                "campaign": one.plan.campaign,
                "sessions": len(one.plan.sessions),
                "issued": len(one.issued),
                "wrapup": name_of(one.plan.campaign) if one.newest else None,
                "wrapup_revision": one.newest.revision if one.newest else None,
                "wrapup_due": one.is_due,
            }
            for one in found
        ]

    @router.get("/completeness")
    async def completeness() -> dict[str, Any]:
        """Tell up to which sequence each source is known, and which sequences are missing."""
        async with database.reading() as session:
            positions = await Store(session).positions()
            return {"positions": positions, "holes": await Console(session).holes(FROM_THE_START | positions)}

    return router
