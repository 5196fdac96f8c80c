"""What is sent, and how it can go: arrived, put off, refused for good, or in doubt."""

from dataclasses import dataclass
from typing import Final, Protocol

from services.bulletin.tables import DeliveryRow, EditionRow
from shared.vocabulary import Series

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Arrived:
    """What the other side answered, and how many bytes it was sent."""

    answer: str
    bytes: int


class PutOffError(Exception):
    """It has not arrived and may do so later."""


class CannotDeliverError(Exception):
    """The recipient can never be reached as configured, or refuses for good."""


class InDoubtError(Exception):
    """All was sent and no answer came: it may have arrived."""


class Sender(Protocol):
    """Sends by one channel."""

    async def send(self, row: DeliveryRow, edition: EditionRow) -> Arrived:
        """Send an edition to a recipient, or raise one of the three errors above."""
        ...


def issue(edition: EditionRow) -> str:
    """Name an edition as people do: 2022年第3期（更正1）, 2022年增刊第1期."""
    series = "增刊" if edition.series == Series.SUPPLEMENT else ""
    correction = f"（更正{edition.revision}）" if edition.revision else ""
    return f"{edition.year}年{series}第{edition.number}期{correction}"


def file_name(edition: EditionRow, ending: str = "pdf") -> str:
    """Return the name an edition's file has everywhere."""
    series = "supplement-" if edition.series == Series.SUPPLEMENT else ""
    correction = f"-correction-{edition.revision}" if edition.revision else ""
    return f"{edition.year}-{series}{edition.number:03d}-{edition.session}{correction}.{ending}"


def words(what: object) -> str:
    """Return an answer or an error as one short line."""
    text = f"{type(what).__name__}: {what}" if isinstance(what, BaseException) else str(what)
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line[:_LONGEST] or "—"
