"""The ledger: what was sent and what was answered, on disk before anything counts it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Sent:
    """An event on its way for the first time; whether it was answered, another line says."""

    id: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer to an event: accepted, waiting, or refused with its reason."""

    id: str
    source: str
    service: str
    type: str
    session: str
    status: str
    facts: tuple[str, ...] = ()
    reason: str = ""

    @property
    def taken(self) -> bool:
        """Tell whether the service has promised to keep the event (2xx)."""
        return self.status != "refused"


class Ledger:
    """Writes one line for each event sent and each answer received."""

    def __init__(self, path: Path) -> None:
        """Begin anew at `path`."""
        self.path = path
        self._file = path.open("w", encoding="utf-8")
        self._taken: set[str] = set()
        self.refused: list[Answer] = []
        self.answers: Counter[str] = Counter()

    @property
    def accepted(self) -> int:
        """How many events have been answered with 2xx, each counted once."""
        return len(self._taken)

    def sent(self, event: Mapping[str, Any]) -> None:
        self._write("sent", asdict(Sent(event["id"], event["source"])))

    def answered(self, service: str, event: Mapping[str, Any], receipt: Mapping[str, Any]) -> None:
        """Note a final answer."""
        answer = Answer(
            id=event["id"],
            source=event["source"],
            service=service,
            type=event["type"],
            session=event["data"].get("session", ""),
            status=receipt["status"],
            facts=tuple(fact["id"] for fact in receipt.get("facts", ())),
            reason=json.dumps(receipt["problem"], ensure_ascii=False) if "problem" in receipt else "",
        )
        self._write("answered", asdict(answer))
        self.answers["duplicate" if receipt.get("duplicate") else answer.status] += 1
        if answer.taken:
            self._taken.add(answer.id)
        else:
            self.refused.append(answer)

    def _write(self, what: str, values: Mapping[str, Any]) -> None:
        self._file.write(json.dumps({what: values}, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def read(path: Path) -> Iterator[Sent | Answer]:
    """Read a ledger back."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            ((what, values),) = json.loads(line).items()
            yield Sent(**values) if what == "sent" else Answer(**values | {"facts": tuple(values["facts"])})
