"""The golden files: one example of every event, as a unit posts it or, where nobody does, as its service publishes it.

A golden file once written stays: that the class of today still reads it is the test that the contract was kept.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from deploy.contracts.parties import parties_of
from deploy.recording import read
from shared import envelope
from shared.events import EVENTS, ApprovalTotals, Count, Event, ForumHeld, SessionClosed, VisitsConcluded
from shared.outbox import source_of
from shared.vocabulary import Formality, Level, Outcome

ROOT: Final = Path(__file__).parents[2]
RECORDING: Final = ROOT / "deploy" / "demo" / "campaign.jsonl"
_SESSION: Final = "spring-2022-150602"
_CLOSED: Final = datetime(2022, 3, 16, 9, 20, tzinfo=UTC)
_ISSUED: Final = {
    "session": _SESSION,
    "year": 2022,
    "number": 1,
    "revision": 0,
    "issued_at": _CLOSED + timedelta(hours=2),
    "due_at": _CLOSED + timedelta(days=1),
    "cutoff": {"/chunfeng/approvals": 143, "/chunfeng/forums": 20, "/chunfeng/policy": 31},
    "sha256": "6" * 64,
    "pdf_sha256": "9" * 64,
}
_DELIVERY: Final = {
    "session": _SESSION,
    "revision": 0,
    "recipient": "市人民政府办公室",
    "channel": "folder",
    "attempts": 1,
}
_DUE: Final = {"session": _SESSION, "due_at": _ISSUED["due_at"]}
# Events that no unit posts.
_BUILT: Final[Mapping[str, Mapping[str, Any]]] = {
    "KeyIssued": {
        "key": "ab12cd34",
        "secret_sha256": "3" * 64,
        "unit": "11150600MB0XX0051Y",
        "unit_name": "市生态环境局",
        "role": "department",
        "level": "city",
        "division": "150600",
        "issued_at": _CLOSED - timedelta(days=2),
    },
    "KeyRevoked": {"key": "ab12cd34", "revoked_at": _CLOSED},
    "BulletinIssued": _ISSUED,
    "BulletinCorrected": _ISSUED | {"revision": 1, "issued_at": _CLOSED + timedelta(days=2)},
    "BulletinDelivered": _DELIVERY | {"pdf_sha256": "9" * 64, "delivered_at": _CLOSED + timedelta(hours=3)},
    "DeliveryFailed": _DELIVERY | {"attempts": 12, "error": "SMTPRecipientsRefused: 550 no such mailbox"},
    "DeadlineApproaching": _DUE | {"hours_since_closing": 12},
    "DeadlineMissed": _DUE,
}
_TOTALS: Final = ApprovalTotals(
    docketed=17,
    withdrawn=0,
    licences=3,
    counts=(Count(level=Level.CITY, formality=Formality.ENERGY_REVIEW, outcome=Outcome.APPROVED, applications=17),),
)
# What the service states of an event when it publishes it.
_STATED: Final[Mapping[str, Mapping[str, Any]]] = {
    SessionClosed.type: {"totals": _TOTALS},
    ForumHeld.type: {"issues": 5},
    VisitsConcluded.type: {"teams": 2},
}
_ELEMENTS: Final = 2
_ID: Final = "20ce95c1f0bb927f11539a7f11205536"

CloudEvent = dict[str, Any]
Goldens = Mapping[type[Event], CloudEvent]


def golden_file(event: type[Event], root: Path = ROOT) -> Path:
    return root / "tests" / "contracts" / f"{event.__name__}.json"


def anew() -> Goldens:
    """Return one example of every event: of a type's recorded posts, the first with the most fields."""
    recorded: dict[str, CloudEvent] = {}
    for line in read(RECORDING):
        best = recorded.get(line.event["type"])
        if best is None or len(line.event["data"]) > len(best["data"]):
            recorded[line.event["type"]] = line.event
    return {event: recorded.get(event.type) or _built(event) for event in EVENTS.values()}


def _built(event: type[Event]) -> CloudEvent:
    cloud_event: CloudEvent = json.loads(_publish(event.model_validate(_BUILT[event.__name__]), _CLOSED))
    return cloud_event


def _publish(event: Event, time: datetime) -> bytes:
    service = parties_of(type(event)).publisher
    written = envelope.write(
        event,
        event_id=_ID,
        source=source_of(service),
        time=time,
        version=1,
        correlation_id=event.subject,
    )
    return envelope.with_sequence(written, 1)


def published(golden: CloudEvent) -> CloudEvent:
    """Return a golden event as the stream carries it, its lists shortened: an example to read."""
    event = EVENTS[golden["type"]].model_validate(golden["data"])
    stated = event.model_copy(update=dict(_STATED.get(event.type, {})))
    shown: CloudEvent = _shortened(json.loads(_publish(stated, datetime.fromisoformat(golden["time"]))))
    return shown


def _shortened(value: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, list):
        return [_shortened(item) for item in value[:_ELEMENTS]]
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in value.items()}
    return value


def goldens(root: Path = ROOT) -> Goldens:
    """Return the golden events as they are kept."""
    return {event: json.loads(golden_file(event, root).read_text(encoding="utf-8")) for event in EVENTS.values()}
