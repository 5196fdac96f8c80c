"""Who may read: any unit with a key that is not for trying out."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security

from shared.keys import Keys, may_read
from shared.web.openapi import KEY

_OF_ONESELF: Final = "/v1/whoami"


def needs_key(keys: Keys) -> Any:  # noqa: ANN401  (FastAPI's own type of a dependency)
    """Return the dependency that refuses a request without a valid key, and says so in OpenAPI."""

    async def known(request: Request, _: Annotated[object, Security(KEY)]) -> None:
        caller = await keys.caller(request.headers.get("authorization"))
        if request.url.path != _OF_ONESELF:
            may_read(caller)

    return Depends(known)
