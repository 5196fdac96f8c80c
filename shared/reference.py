"""What docs/contracts says of every event, for the pages and tables that name events in Chinese."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

CONTRACTS: Final = Path(__file__).parent.parent / "docs" / "contracts"


@lru_cache(maxsize=1)
def events() -> dict[str, dict[str, Any]]:
    """Return names, parties and an example of each event, by wire type; nothing where the documents are not there."""
    path = CONTRACTS / "reference.json"
    read: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return read


def names() -> dict[str, str]:
    """Return the Chinese names of events, by wire type."""
    return {event_type: str(known["zh"]) for event_type, known in events().items()}
