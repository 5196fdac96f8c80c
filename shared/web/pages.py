"""What people look at: pages rendered here, Chinese first, one look for every service, nothing from another host.

A visitor logs in with a unit's key; the browser keeps it in a cookie that no script can read and no other site can
send. Ports do not part cookies, so one login opens every service of an office.
"""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.clock import SHANGHAI
from shared.database import is_away
from shared.keys import BadKey, Keys, may_read
from shared.posted import Caller
from shared.problems import Refused

COOKIE: Final = "chunfeng_key"
LANGUAGE: Final = "chunfeng_lang"
_PORTS: Final = {"approvals": 8101, "forums": 8102, "policy": 8103, "bulletin": 8104}
_HERE: Final = Path(str(resources.files("shared.web")))
_STATIC: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_YEAR: Final = 365 * 24 * 3600
Text = Annotated[str, Form()]
"""A field of a form."""
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""Headers of every page: nothing is fetched from elsewhere, nothing is framed."""


class LogInFirst(Refused):
    """The page is for those with a key."""

    status = 401
    row = 88
    zh = "请先用本单位的密钥登录"
    en = "Log in with your unit's key first"


class FromElsewhere(Refused):
    """A form was sent by another site's page."""

    status = 403
    row = 88
    zh = "此表单不是从本系统的页面提交的"
    en = "This form was not sent from a page of this system"


def language_of(request: Request) -> str:
    """Return zh or en: what the address asks for, else what was chosen before, else Chinese."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    return "en" if asked == "en" else "zh"


@pass_context
def _told(context: Context, zh: str, en: str) -> str:
    return en if context["language"] == "en" else zh


@pass_context
def _word(context: Context, word: Any) -> str:  # noqa: ANN401  (a Word of the vocabulary, or None)
    if word is None or word == "":
        return "—"
    return str(word.en if context["language"] == "en" else word.zh)


def _moment(time: Any, form: str = "%Y-%m-%d %H:%M") -> str:  # noqa: ANN401  (a datetime or None)
    return time.astimezone(SHANGHAI).strftime(form) if time is not None else "—"


def from_here(request: Request) -> None:
    """Refuse a form that another site's page sends; the cookie would not come along either."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = origin is None or origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
    if site not in (None, "same-origin", "none") or not ours:
        raise FromElsewhere


