"""Tables in, over HTTP and on pages: templates, handing in, progress, and the refused rows to be mended."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Security
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from shared import sheets
from shared.imports import Imports, Kind, Progress, UnknownKind
from shared.keys import Keys
from shared.posted import Caller
from shared.problems import Refused
from shared.sheets import Column
from shared.web import live, openapi
from shared.web.pages import Pages, markup
from shared.web.requests import TooLarge, headers_of, note, read_body

MOST_BYTES: Final = 8 * 1024 * 1024
_SHOWN: Final = 200
_WRONG: Final = Column("_wrong", "错误（导入时不读此列）", "What is wrong", width=48)
_NUMBER: Final = Column("_number", "原行号", "Row", width=8)
_PREFIX: Final = "/v1/imports"


class Form(StrEnum):
    """The forms a table is handed out in."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA: Final = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def written(form: Form, title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Write a table in one of its forms."""
    return sheets.write_csv(columns, rows) if form is Form.CSV else sheets.write_xlsx(title, columns, rows)


def file(form: Form, ascii_name: str, title: str, content: bytes) -> Response:
    """Hand a table out as a file."""
    named = f"attachment; filename=\"{ascii_name}.{form}\"; filename*=UTF-8''{quote(f'{title}.{form}')}"
    return Response(content, media_type=_MEDIA[form], headers={"Content-Disposition": named})


def template(kind: Kind, form: Form) -> Response:
    """Return an empty table of a kind: headings, and in XLSX lists of what a cell may hold."""
    return file(form, f"{kind.name}", f"{kind.zh}-模板", written(form, kind.zh, kind.columns, []))


async def refused_rows(imports: Imports, progress: Progress, form: Form) -> Response:
    """Return the refused rows with what is wrong beside each, to be mended and handed in again."""
    kind = imports.kind(progress.run.kind)
    rows = [
        dict(one.cells) | {_NUMBER.name: one.number, _WRONG.name: one.sentence(kind.columns)}
        for one in await imports.refusals(progress.run.run)
    ]
    columns = (*kind.columns, _NUMBER, _WRONG)
    return file(form, f"{progress.run.run}-refused", f"{kind.zh}-未通过", written(form, kind.zh, columns, rows))


async def told(imports: Imports, progress: Progress) -> dict[str, Any]:
    """Return how far an import is, as JSON."""
    run = progress.run
    kind = imports.kind(run.kind)
    errors = [
        {"row": one.number, "zh": one.sentence(kind.columns), "en": one.sentence(kind.columns, english=True)}
        | {"problem": one.problem}
        for one in await imports.refusals(run.run, _SHOWN)
    ]
    return {
        "run": run.run,
        "kind": run.kind,
        "name": run.name,
        "rows": progress.rows,
        "done": progress.done,
        "finished": run.finished_at is not None,
        "counts": dict(progress.counts),
        "refused": errors,
        "refused_rows": f"{_PREFIX}/runs/{run.run}/refused.xlsx",
    }


_TABLE: Final = {"type": "string", "format": "binary"}
_RUN: Final = {"type": "object", "required": ["run", "rows", "done", "finished", "counts", "refused"]}


def _described(*statuses: int, body: bool = False, answer: str = "") -> dict[str, Any]:
    told = {"responses": openapi.refusals(*statuses)}
    if body:
        content = {_MEDIA[form].partition(";")[0]: {"schema": _TABLE} for form in Form}
        told |= {"requestBody": {"required": True, "content": content}}
    if answer:
        told["responses"] |= {answer: {"description": "导入进度 · How far it is", "content": _json(_RUN)}}
    return told


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def imports_route(imports: Imports, keys: Keys) -> APIRouter:
    """Return the routes for systems."""
    router = APIRouter(prefix=_PREFIX, dependencies=[Security(openapi.KEY)])

    async def caller_of(request: Request) -> Caller:
        return await keys.caller(request.headers.get("authorization"))

    @router.get("", openapi_extra=_described(401, 503))
    async def kinds(request: Request) -> list[dict[str, Any]]:
        """List the tables taken here, with their columns and templates."""
        await caller_of(request)
        return [
            {"kind": kind.name, "zh": kind.zh, "en": kind.en, "template": f"{_PREFIX}/{kind.name}/template.xlsx"}
            | {"columns": [{"name": one.name, "zh": one.zh, "required": one.required} for one in kind.columns]}
            for kind in imports.kinds.values()
        ]

    @router.get("/{kind}/template.{form}", response_class=Response, openapi_extra=_described(401, 404, 422, 503))
    async def empty(request: Request, kind: str, form: Form) -> Response:
        """Return an empty table to fill in."""
        await caller_of(request)
        return template(imports.kind(kind), form)

    described = _described(400, 401, 404, 413, 422, 503, body=True, answer="202")

    @router.post("/{kind}", status_code=202, openapi_extra=described)
    async def take(request: Request, kind: str, name: str = "table") -> dict[str, Any]:
        """Take a CSV or XLSX table as the body; its rows are posted in the background."""
        caller = await caller_of(request)
        imports.kind(kind)
        content = await read_body(request, headers_of(request), MOST_BYTES)
        run = await imports.take(caller, kind, name, content)
        note(request, unit=caller.unit, run=run)
        return await told(imports, await imports.progress(caller, run))

    @router.get("/runs/{run}", openapi_extra=_described(401, 404, 422, 503, answer="200"))
    async def run_of(request: Request, run: str) -> dict[str, Any]:
        """Tell how far an import is, and which rows were refused and why."""
        return await told(imports, await imports.progress(await caller_of(request), run))

    @router.get("/runs/{run}/refused.{form}", response_class=Response, openapi_extra=_described(401, 404, 422, 503))
    async def refused(request: Request, run: str, form: Form) -> Response:
        """Return the refused rows as a table, with what is wrong with each."""
        return await refused_rows(imports, await imports.progress(await caller_of(request), run), form)

    return router


