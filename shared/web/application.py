"""The application of a service: what runs beside it, its routes, its health, its metrics."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import prometheus_client
from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse, Response

from shared import logs
from shared.clock import Clock
from shared.web import problem
from shared.web.pages import Pages
from shared.web.requests import CanonicalLine, Endpoint, Shortcut

# FastAPI's own pages fetch their scripts from another host.
_NO_PAGES: Any = {"docs_url": None, "redoc_url": None}
Check = Callable[[], Awaitable[bool]]


class Part(Protocol):
    """Something that runs as long as the service: started before it answers, stopped after."""

    def running(self) -> Any:  # noqa: ANN401  (an async context manager; its value is not used)
        """Return an async context manager within which the part runs."""
        ...


Details = Callable[[], Awaitable[dict[str, Any]]]


def _health(app: FastAPI, service: str, clock: Clock, checks: dict[str, Check], details: Details) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"service": service, "status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> Response:
        results = await asyncio.gather(*(check() for check in checks.values()))
        states = dict(zip(checks, results, strict=True))
        body = {"service": service, "ready": all(results), "checks": states, "now": clock.now().isoformat()}
        if all(results):
            body |= await details()
        return JSONResponse(body, status_code=200 if all(results) else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)


def service(  # noqa: PLR0913  (what makes up a service)
    name: str,
    *,
    summary: str,
    routes: Sequence[APIRouter],
    parts: Sequence[Part],
    checks: dict[str, Check],
    details: Details,
    clock: Clock,
    post_events: Endpoint | None = None,
    pages: Pages | None = None,
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

    app = FastAPI(title=f"Chunfeng {name}", summary=summary, version="1", lifespan=lifespan, **_NO_PAGES)
    if post_events is not None:
        app.add_middleware(Shortcut, path="/v1/events", endpoint=post_events)
    app.add_middleware(CanonicalLine, service=name)
    problem.install(app, pages)
    _health(app, name, clock, checks, details)
    for router in routes:
        app.include_router(router)
    return app
