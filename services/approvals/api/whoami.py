"""What a key lets its holder be."""

from typing import Any

from fastapi import APIRouter, Request

from shared.keys import Keys


def routes(keys: Keys) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    @router.get("/whoami")
    async def whoami(request: Request) -> dict[str, Any]:
        """Tell what the caller's key lets it be: the first call of a new client."""
        caller = await keys.caller(request.headers.get("authorization"))
        return {
            "unit": caller.unit,
            "name": caller.unit_name,
            "role": caller.role,
            "level": caller.level,
            "division": caller.division,
            "source": caller.source,
        }

    return router
