"""Who may read: any unit with a key."""

from typing import Any

from fastapi import Depends, Request

from shared.keys import Keys


def needs_key(keys: Keys) -> Any:  # noqa: ANN401  (FastAPI's own type of a dependency)
    """Return the dependency that refuses a request without a valid key."""

    async def known(request: Request) -> None:
        await keys.caller(request.headers.get("authorization"))

    return Depends(known)
