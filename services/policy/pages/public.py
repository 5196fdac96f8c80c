"""What a brochure's QR code opens: a page for anybody's phone, without a key, with the newest edition and its PDF."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.policy import tables
from services.policy.brochures.paper import Difference, by_level
from services.policy.domain.codes import read_code
from services.policy.domain.library import in_force
from services.policy.domain.state import Policy
from services.policy.store import Brochures, Library, Store
from services.policy.store.brochures import NoSuchBrochure
from services.policy.store.desk import state_of
from shared.clock import Clock, shanghai_date
from shared.database import Database
from shared.events import BrochurePublished
from shared.problems import Refused
from shared.web import Pages

SUMMARY: Final = 200
"""Characters of a summary shown on a phone; the PDF has all of it. Forty policies stay under 60 KB so."""


def _pdf(brochure: str, printed: tables.Printed, *, newest: bool) -> Response:
    """Answer with a PDF; an edition never changes, what is the newest one may."""
    name = f"{brochure}-第{printed.edition}版.pdf"
    plain = f"{printed.code}-{printed.edition}.pdf"
    headers = {
        "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "ETag": f'"{printed.sha256}"',
        "Cache-Control": "no-cache" if newest else "public, max-age=86400, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(printed.content, media_type="application/pdf", headers=headers)


class NotPrinted(Refused):
    """There is no such edition, or its PDF is still being printed."""

    status = 404
    row = 53
    zh = "《{title}》没有第{edition}版，或其 PDF 正在排印，请稍后再试"
    en = "'{title}' has no edition {edition}, or its PDF is still being printed; try again in a moment"


class BrochurePage:
    """The page as it stands for whoever opens it."""

    def __init__(self, database: Database, clock: Clock, pages: Pages) -> None:
        """Take where brochures are and what renders."""
        self._database = database
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request, code: str) -> Response:
        """Show a brochure's newest edition and count the opening, of whomever; who has logged in is not counted."""
        async with self._database.reading() as session:
            brochures = Brochures(session)
            brochure = await brochures.brochure(code)
            editions, prints = await brochures.editions(code), await brochures.prints([code])
            facts = [BrochurePublished.model_validate(one.fact) for one in editions[:2]]
            policies = await Library(session).several(facts[0].policies)
            registry = await Store(session).registry(brochure.campaign)
        today = shanghai_date(self._clock.now())
        await self._count(request, code)
        return await self._pages.show(
            request,
            "public.html",
            brochure=brochure,
            fact=facts[0],
            demo=registry is not None and registry.plan.demo,
            difference=Difference.between(facts[1] if len(facts) > 1 else None, facts[0]),
            levels=by_level(facts[0].contents),
            ended=_ended(policies, today),
            printed=prints.get((code, brochure.edition)),
            earlier=[one for one in editions[1:] if (code, one.edition) in prints],
            shortened=lambda text: text if len(text) <= SUMMARY else f"{text[: SUMMARY - 1]}…",
        )

    async def _count(self, request: Request, code: str) -> None:
        changes_language = "lang" in request.query_params
        if request.method == "GET" and not changes_language and await self._pages.caller(request) is None:
            async with self._database.transaction() as session:
                await Brochures(session).scanned(code, shanghai_date(self._clock.now()))

    async def pdf(self, code: str, edition: int | None) -> Response:
        """Answer with an edition's PDF, the newest one's without a number."""
        async with self._database.reading() as session:
            brochures = Brochures(session)
            brochure = await brochures.brochure(code)
            printed = await brochures.printed(code, edition or brochure.edition)
        if printed is None:
            raise NotPrinted(title=brochure.title, edition=edition or brochure.edition)
        return _pdf(brochure.title, printed, newest=edition is None)


def _ended(policies: Sequence[tables.Policy], today: date) -> dict[str, str]:
    """Return which of these policies hold no longer, with the reason."""
    states = [state_of(Policy, row) for row in policies]
    return {one.policy: one.repealed_why or "" for one in states if not in_force(one, today)}


def routes(database: Database, clock: Clock, pages: Pages) -> APIRouter:
    """Return the routes behind brochures' short addresses."""
    router, page = APIRouter(include_in_schema=False), BrochurePage(database, clock, pages)

    @router.get("/b/{code}.pdf")
    async def newest(code: str) -> Response:
        return await page.pdf(_known(code), None)

    @router.get("/b/{code}/{edition}.pdf")
    async def pdf(code: str, edition: int) -> Response:
        return await page.pdf(_known(code), edition)

    @router.api_route("/b/{code}", methods=["GET", "HEAD"])
    async def brochure(request: Request, code: str) -> Response:
        known = _known(code)
        if known != code:  # typed by hand, in lower case say
            return RedirectResponse(f"/b/{known}", status_code=307)
        return await page.show(request, known)

    return router


def _known(code: str) -> str:
    known = read_code(code)
    if known is None:
        raise NoSuchBrochure(code=code[:20])
    return known
