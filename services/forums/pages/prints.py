"""A forum's papers as PDF, and the vehicle manifest as a table."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from services.forums import papers
from services.forums.store import Gathering, Gatherings
from shared.plans import Plans
from shared.posted import Caller
from shared.printing.papers import Papers
from shared.problems import Refused
from shared.spine import Spine
from shared.web import Pages

_PAPERS: Final[Mapping[str, tuple[str, Callable[[Gathering], str]]]] = {
    "agenda": ("议程", papers.agenda),
    "attendance": ("签到表", papers.sign_in),
    "vehicles": ("乘车表", papers.manifest),
}


class NoMinutes(Refused):
    """Nobody has written the minutes yet."""

    status = 404
    row = 41
    zh = "{session}座谈会尚无纪要"
    en = "There are no minutes of the forum of {session} yet"


def _named(body: bytes, media: str, name: str) -> Response:
    """Answer with a file; it is shown, or kept under a Chinese name."""
    disposition = f"inline; filename*=UTF-8''{quote(name)}"
    return Response(body, media_type=media, headers={"Content-Disposition": disposition, "Cache-Control": "no-store"})


def routes(spine: Spine, pages: Pages, press: Papers) -> APIRouter:
    """Return the routes."""
    router, plans = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}"), Plans()
    visitor = pages.needs_login()

    async def printed(one: Gathering, html: str, paper: str) -> bytes:
        about = {"identifier": f"{paper}/{one.session.session}", "created": papers.starts_at(one)}
        return await press.print(html, papers.CSS, signs=True, **about)  # type: ignore[arg-type]

    def serve(paper: str, zh: str, write: Callable[[Gathering], str]) -> None:
        @router.get(f"/{paper}.pdf")
        async def show(session_id: str, _: Annotated[Caller, visitor]) -> Response:
            async with spine.database.reading() as session:
                one = await Gatherings(session, plans).of(session_id)
            body = await printed(one, write(one), paper)
            return _named(body, "application/pdf", f"{one.session.name}{zh}.pdf")

    for paper, (zh, write) in _PAPERS.items():
        serve(paper, zh, write)

    @router.get("/minutes.pdf")
    async def minutes(session_id: str, _: Annotated[Caller, visitor]) -> Response:
        async with spine.database.reading() as session:
            store = Gatherings(session, plans)
            one, revisions = await store.of(session_id), await store.minutes_of(session_id)
        if not revisions:
            raise NoMinutes(session=one.session.name)
        body = await printed(one, papers.minutes(one, revisions[0]), f"minutes-{revisions[0].revision}")
        return _named(body, "application/pdf", f"{one.session.name}座谈会纪要.pdf")

    @router.get("/vehicles.csv")
    async def manifest(session_id: str, _: Annotated[Caller, visitor]) -> Response:
        async with spine.database.reading() as session:
            one = await Gatherings(session, plans).of(session_id)
        return _named(papers.manifest_csv(one), "text/csv; charset=utf-8", f"{one.session.name}乘车表.csv")

    return router
