"""What docs/contracts says of every event, and what people call it, for pages, tables and refusals."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from shared.events import EVENTS

CONTRACTS: Final = Path(__file__).parent.parent / "docs" / "contracts"
_WORDS: Final = re.compile(r"(?<!^)(?=[A-Z])")


@lru_cache(maxsize=1)
def events() -> dict[str, dict[str, Any]]:
    """Return names, parties and an example of each event, by wire type; nothing where the documents are not there."""
    path = CONTRACTS / "reference.json"
    read: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return read


def spelt(name: str, between: str) -> str:
    """Return the words of a class's name with something between them."""
    return _WORDS.sub(between, name)


def named(event_type: str) -> tuple[str, str]:
    """Return what people call an event, in Chinese and in English; its wire type is for systems."""
    kind = EVENTS.get(event_type)
    if kind is None:
        return event_type, event_type
    english = spelt(kind.__name__, " ").capitalize()
    return str(events().get(event_type, {}).get("zh", english)), english


def awaited(needs: str) -> tuple[str, str]:
    """Return in Chinese and in English what an event waits for: another event's type, and its subject."""
    event_type, _, subject = needs.partition(" ")
    zh, en = named(event_type)
    return f"“{zh}”（{subject}）", f'"{en}" ({subject})'