class Pages:
    """A service's pages: its own templates over the shared ones."""

    def __init__(self, service: str, keys: Keys, templates: Path, *, addresses: Mapping[str, str]) -> None:
        """Take where the templates lie and where people find the other services; without addresses, by their ports."""
        self.service = service
        self._keys = keys
        self._addresses = dict(addresses)
        loader = ChoiceLoader([FileSystemLoader(templates), FileSystemLoader(_HERE / "templates")])
        # Undefined names are faults of the template, not blanks on an official page.
        self._environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.globals.update(t=_told, service=service, translated=translated)
        self._environment.filters.update(word=_word, moment=_moment)

    async def caller(self, request: Request) -> Caller | None:
        """Return who has logged in, or None."""
        token = request.cookies.get(COOKIE)
        try:
            caller = await self._keys.caller(f"Bearer {token}") if token else None
        except BadKey:
            return None
        return None if caller is None or caller.test else caller

    async def is_known(self, request: Request) -> bool:
        """Tell whether a request comes with a key that opens, in its header or its cookie; not, if nobody can tell."""
        try:
            if "authorization" in request.headers:
                await self._keys.caller(request.headers["authorization"])
                return True
            return await self.caller(request) is not None
        except Refused:
            return False
        except Exception as error:
            if not is_away(error):
                raise
            return False

    async def _whoever(self, request: Request) -> Caller | None:
        """Return who is looking; nobody known, while the database is away: the page that says so must be shown too."""
        try:
            return await self.caller(request)
        except Exception as error:
            if not is_away(error):
                raise
            return None

    def needs_login(self) -> Any:  # noqa: ANN401  (FastAPI's own type of a dependency)
        """Return the dependency that gives a route its caller and sends everybody else to the login page."""

        async def known(request: Request) -> Caller:
            if request.method != "GET":
                from_here(request)
            caller = await self.caller(request)
            if caller is None:
                raise LogInFirst
            return caller

        return Depends(known)

    def render(self, request: Request, template: str, caller: Caller | None, /, **context: Any) -> str:  # noqa: ANN401
        """Return a template's HTML, a whole page or a part of one."""
        language = language_of(request)
        return self._environment.get_template(template).render(
            request=request, language=language, caller=caller, places=self._places(request), **context
        )

    async def show(self, request: Request, template: str, /, status: int = 200, **context: Any) -> Response:  # noqa: ANN401
        """Answer with a page."""
        html = self.render(request, template, await self._whoever(request), **context)
        response = HTMLResponse(html, status_code=status, headers=SECURITY | {"Cache-Control": "no-store"})
        if "lang" in request.query_params:
            response.set_cookie(LANGUAGE, language_of(request), max_age=_YEAR, samesite="lax")
        return response

    def wanted(self, request: Request) -> bool:
        """Tell whether a person asks, with a browser, and not a system."""
        return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")

    async def problem(self, request: Request, body: Mapping[str, Any]) -> Response:
        """Tell a person what went wrong; who has not logged in is sent to do so."""
        if body["status"] == LogInFirst.status and request.url.path != "/login":
            path = "/" if request.method != "GET" else f"{request.url.path}{address(request)}".removesuffix("?")
            return RedirectResponse(f"/login?next={quote(path)}", status_code=303)
        return await self.show(request, "problem.html", status=int(body["status"]), problem=body)

    def _places(self, request: Request) -> Mapping[str, str]:
        host = request.url.hostname or "127.0.0.1"
        known = {name: f"{request.url.scheme}://{host}:{port}" for name, port in _PORTS.items()}
        return known | self._addresses

    def routes(self) -> APIRouter:
        """Return the routes of every service's pages: logging in and out, style and scripts."""
        router = APIRouter(include_in_schema=False)

        @router.get("/login")
        async def login(request: Request, next: str = "/") -> Response:  # noqa: A002  (the address's own word)
            return await self.show(request, "login.html", next=_local(next), problem=None)

        @router.post("/login")
        async def log_in(request: Request, key: Text = "", next: Text = "/") -> Response:  # noqa: A002
            from_here(request)
            try:
                may_read(await self._keys.caller(f"Bearer {key.strip()}"))
            except Refused as refusal:
                problem = refusal.problem()
                return await self.show(request, "login.html", status=401, next=_local(next), problem=problem)
            response = RedirectResponse(_local(next), status_code=303)
            secure = request.url.scheme == "https"
            response.set_cookie(COOKIE, key.strip(), httponly=True, samesite="strict", secure=secure)
            return response

        @router.post("/logout")
        async def log_out(request: Request) -> Response:
            from_here(request)
            response = RedirectResponse("/login", status_code=303)
            response.delete_cookie(COOKIE)
            return response

        @router.get("/static/{name}")
        async def static(name: str) -> Response:
            path = _HERE / "static" / Path(name).name
            if path.suffix not in _STATIC or not path.is_file():
                return Response(status_code=404)
            headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
            return Response(path.read_bytes(), media_type=_STATIC[path.suffix], headers=headers)

        return router


def address(request: Request, **changes: object) -> str:
    """Return the page's own address with some of its parameters changed; None takes one away."""
    kept = {name: value for name, value in request.query_params.items() if value and name != "lang"}
    wanted = {name: value for name, value in (kept | changes).items() if value is not None}
    return f"?{urlencode(wanted)}"


def translated(request: Request, language: str) -> str:
    """Return the address of the page one looks at in another language; what answers a form is at the form's."""
    if request.method == "GET":
        return address(request, lang=language)
    before = urlsplit(request.headers.get("referer", ""))
    path = before.path if before.netloc == request.headers.get("host") else ""
    return f"{_local(path or '/')}?lang={language}"


def _local(path: str) -> str:
    """Return where to go next, if it is an address of this service: never another site's."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def markup(html: str) -> Markup:
    """Mark text rendered by a template as HTML."""
    return Markup(html)  # noqa: S704  (rendered with autoescape)
