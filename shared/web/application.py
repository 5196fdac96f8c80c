"""The application of a service: what runs beside it, its routes, its health, its metrics."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI

from shared import logs
from shared.clock import Clock
from shared.signing import Signatures
from shared.web import problem
from shared.web.bounds import Bounded
from shared.web.health import Health
from shared.web.health import routes as health_routes
from shared.web.lane import PATH
from shared.web.lasting import Lasting
from shared.web.openapi import with_refusals
from shared.web.pages import Pages
from shared.web.requests import CanonicalLine, Endpoint, Shortcut
from shared.web.signed import SignedRequests

# FastAPI's own pages fetch their scripts from another host.
_NO_PAGES: Any = {"docs_url": None, "redoc_url": None}


class Part(Protocol):
    """Something that runs as long as the service: started before it answers, stopped after."""

    def running(self) -> Any:  # noqa: ANN401  (an async context manager; its value is not used)
        """Return an async context manager within which the part runs."""
        ...


class _Described(FastAPI):
    """An application whose document names every refusal as it is sent."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = with_refusals(super().openapi())
        return self.openapi_schema


def service(  # noqa: PLR0913  (what makes up a service)
    name: str,
    *,
    summary: str,
    routes: Sequence[APIRouter],
    parts: Sequence[Part],
    health: Health,
    clock: Clock,
    post_events: Endpoint | None = None,
    pages: Pages | None = None,
    viewers: Lasting | None = None,
    signatures: Signatures | None = None,
) -> FastAPI:
    """Build the FastAPI application of a service; its parts start and stop with it, in order."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for part in parts:
                await stack.enter_async_context(part.running())
            logs.get().info("service.started", now=clock.now().isoformat())
            yield
        logs.get().info("service.stopped")

    app = _Described(title=f"Chunfeng {name}", summary=summary, version="1", lifespan=lifespan, **_NO_PAGES)
    app.state.viewers, app.state.pages = viewers, pages
    if pages is not None:
        app.add_middleware(Bounded, is_known=pages.is_known)
    if post_events is not None:
        app.add_middleware(Shortcut, path=PATH, endpoint=post_events)
        app.state.hot = (name, post_events)
    if signatures is not None:
        app.add_middleware(SignedRequests, signatures=signatures)
    app.add_middleware(CanonicalLine, service=name)
    problem.install(app, pages)
    app.include_router(health_routes(name, clock, health))
    for router in routes:
        app.include_router(router)
    return app
