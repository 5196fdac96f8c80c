"""Brochures: the 17 departments' board, editions with their hashes, the PDFs on file."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel
from starlette.responses import Response

from services.policy.brochures.board import Department, board
from services.policy.store import Brochures
from services.policy.store.brochures import NoSuchBrochure
from shared.clock import Clock
from shared.database import Database
from shared.keys import Keys
from shared.web import needs_key


class EditionOnFile(BaseModel):
    """One edition of a brochure; without a hash its PDF is still being printed."""

    code: str
    edition: int
    title: str
    published_at: AwareDatetime
    policies: int
    pdf_sha256: str | None
    pages: int | None


class Board(BaseModel):
    """Which of the 17 departments have made their brochures, and which have not."""

    campaign: str
    made: int
    of: int
    missing: list[str]
    departments: Sequence[Department]


def routes(database: Database, keys: Keys, clock: Clock) -> APIRouter:
    """Return the routes of brochures."""
    router = APIRouter(prefix="/v1/brochures", dependencies=[needs_key(keys)])

    @router.get("")
    async def completeness(campaign: str) -> Board:
        """Name the departments that still owe their brochure (notice §二(四)4(3))."""
        async with database.reading() as session:
            rows = await board(session, campaign, clock.now())
        missing = [row.name for row in rows if not row.brochures]
        return Board(campaign=campaign, made=len(rows) - len(missing), of=len(rows), missing=missing, departments=rows)

    @router.get("/{code}")
    async def editions(code: str) -> list[EditionOnFile]:
        """List a brochure's editions, the newest first."""
        async with database.reading() as session:
            brochures = Brochures(session)
            await brochures.brochure(code)
            rows, prints = await brochures.editions(code), await brochures.prints([code])
        return [
            EditionOnFile(
                code=code,
                edition=row.edition,
                title=row.fact["title"],
                published_at=row.published_at,
                policies=len(row.fact["contents"]),
                pdf_sha256=prints.get((code, row.edition), (None, None))[0],
                pages=prints.get((code, row.edition), (None, None))[1],
            )
            for row in rows
        ]

    @router.get("/{code}/{edition}.pdf", response_class=Response)
    async def pdf(code: str, edition: int) -> Response:
        """Return the PDF on file of an edition, superseded ones too."""
        async with database.reading() as session:
            printed = await Brochures(session).printed(code, edition)
        if printed is None:
            raise NoSuchBrochure(code=code)
        return Response(printed.content, media_type="application/pdf")

    return router
