"""What the renderer and its child say to each other: frames of a four-byte length, one byte of kind, a body."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO, Final, Self

from shared.printing.press import Attachment

READY: Final = b"R"
PRINTED: Final = b"P"
MISSING: Final = b"M"
FAILED: Final = b"F"
UNAVAILABLE: Final = b"U"
PLAIN: Final = b"-"
WITH_SIGNS: Final = b"S"
LENGTH: Final = 4
_BYTES_A_SECOND: Final = 10_000
"""So much is printed in a second even by a slow machine, three times as much by a common one."""
_MOST_SECONDS: Final = 300


def allowance(request: bytes) -> int:
    """Return the seconds a request may take beyond what any may: two thousand applications are a megabyte."""
    return min(len(request) // _BYTES_A_SECOND, _MOST_SECONDS)


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


@dataclass(frozen=True)
class Paper:
    """A page to be printed, as the child is asked for it."""

    html: str
    css: str
    identifier: str
    created: datetime | None
    attachments: tuple[Attachment, ...]

    def written(self) -> bytes:
        created = self.created.isoformat() if self.created else None
        attached = [asdict(one) | {"content": b64encode(one.content).decode()} for one in self.attachments]
        return json.dumps(asdict(self) | {"created": created, "attachments": attached}).encode()

    @classmethod
    def read(cls, request: bytes) -> Self:
        told = json.loads(request)
        created = datetime.fromisoformat(told["created"]) if told["created"] else None
        attached = (Attachment(**one | {"content": b64decode(one["content"])}) for one in told["attachments"])
        return cls(**told | {"created": created, "attachments": tuple(attached)})


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
