"""Problem details (RFC 9457): every refusal leaves as application/problem+json in Chinese and English."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import asyncpg
import sqlalchemy.exc
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared import logs
from shared.database import is_away, sql_class
from shared.problems import Refused, invalid
from shared.web.pages import Pages

PROBLEM = "application/problem+json"
_AGAIN_AFTER_SECONDS: Final[Mapping[int, str]] = {503: "2", 429: "10"}

_BAD_VALUE = "22"
"""Class of SQLSTATE of a value that PostgreSQL cannot take."""
_TITLES = {
    404: ("没有此地址或此项", "There is nothing at this address"),
    405: ("此地址不支持该方法", "This address does not support the method"),
}


class Unavailable(Refused):
    """The service has no database just now."""

    status = 503
    zh = "系统暂时无法读取数据，请稍后再试"
    en = "Nothing can be looked up just now; try again in a moment"


class ImpossibleValue(Refused):
    """A value in the address or the body is none that anything here can have."""

    row = 81
    zh = "请求中有超出范围的数字，或不能保存的字符"
    en = "The request holds a number out of range, or a character that cannot be kept"


def problem_response(body: dict[str, object]) -> Response:
    """Render a problem document with its status."""
    status = int(str(body["status"]))
    headers = {"Retry-After": after} if (after := _AGAIN_AFTER_SECONDS.get(status)) else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status_code=status, media_type=PROBLEM, headers=headers)


def known(failure: Exception) -> Response | None:
    """Answer a refusal of the domain or the edge, or a database that is away; None for anything else."""
    if isinstance(failure, Refused):
        return problem_response(failure.problem())
    if sql_class(failure) == _BAD_VALUE:
        return problem_response(ImpossibleValue().problem())
    if is_away(failure):
        logs.get().warning("database.away", error=type(failure).__name__)
        return problem_response(Unavailable().problem())
    return None


async def _known(_: Request, failure: Exception) -> Response:
    answer = known(failure)
    if answer is None:
        raise failure
    return answer


async def _unreadable(_: Request, failure: Exception) -> Response:
    if not isinstance(failure, RequestValidationError):
        raise failure
    as_pydantic = ValidationError.from_exception_data(
        "request",
        [
            {"type": "value_error", "loc": e["loc"], "ctx": {"error": ValueError(e["msg"])}, "input": None}
            for e in failure.errors()
        ],
    )
    return problem_response(invalid(as_pydantic).problem())


async def _http(_: Request, failure: Exception) -> Response:
    if not isinstance(failure, HTTPException):
        raise failure
    zh, en = _TITLES.get(failure.status_code, (str(failure.detail), str(failure.detail)))
    body = {"type": "about:blank", "title": zh, "title_en": en, "status": failure.status_code}
    return problem_response(body)


def broken(failure: Exception) -> Response:
    """Answer a failure of our own, and log it."""
    logs.get().error("request.failed", exc_info=failure)
    zh, en = "系统内部错误，已记录", "An internal error; it has been recorded"
    return problem_response({"type": "about:blank", "title": zh, "title_en": en, "status": 500})


async def _broken(_: Request, failure: Exception) -> Response:
    return broken(failure)


Handler = Callable[[Request, Exception], Awaitable[Response]]


def _for_people(handler: Handler, pages: Pages | None) -> Handler:
    """Return a handler that shows its problem document as a page to whoever asks with a browser."""

    async def handle(request: Request, failure: Exception) -> Response:
        answer = await handler(request, failure)
        if pages is None or not pages.wanted(request):
            return answer
        return await pages.problem(request, json.loads(bytes(answer.body)))

    return handle


def install(app: FastAPI, pages: Pages | None = None) -> None:
    """Answer every refusal and failure as a problem document, or as a page to people."""
    app.add_exception_handler(RequestValidationError, _for_people(_unreadable, pages))
    app.add_exception_handler(HTTPException, _for_people(_http, pages))
    for kind in (Refused, sqlalchemy.exc.SQLAlchemyError, asyncpg.InternalClientError, OSError):
        app.add_exception_handler(kind, _for_people(_known, pages))
    app.add_exception_handler(Exception, _for_people(_broken, pages))
