"""The ledger handed in again: each row is looked at before anything is recorded, then posted in the background."""

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.approvals.pages.trial import answered
from services.approvals.sheets import COLUMNS
from shared import sheets
from shared.imports import Kind, Refusal
from shared.posted import Caller
from shared.problems import Refused
from shared.sheets import Row
from shared.spine import Spine
from shared.web import Pages
from shared.web.imports import MOST_BYTES, table_in

_SHOWN: Final = 500
KIND: Final = "ledger"


class Checked(NamedTuple):
    """What a row comes to: the types of its events, or what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    types: tuple[str, ...]
    wrong: Refusal | None


class LedgerImport:
    """The page as it stands for a caller."""

    def __init__(self, spine: Spine, pages: Pages, kind: Kind) -> None:
        """Take the service, its pages and the ledger's kind of table."""
        self._spine = spine
        self._pages = pages
        self._kind = kind

    async def show(self, request: Request, trouble: Refused | None = None, **context: Any) -> Response:  # noqa: ANN401  (names)
        """Show the form; after a look, what every row comes to."""
        problem, status = (trouble.problem(), trouble.status) if trouble else (None, 200)
        usual = {"rows": None, "content": "", "file": "", "columns": COLUMNS, "most": _SHOWN}
        return await self._pages.show(
            request, "ledger_import.html", status=status, problem=problem, **{**usual, **context}
        )

    async def check(self, request: Request, caller: Caller) -> Response:
        """Read the file and ask the rules about every row; nothing is recorded."""
        async with request.form(max_part_size=MOST_BYTES) as filled:
            try:
                name, content = await table_in(filled, KIND)
            except Refused as refusal:
                return await self.show(request, refusal)
        try:
            rows = await asyncio.to_thread(sheets.read, COLUMNS, content)
            checked = await self._checked(caller, rows)
        except Refused as refusal:
            return await self.show(request, refusal)
        return await self.show(request, rows=checked, content=base64.b64encode(content).decode(), file=name)

    async def _checked(self, caller: Caller, rows: Sequence[Row]) -> list[Checked]:
        async with self._spine.database.reading() as session:
            readings = await self._kind.read(session, caller, rows)
        posts = [(place, post) for place, one in enumerate(readings) if not isinstance(one, Refused) for post in one]
        kinds = self._spine.intake.desk.accepts if self._spine.intake else {}
        answers = await answered(self._spine, caller, [(kinds[post.type], post.data) for _, post in posts])
        wrong: dict[int, Refused] = {place: one for place, one in enumerate(readings) if isinstance(one, Refused)}
        types: dict[int, list[str]] = {}
        for (place, post), answer in zip(posts, answers, strict=True):
            types.setdefault(place, []).append(post.type)
            if answer is not None:
                wrong.setdefault(place, answer)
        return [
            Checked(
                row.number,
                row.cells,
                tuple(types.get(place, ())),
                Refusal(row.number, row.cells, wrong[place].problem()) if place in wrong else None,
            )
            for place, row in enumerate(rows)
        ]

    async def take(self, request: Request, caller: Caller) -> Response:
        """Hand the file that was looked at to the background."""
        if self._spine.imports is None:
            return Response(status_code=404)
        async with request.form(max_part_size=2 * MOST_BYTES) as filled:
            name, text = str(filled.get("file", "")) or KIND, str(filled.get("content", ""))
        try:
            content = base64.b64decode(text, validate=True)
            run = await self._spine.imports.take(caller, KIND, name, content)
        except binascii.Error:
            wrong = sheets.NotATable(reason="请重新选择文件", reason_en="choose the file again")
            return await self.show(request, wrong)
        except Refused as refusal:
            return await self.show(request, refusal)
        return RedirectResponse(f"/imports/{run}", status_code=303)


def routes(spine: Spine, pages: Pages, kind: Kind) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False, prefix="/ledger/import"), LedgerImport(spine, pages, kind)
    visitor = pages.needs_login()

    @router.get("")
    async def form(request: Request, _: Annotated[Caller, visitor]) -> Response:
        return await page.show(request)

    @router.post("/check")
    async def check(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await page.check(request, caller)

    @router.post("/take")
    async def take(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await page.take(request, caller)

    return router
