"""Who may read: any unit with a key."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security

from shared.keys import Keys
from shared.web.openapi import KEY


def needs_key(keys: Keys) -> Any:  # noqa: ANN401  (FastAPI's own type of a dependency)
    """Return the dependency that refuses a request without a valid key, and says so in OpenAPI."""

    async def known(request: Request, _: Annotated[object, Security(KEY)]) -> None:
        await keys.caller(request.headers.get("authorization"))

    return Depends(known)
