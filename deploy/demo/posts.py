"""What a unit's system sends: an event, when it was sent, and when it was sent again."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from shared.events import Event, Unit
from shared.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Post:
    """One event a unit posts; a repeat sends the very same bytes again."""

    unit: Unit
    event: Event
    sent: datetime
    repeats: tuple[datetime, ...] = ()


def _event_id(unit: Unit, number: int) -> str:
    place = "" if unit.level is Level.CITY else f"{unit.division}-"
    return f"{unit.bureau}-{place}2022-{number:06d}"


def _line(post: Post, number: int) -> str:
    """Write the CloudEvent; what the service is to state is absent, not null."""
    cloud_event = {
        "specversion": "1.0",
        "id": _event_id(post.unit, number),
        "source": f"/units/{post.unit.code}",
        "type": post.event.type,
        "time": post.sent.isoformat(),
        "datacontenttype": "application/json",
        "data": post.event.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(cloud_event, ensure_ascii=False)


def lines(posts: Iterable[Post]) -> list[str]:
    """Return the recording's lines in the order in which they were sent, each unit's numbered from 1."""
    numbers: Counter[str] = Counter()
    sent: list[tuple[datetime, str]] = []
    for post in sorted(posts, key=lambda post: post.sent):
        numbers[post.unit.code] += 1
        line = _line(post, numbers[post.unit.code])
        sent += [(moment, line) for moment in (post.sent, *post.repeats)]
    return [line for _, line in sorted(sent, key=itemgetter(0))]
