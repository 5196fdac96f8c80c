"""docs/contracts/reference.json: what the services' own reference pages say of every event beside its schema."""

from typing import Any

from deploy.contracts.examples import Goldens, shown
from deploy.contracts.parties import accepted_by, all_events, parties_of


def document(goldens: Goldens) -> dict[str, Any]:
    """Return each event's names, who posts, publishes and hears it, and an example, by wire type."""
    written = {}
    for event in all_events():
        parties = parties_of(event)
        written[event.type] = {
            "name": event.__name__,
            "zh": parties.zh,
            "summary": event.__doc__,
            "posted": event.type in accepted_by(parties.publisher),
            "poster": parties.poster.zh,
            "poster_en": parties.poster.en,
            "publisher": parties.publisher,
            "listeners": parties.listeners,
            "example": shown(goldens[event]),
        }
    return written
