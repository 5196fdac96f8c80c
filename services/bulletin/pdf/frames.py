"""What the renderer and its child say to each other: frames of a four-byte length, one byte of kind, a body."""

import json
from dataclasses import asdict, dataclass
from typing import BinaryIO, Final, Self

READY: Final = b"R"
PRINTED: Final = b"P"
MISSING: Final = b"M"
FAILED: Final = b"F"
UNAVAILABLE: Final = b"U"
PLAIN: Final = b"-"
WITH_SIGNS: Final = b"S"
LENGTH: Final = 4


@dataclass(frozen=True)
class Start:
    """What the child is told when it starts."""

    parent: int
    fonts_folder: str | None
    memory_bytes: int
    processor_seconds: int

    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**json.loads(text))


def framed(kind: bytes, body: bytes) -> bytes:
    """Return a frame."""
    return (1 + len(body)).to_bytes(LENGTH) + kind + body


def write(stream: BinaryIO, kind: bytes, body: bytes) -> None:
    stream.write(framed(kind, body))
    stream.flush()


def read(stream: BinaryIO) -> bytes | None:
    """Return the next frame, kind first; None at the end."""
    length = stream.read(LENGTH)
    return stream.read(int.from_bytes(length)) if len(length) == LENGTH else None
