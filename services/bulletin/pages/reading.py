"""The reading room: issued bulletins, found by any word in them, each with its data, its shapes and its corrections."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.bulletin import formats, wording
from services.bulletin.delivery import file_name
from services.bulletin.domain.edition import Edition
from services.bulletin.domain.refusals import NoEdition
from services.bulletin.formats import Form
from services.bulletin.pages.standing import Outstanding, outstanding
from services.bulletin.store import Store
from services.bulletin.tables import EditionRow
from shared.clock import Clock
from shared.database import Database
from shared.keys import BadKey, Keys
from shared.posted import Caller
from shared.printing import fonts
from shared.web import Pages
from shared.web.pages import LogInFirst, markup

_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class Issue:
    """One number of the bulletin: its newest edition, and how many corrections it has had."""

    row: EditionRow
    edition: Edition
    corrections: int

    @property
    def title(self) -> str:
        return "".join(wording.title(self.edition)).removesuffix("（更正）")

    @property
    def number(self) -> str:
        bare = self.edition.model_copy(update={"revision": 0, "draft": None})
        return wording.issue_number(bare)


def issues(rows: Sequence[EditionRow]) -> list[Issue]:
    """Return the newest edition of each number, the newest number first."""
    newest = {row.session: row for row in rows}  # rows come with the newest revision last
    found = [Issue(row, Edition.model_validate_json(row.canonical), row.revision) for row in newest.values()]
    return sorted(found, key=lambda one: (one.edition.issued_at, one.row.number), reverse=True)


def download(row: EditionRow, form: Form) -> Response:
    """Hand an edition out as a file; PDFs and pages open in the browser."""
    name = file_name(row, form)
    kind = "inline" if form in (Form.PDF, Form.HTML, Form.JSON) else "attachment"
    disposition = f"{kind}; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff", "Cache-Control": "private"}
    if form is Form.HTML:
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return Response(formats.written(row, form), media_type=form.media, headers=headers)


def article(edition: Edition) -> Mapping[str, Any]:
    """Return what a page needs to show an edition in full."""
    shown = formats.shown(edition)
    chart = shown["chart"]
    return shown | {"chart": lambda part: markup(chart(part))}


class ReadingRoom:
    """The pages as they stand now."""

    def __init__(self, database: Database, clock: Clock, pages: Pages) -> None:
        """Take where editions are kept."""
        self._database = database
        self._clock = clock
        self._pages = pages

    async def _waiting(self, store: Store) -> list[Outstanding]:
        return await outstanding(store, self._clock.now(), unissued=True)

    async def index(self, request: Request, words: str, page: int) -> Response:
        """Show what has been issued, and what is due."""
        async with self._database.reading() as session:
            store = Store(session)
            found = issues(await store.editions(containing=words))
            waiting = await self._waiting(store) if not words else []
        pages = max(-(-len(found) // _SHOWN), 1)
        page = min(max(page, 1), pages)
        return await self._pages.show(
            request,
            "reading.html",
            issues=found[_SHOWN * (page - 1) : _SHOWN * page],
            total=len(found),
            words=words,
            page=page,
            pages=pages,
            waiting=waiting,
            summary=wording.totals,
        )

    async def one(self, request: Request, name: str, revision: int) -> Response:
        """Show one edition in full, with the history of its number."""
        async with self._database.reading() as session:
            store = Store(session)
            row = await store.edition_of(name, revision)
            history = await store.editions(sessions=[name])
        if row is None:
            raise NoEdition(session=name)
        edition = Edition.model_validate_json(row.canonical)
        return await self._pages.show(
            request,
            "issue.html",
            row=row,
            one=Issue(row, edition, row.revision),
            history=[(each, Edition.model_validate_json(each.canonical)) for each in history],
            newest=history[-1].revision,
            forms=[*Form],
            faces=fonts.used(row.pdf),
            **article(edition),
        )


async def reader(request: Request, keys: Keys, pages: Pages) -> Caller | None:
    """Return who reads: with a browser's cookie, a system's key, or a feed reader's password, which is the key."""
    header = request.headers.get("authorization")
    if header is None:
        return await pages.caller(request)
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            return None
    try:
        return await keys.caller(f"Bearer {value}")
    except BadKey:
        return None


def routes(database: Database, clock: Clock, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, room = APIRouter(include_in_schema=False), ReadingRoom(database, clock, pages)
    visitor = pages.needs_login()

    @router.get("/bulletins")
    async def index(request: Request, _: Annotated[Caller, visitor], q: str = "", page: int = 1) -> Response:
        return await room.index(request, q.strip()[:100], page)

    @router.get("/bulletins/{name}/{revision:int}")
    async def one(request: Request, name: str, revision: int, _: Annotated[Caller, visitor]) -> Response:
        return await room.one(request, name, revision)

    @router.get("/bulletins/{name}")
    async def newest(name: str, _: Annotated[Caller, visitor]) -> Response:
        async with database.reading() as session:
            row = await Store(session).newest_edition_of(name)
        if row is None:
            raise NoEdition(session=name)
        return RedirectResponse(f"/bulletins/{name}/{row.revision}", status_code=303)

    return router


def files(database: Database, keys: Keys, pages: Pages) -> APIRouter:
    """Return the routes of what is taken along: editions in their shapes, and the feed."""
    router = APIRouter(include_in_schema=False)

    async def known(request: Request) -> Caller:
        caller = await reader(request, keys, pages)
        if caller is None:
            raise LogInFirst
        return caller

    @router.get("/bulletins/{name}/{revision:int}.{form}")
    async def file(name: str, revision: int, form: Form, _: Annotated[Caller, Depends(known)]) -> Response:
        async with database.reading() as session:
            row = await Store(session).edition_of(name, revision)
        if row is None:
            raise NoEdition(session=name)
        # A letter of two thousand applications takes seconds, which nobody else shall wait for.
        return await asyncio.to_thread(download, row, form)

    @router.get("/feed.atom")
    async def feed(request: Request) -> Response:
        if await reader(request, keys, pages) is None:
            if pages.wanted(request):
                raise LogInFirst
            return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Chunfeng", charset="UTF-8"'})
        async with database.reading() as session:
            rows = await Store(session).editions()
        root = str(request.base_url).rstrip("/")
        return Response(formats.atom(rows, lambda path: root + path), media_type="application/atom+xml")

    return router
