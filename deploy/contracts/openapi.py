"""Each service's OpenAPI document, from its application as it is built but not started."""

import importlib
from functools import cache
from typing import Any, Final

# Nothing connects before the application starts.
_NOWHERE: Final = {"database_url": "postgresql+asyncpg://nobody@localhost/nothing", "nats_url": "nats://localhost"}


@cache
def document(service: str) -> dict[str, Any]:
    """Return a service's OpenAPI document."""
    settings = importlib.import_module(f"services.{service}.settings").Settings(**_NOWHERE)
    app = importlib.import_module(f"services.{service}.app").build(settings)
    written: dict[str, Any] = app.openapi()
    return written