async def table_in(filled: FormData, otherwise: str) -> tuple[str, bytes]:
    """Return a form's table with its file's name; raises NotATable, or TooLarge, for half a table is none."""
    table = filled.get("table")
    if not isinstance(table, UploadFile) or not table.size:
        raise sheets.NotATable(reason="没有选择文件", reason_en="no file was chosen")
    if table.size > MOST_BYTES:
        raise TooLarge(limit=MOST_BYTES)
    return table.filename or otherwise, await table.read(MOST_BYTES)


class _Pages:
    """The pages as they stand for a caller."""

    def __init__(self, imports: Imports, pages: Pages) -> None:
        self._imports = imports
        self._pages = pages

    async def form(self, request: Request, caller: Caller, trouble: Refused | None = None) -> Response:
        """Show what can be handed in; after a refusal, what was wrong."""
        problem, status = (trouble.problem(), trouble.status) if trouble else (None, 200)
        kinds = sorted(self._imports.kinds.values(), key=lambda kind: kind.name.startswith("chunfeng."))
        known: dict[str, Any] = {"kinds": kinds, "recent": await self._imports.recent(caller), "problem": problem}
        known |= {"chosen": request.query_params.get("kind", ""), "names": {kind.name: kind for kind in kinds}}
        return await self._pages.show(request, "imports.html", status=status, **known)

    async def part(self, request: Request, caller: Caller, run: str) -> str:
        """Return how far an import is, as HTML."""
        progress = await self._imports.progress(caller, run)
        kind, refusals = self._imports.kind(progress.run.kind), await self._imports.refusals(run, _SHOWN)
        return self._pages.render(request, "import_part.html", caller, kind=kind, progress=progress, refusals=refusals)

    async def take(self, request: Request, caller: Caller) -> Response:
        """Take a form with a table."""
        async with request.form(max_part_size=MOST_BYTES) as filled:
            kind = str(filled.get("kind", ""))
            try:
                name, content = await table_in(filled, kind)
            except Refused as refusal:
                return await self.form(request, caller, refusal)
        try:
            run = await self._imports.take(caller, kind, name, content)
        except (sheets.NotATable, UnknownKind) as refusal:
            return await self.form(request, caller, refusal)
        return RedirectResponse(f"/imports/{run}", status_code=303)


def import_pages(imports: Imports, pages: Pages) -> APIRouter:
    """Return the pages for people."""
    router, visitor, shown = APIRouter(include_in_schema=False), pages.needs_login(), _Pages(imports, pages)

    @router.get("/imports")
    async def form(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await shown.form(request, caller)

    @router.post("/imports")
    async def take(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        return await shown.take(request, caller)

    @router.get("/imports/template/{kind}.{form}")
    async def empty(_: Annotated[Caller, visitor], kind: str, form: Form) -> Response:
        return template(imports.kind(kind), form)

    @router.get("/imports/{run}")
    async def run_page(request: Request, run: str, caller: Annotated[Caller, visitor]) -> Response:
        return await pages.show(request, "import.html", run=run, part=markup(await shown.part(request, caller, run)))

    @router.get("/imports/{run}/live")
    async def stream(request: Request, run: str, caller: Annotated[Caller, visitor]) -> Response:
        return live.stream(request, caller, lambda: shown.part(request, caller, run))

    @router.get("/imports/{run}/refused.{form}")
    async def refused(run: str, form: Form, caller: Annotated[Caller, visitor]) -> Response:
        return await refused_rows(imports, await imports.progress(caller, run), form)

    return router
