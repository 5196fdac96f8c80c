"""How a service is: alive, ready, degraded; and its metrics, measured when somebody asks."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import prometheus_client
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from shared import logs
from shared.background import in_time
from shared.clock import Clock
from shared.database import is_away
from shared.gauges import READY

Check = Callable[[], Awaitable[bool]]
Measure = Callable[[], Coroutine[Any, Any, None]]
_MEASURE_SECONDS: Final = 1.5
"""A look must end before the next one begins (deploy/observe/prometheus.yml)."""


@dataclass(frozen=True)
class Health:
    """What a service needs in order to be ready, what it works without for a while, and what it measures."""

    needed: Mapping[str, Check]
    details: Callable[[], Awaitable[dict[str, Any]]]
    """What it tells beside, while all that is needed answers."""
    useful: Mapping[str, Check] = field(default_factory=dict)
    """Without these it is degraded: a mail server, say, for which deliveries wait."""
    measures: Sequence[Measure] = ()
    """Each sets gauges just before they are read."""

    async def parts(self, service: str) -> dict[str, bool]:
        """Ask every part at once whether it answers."""
        asked = {**self.needed, **self.useful}
        answers = await asyncio.gather(*(check() for check in asked.values()))
        for part, answer in zip(asked, answers, strict=True):
            READY.labels(service, part).set(answer)
        return dict(zip(asked, answers, strict=True))

    async def measure(self, service: str) -> None:
        """Set every gauge; what cannot be measured, because its part is away or hangs, keeps its last value."""
        asked = asyncio.create_task(self.parts(service))
        outcomes = await asyncio.gather(
            *(in_time(one(), _MEASURE_SECONDS) for one in self.measures), return_exceptions=True
        )
        await asked
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not is_away(outcome):
                logs.get().error("metrics.failed", exc_info=outcome)


def routes(service: str, clock: Clock, health: Health) -> APIRouter:
    """Return /health/live, /health/ready and /metrics."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"service": service, "status": "live"}

    @router.get("/health/ready")
    async def ready() -> Response:
        parts = await health.parts(service)
        is_ready = all(parts[name] for name in health.needed)
        degraded = [name for name in health.useful if not parts[name]]
        body = {"service": service, "ready": is_ready, "checks": parts, "now": clock.now().isoformat()}
        if degraded:
            body["degraded"] = degraded
        if is_ready:
            body |= await health.details()
        return JSONResponse(body, status_code=200 if is_ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        await health.measure(service)
        return Response(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return router
